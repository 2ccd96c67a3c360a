"""What a mandate may name, and the numbers that bound it."""

from datetime import timedelta

from backend.access.mandates import limits
from backend.access.mandates.reference import sections
from backend.access.model import SENSITIVE
from backend.access.rules.mandates import MESSAGES
from backend.access.rules.visibility import ACTS, FOLLOWING
from backend.identity.limits import ENDED_SHOWN, MAJORITY_YEARS, REPRESENTATIVES_MAX
from backend.record import ALL


def test_a_mandate_can_name_every_collection_but_acts_of_rights() -> None:
    """A collection that has no line in mandate_sections.csv is open to no caregiver: decide."""
    assert set(sections()) == (set(ALL) - ACTS - FOLLOWING) | set(SENSITIVE) | {MESSAGES}


def test_no_template_names_what_is_sensitive() -> None:
    """Only the person adds these, one by one."""
    assert not any(one.is_default for one in sections().values() if one.is_sensitive)


def test_labels_are_there_in_both_languages() -> None:
    """A person chooses among words, not among identifiers."""
    for one in sections().values():
        assert one.label.fr
        assert one.label.en
        assert one.label.fr[0].isupper()


def test_the_numbers_are_those_of_their_sources() -> None:
    """Three caregivers, five persons, twelve months, 90 and 30 days; two parents until 18."""
    assert (limits.CAREGIVERS_MAX, limits.PERSONS_MAX, limits.MANDATE_LIFE_MONTHS) == (3, 5, 12)
    assert timedelta(days=90) == limits.REVIEW_EVERY
    assert timedelta(days=30) == limits.REVIEW_WAITS == limits.ENDING_SOON == ENDED_SHOWN
    assert timedelta(days=7) == limits.INVITATION_LIFE
    assert (REPRESENTATIVES_MAX, MAJORITY_YEARS) == (2, 18)
    assert (limits.CODES_PER_ACCOUNT.burst, limits.CODES_PER_ADDRESS.burst) == (5, 15)
    assert [one.most for one in limits.INVITATIONS] == [5, 10]
