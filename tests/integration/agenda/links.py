"""What people and calendars do with links to an agenda."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.calendars import Calendar, read
from tests.integration.access.house import House
from tests.journeys import Json, Phone, put

SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=10)
VISIT = {
    "title": "Coloscopie",
    "starts_at": SOON.isoformat(),
    "time_zone": "Europe/Paris",
    "status": "booked",
    "practitioner": "Dr Roux",
    "location": "Clinique du Lot",
    "instructions": "À jeun depuis la veille",
}


def path_of(space_id: str) -> str:
    """Return where the link of a space is made and ended."""
    return f"/v1/spaces/{space_id}/agenda-feed"


async def link(phone: Phone, space_id: str, **wanted: Any) -> str:
    """Make a link; return the path that a calendar asks for."""
    answer = await phone.post(path_of(space_id), json=wanted)
    assert answer.status_code == 201, answer.text
    return urlsplit(answer.json()["url"]).path


async def booked(phone: Phone, space_id: str, **fields: Any) -> str:
    """Write an appointment down; return its record."""
    op = put(space_id, "appointments", {**VISIT, **fields})
    (outcome,) = await phone.push(op)
    assert outcome["status"] == "applied", outcome
    return str(op["record_id"])


async def changed(phone: Phone, space_id: str, record_id: str, **fields: Any) -> None:
    """Change an appointment."""
    held = (await phone.whole(space_id)).records[record_id]
    was = {name: held["body"].get(name) for name in fields}
    op = put(space_id, "appointments", fields, record_id=record_id, base=held["seq"], was=was)
    (outcome,) = await phone.push(op)
    assert outcome["status"] == "applied", outcome


async def asked(house: House, path: str, tag: str = "", **headers: str) -> httpx.Response:
    """Ask as a calendar does."""
    given = {"If-None-Match": tag, **headers} if tag else headers
    return await house.client.get(path, headers=given)


async def shown(house: House, path: str) -> Calendar:
    """Return the calendar behind a link."""
    answer = await asked(house, path)
    assert answer.status_code == 200, answer.text
    return read(answer.content)


async def journal(phone: Phone, space_id: str) -> list[Json]:
    """Return the lines of a journal, as they are written."""
    answer = await phone.get(f"/v1/spaces/{space_id}/journal")
    assert answer.status_code == 200, answer.text
    return [line["entry"] for line in answer.json()["entries"]]
