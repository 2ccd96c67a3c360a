"""Dates that no calendar of ours has: refused, wherever they are sent."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from backend.kernel.values import YEAR_MIN
from tests.clinic import ANNE, PAUL, Clinic
from tests.integration.access.house import House
from tests.journeys import Phone


def in_days(days: int) -> str:
    """Write an instant to come."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def name(phone: Phone, space_id: str, party_id: str, starts_at: str) -> httpx.Response:
    """Give a place in the care team."""
    body = {"party_id": party_id, "role": "member", "starts_at": starts_at}
    return await phone.post(f"/v1/spaces/{space_id}/care-team", json=body)


@pytest.mark.parametrize(
    ("starts_at", "code"),
    [
        ("0001-01-01T00:00:00Z", "impossible-date"),
        ("0001-01-01T00:00:00+23:59", "impossible-date"),
        ("9999-12-31T23:59:59-23:59", "impossible-date"),
        (f"{YEAR_MIN}-01-01T00:00:00Z", "care-team-place-invalid"),
    ],
)
async def test_no_place_began_before_all_calendars(
    clinic: Clinic, starts_at: str, code: str
) -> None:
    """It was kept, and nothing of the space could be read or written any more."""
    phone, space_id = await clinic.patient()
    anne, paul = await clinic.professional(ANNE), await clinic.professional(PAUL)
    await clinic.given(phone, anne, space_id, extends_to_team=True)
    await clinic.answer(phone, space_id, await clinic.asked(paul), answer="refuse")
    party_id = await clinic.party(paul)

    refused = await name(phone, space_id, party_id, starts_at)

    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert refused.json().get("pointer") in ("/starts_at", None)
    assert (await phone.get(f"/v1/spaces/{space_id}/parties")).status_code == 200
    assert await clinic.fill(phone, space_id)
    taken = await name(phone, space_id, party_id, in_days(-400))
    assert taken.status_code == 201, taken.text
    assert (await paul.get(f"/v1/spaces/{space_id}/entries")).status_code == 200


@pytest.mark.parametrize("starts_at", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59"])
async def test_no_mandate_began_before_all_calendars(house: House, starts_at: str) -> None:
    """Refused to who invites: whoever accepts could do nothing about it."""
    mother, space_id = await house.patient()

    refused = await house.ask(mother, space_id, starts_at=starts_at)

    assert (refused.status_code, refused.json()["code"]) == (422, "impossible-date")
    assert refused.json()["pointer"] == "/starts_at"
