"""What follows from acts for one party, and when it follows from others."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID, uuid4

import msgspec
import pytest

from backend.access.model import Block, Consent, Mandate, TeamMember
from backend.access.rules.terms import Acts, caregiver_eye, professional_eye

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ME, OTHER = uuid4(), uuid4()


def consent(party_id: UUID = ME, *, given_at: datetime = NOW - 9 * DAY, **fields) -> Consent:
    values = {"status": "given", "given_at": given_at, "asked_at": given_at, **fields}
    return Consent(party_id=party_id, name="Anne Martin", profession="10", **values)


def member(starts_at: datetime, ends_at: datetime | None = None, role="member") -> TeamMember:
    return TeamMember(
        party_id=ME,
        name="Anne Martin",
        profession="10",
        role=role,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def mandate(starts_at: datetime, ends_at: datetime, *sections: str) -> Mandate:
    return Mandate(
        party_id=ME,
        name="Jeanne",
        status="active",
        sections=sections,
        actions=("read",),
        invited_at=NOW - 30 * DAY,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def test_a_doctor_sees_masked_entries_from_the_day_on_which_they_attend():
    """Named for next week is not attending today."""
    acts = Acts(consents=(consent(),), team=(member(NOW + DAY, role="attending"),))

    today = professional_eye(acts, ME, NOW).terms
    tomorrow = professional_eye(acts, ME, NOW + DAY).terms

    assert (today.sees_masked, today.turns_at) == (False, NOW + DAY)
    assert (tomorrow.sees_masked, tomorrow.turns_at) == (True, None)


def test_a_place_in_the_team_to_come_takes_nothing_from_the_one_of_today():
    """One more membership never shuts anybody out."""
    shared = consent(OTHER, extends_to_team=True)
    acts = Acts(consents=(shared,), team=(member(NOW - DAY, NOW + DAY), member(NOW + 5 * DAY)))

    today = professional_eye(acts, ME, NOW)
    between = professional_eye(acts, ME, NOW + 2 * DAY)
    later = professional_eye(acts, ME, NOW + 5 * DAY)

    assert (today.opens_at, today.closes_at) == (NOW - DAY, NOW + DAY)
    assert today.terms.turns_at == NOW + DAY
    assert (between.opens_at, between.closes_at) == (NOW + 5 * DAY, None)
    assert later.terms.is_granted(NOW + 5 * DAY)
    assert not between.terms.is_granted(NOW + 2 * DAY)


def test_what_is_left_counts_when_the_newest_consent_is_over():
    """An act that has ended is as one that never was."""
    narrow = consent(given_at=NOW - DAY, ends_at=NOW + DAY, sections=("documents",))
    acts = Acts(consents=(consent(), narrow))

    assert professional_eye(acts, ME, NOW).terms.sections == ("documents",)
    assert professional_eye(acts, ME, NOW).terms.turns_at == NOW + DAY
    assert professional_eye(acts, ME, NOW + DAY) == professional_eye(
        Acts(consents=(consent(),)), ME, NOW + DAY
    )


def test_a_mandate_to_come_does_not_end_the_one_of_today():
    """A renewal begins when it says, and not before."""
    acts = Acts(
        mandates=(
            mandate(NOW - DAY, NOW + DAY, "agenda"),
            mandate(NOW + DAY, NOW + 9 * DAY, "documents"),
        )
    )

    today, tomorrow = caregiver_eye(acts, ME, NOW), caregiver_eye(acts, ME, NOW + DAY)

    assert (today.terms.sections, today.closes_at) == (("agenda",), NOW + DAY)
    assert today.terms.turns_at == NOW + DAY
    assert (tomorrow.terms.sections, tomorrow.opens_at) == (("documents",), NOW + DAY)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_two_consents_of_one_instant_count_the_same_in_any_order(order):
    """Only what was decided counts, not where it stands."""
    given = [consent(sections=(name,)) for name in ("documents", "measures", "treatments")]

    eye = professional_eye(Acts(consents=tuple(given[i] for i in order)), ME, NOW)

    assert eye == professional_eye(Acts(consents=tuple(given)), ME, NOW)


def test_a_block_shuts_out_whatever_was_consented():
    """It takes the copy, the place in the team and the sight of what is masked."""
    acts = Acts(consents=(consent(keeps_copy=True),), team=(member(NOW - DAY, role="attending"),))
    blocked = msgspec.structs.replace(
        acts, blocks=(Block(party_id=ME, name="Anne Martin", blocked_at=NOW),)
    )

    assert professional_eye(acts, ME, NOW).keeps_copy
    eye = professional_eye(blocked, ME, NOW)
    assert (eye.is_open, eye.keeps_copy, eye.terms.granted) == (False, False, False)
