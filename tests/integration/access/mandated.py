"""A record with something in several sections, for who helps by mandate."""

from tests.journeys import Phone, put

NOTE = {"title": "secret"}
VISIT = {
    "title": "Kiné",
    "starts_at": "2027-01-05T09:00:00Z",
    "time_zone": "Europe/Paris",
    "status": "booked",
}
DOSE = {"label": "Grippe", "status": "completed", "occurred_on": "2026-10-01"}


async def filled(phone: Phone, space_id: str) -> dict[str, str]:
    """Put something into several sections; return the record of each."""
    ops = {
        "notes": put(space_id, "notes", NOTE),
        "appointments": put(space_id, "appointments", VISIT),
        "immunizations": put(space_id, "immunizations", DOSE),
        "conditions": put(space_id, "conditions", {"label": "Asthme"}),
        "sensitive": put(
            space_id, "appointments", {**VISIT, "title": "CeGIDD", "sensitive": ["sexual-health"]}
        ),
    }
    outcomes = await phone.push(*ops.values())
    assert [one["status"] for one in outcomes] == ["applied"] * len(ops), outcomes
    return {name: op["record_id"] for name, op in ops.items()}
