"""Instants that no calendar of ours can hold shut nobody out of a record."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.clinic import ANNE, PAUL, Clinic
from tests.integration.access.house import House
from tests.journeys import Phone, put

# In the years 0 and 10000 by UTC: the database would keep them, and never give them back.
FAR = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]


async def is_open(phone: Phone, space_id: str) -> bool:
    """Say whether a record can still be read and written by whose it is."""
    (outcome,) = await phone.push(put(space_id, "notes", {"title": "Courses"}))
    return outcome["status"] == "applied"


@pytest.mark.parametrize("at", FAR)
@pytest.mark.parametrize("field", ["starts_at", "ends_at"])
async def test_a_mandate_of_another_age_is_not_given(house: House, field: str, at: str) -> None:
    """Nor accepted, hence: else nobody could open the record any more, the person included."""
    mother, space_id = await house.patient()

    answer = await house.ask(mother, space_id, **{field: at})
    if answer.status_code == 201:
        await house.register(answer.json()["code"], "camille")

    assert (answer.status_code, answer.json()["code"]) == (422, "impossible-date")
    assert answer.json()["pointer"] == f"/{field}"
    assert await is_open(mother, space_id)


@pytest.mark.parametrize("at", FAR)
async def test_a_place_in_a_team_of_another_age_is_not_given(clinic: Clinic, at: str) -> None:
    """By the person, or by a professional who declares a colleague."""
    phone, space_id = await clinic.patient()
    anne = await clinic.professional(ANNE)
    await clinic.professional(PAUL)
    await clinic.given(phone, anne, space_id, extends_to_team=True)
    soon = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    order: dict[str, Any] = {"rpps": PAUL, "starts_at": at, "ends_at": soon}
    named = {"party_id": await clinic.party(anne), "role": "attending", "starts_at": at}

    answers = [
        await anne.post(f"/v1/professionals/me/spaces/{space_id}/care-team", json=order),
        await phone.post(f"/v1/spaces/{space_id}/care-team", json=named),
    ]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (422, "impossible-date")
    ] * 2
    assert await is_open(phone, space_id)
