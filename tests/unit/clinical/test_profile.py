"""The profile, and how to tell "none" from "unknown"."""

import msgspec
import pytest

from backend.clinical.model import Profile
from backend.clinical.rules.profile import SectionState, check_profile, state_of
from backend.kernel.values import ImplausibleEmail, ImplausiblePhone, ImpossibleDate


@pytest.mark.parametrize(
    ("record_count", "empty_reason", "state"),
    [
        (0, None, SectionState.UNKNOWN),
        (0, "nilknown", SectionState.NIL_KNOWN),
        (1, None, SectionState.FILLED),
        (1, "nilknown", SectionState.FILLED),
        (200, None, SectionState.FILLED),
    ],
)
def test_none_is_told_from_unknown_and_a_record_wins(record_count, empty_reason, state):
    """An allergy is never hidden by a box that says there is none."""
    assert state_of(record_count, empty_reason) is state


def test_a_whole_profile_is_taken():
    """The identity of a person born in Corsica, as the server writes it."""
    profile = msgspec.convert(
        {
            "birth_family_name": "D'ORNANO",
            "birth_given_name": "MARIE-ANGE",
            "given_names": ["MARIE-ANGE", "LUCIE"],
            "birth_date": "1976-02-29",
            "sex": "female",
            "birth_place_code": "2A004",
            "identity_status": "qualified",
            "phone": "+33 4 00 00 00 00",
            "email": "someone@example.fr",
            "preferred_language": "fr-FR",
            "blood_group": "AB-",
            "allergies_empty_reason": "nilknown",
        },
        Profile,
    )

    check_profile(profile)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"phone": "none"}, ImplausiblePhone),
        ({"email": "none"}, ImplausibleEmail),
        ({"birth_date": "1849-12-31"}, ImpossibleDate),
    ],
)
def test_details_that_cannot_be_used_are_refused(fields, refusal):
    """A number that cannot be dialled is worse than none."""
    with pytest.raises(refusal):
        check_profile(msgspec.convert(fields, Profile))


@pytest.mark.parametrize(
    "fields",
    [
        {"blood_group": "C+"},
        {"sex": "other"},
        {"birth_place_code": "2C004"},
        {"birth_date": "1976"},
        {"preferred_language": "french please"},
        {"allergies_empty_reason": "unknown"},
        {"identity_status": "sure"},
    ],
)
def test_a_word_outside_its_list_does_not_decode(fields):
    """Unknown words grant nothing and mean nothing."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(fields, Profile)
