"""Doses given, and doses not."""

import msgspec
import pytest

from backend.kernel.errors import InvalidInput
from backend.kernel.values import ImpossibleDate
from backend.prevention.collection import COLLECTIONS
from sync.ports import Policy

IMMUNIZATIONS = next(one for one in COLLECTIONS if one.name == "immunizations")

DOCUMENT = "6f1c2b7e-58f0-4a53-9d2e-0c8a4f1b7d10"


def immunization(**fields):
    """A sound dose, but for *fields*."""
    given = {"label": "MMR", "status": "completed", "occurred_on": "2024-02-29", **fields}
    return msgspec.convert(given, IMMUNIZATIONS.body)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"occurred_on": "1974"},
        {"dose_number": 2, "lot_number": "AB12", "box_code": "\x1d0103400930000000"},
        {"status": "not-done", "reason_not_done": "A cold that day"},
        {"target_diseases": [{"code": "B05", "system": "http://hl7.org/fhir/sid/icd-10"}]},
    ],
)
def test_a_sound_dose_is_taken(fields):
    """A year is enough, and a scanned code keeps its control characters."""
    IMMUNIZATIONS.check(immunization(**fields))


@pytest.mark.parametrize(
    ("fields", "refusal", "pointer"),
    [
        ({"occurred_on": "2023-02-29"}, ImpossibleDate, "/occurred_on"),
        ({"occurred_on": None}, InvalidInput, "/occurred_on"),
        (
            {"occurred_on": None, "draft_of": DOCUMENT, "draft_state": "confirmed"},
            InvalidInput,
            "/occurred_on",
        ),
        ({"reason_not_done": "A cold that day"}, InvalidInput, "/reason_not_done"),
        ({"code": "J07BD52"}, InvalidInput, "/code_system"),
    ],
)
def test_a_dose_that_contradicts_itself_is_refused(fields, refusal, pointer):
    """A dose that was given has no reason for not being."""
    with pytest.raises(InvalidInput) as caught:
        IMMUNIZATIONS.check(immunization(**fields))

    assert type(caught.value) is refusal
    assert caught.value.pointer == pointer


def test_a_draft_may_lack_a_date_until_it_is_confirmed():
    """A certificate that names no day still says what was given."""
    IMMUNIZATIONS.check(immunization(occurred_on=None, draft_of=DOCUMENT, draft_state="draft"))


@pytest.mark.parametrize("fields", [{"dose_number": 0}, {"dose_number": 1.5}, {"status": "done"}])
def test_a_dose_out_of_form_does_not_decode(fields):
    """Doses are counted from one."""
    with pytest.raises(msgspec.ValidationError):
        immunization(**fields)


def test_immunizations_are_merged_under_their_own_category():
    """A caregiver's mandate can name them."""
    assert IMMUNIZATIONS.policy is Policy.MERGE
    assert IMMUNIZATIONS.category(immunization()) == "immunizations"
