"""From facts to reminders: what a calendar advises, and how a fact moves it at once."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.integration.reminders.agenda import Agenda, reminders
from tests.journeys import Json, Phone, delete, put


async def due(phone: Phone, space_id: str, *, state: str = "planned") -> dict[str, Json]:
    """Return what a phone is told of, by the step of the calendar."""
    found = await reminders(phone, space_id)
    return {
        body["subject"]: body
        for body in found.values()
        if body["state"] == state and body["kind"] != "appointment"
    }


async def test_who_opens_an_account_is_told_what_is_due_and_why(calendar: Agenda) -> None:
    """In both languages, with a source, at ten in the morning."""
    phone, space_id = await calendar.patient()
    await calendar.tick()

    zoster = (await due(phone, space_id))["zoster#1"]

    assert zoster["kind"] == "vaccine"
    assert zoster["status"] in ("due", "overdue")
    assert zoster["why"]["fr"] != zoster["why"]["en"]
    assert zoster["source"]
    due_at = datetime.fromisoformat(zoster["due_at"])
    assert due_at.astimezone(ZoneInfo(zoster["time_zone"])).time() == time(10, 0)
    assert zoster["lead_minutes"][0] == 0


async def test_a_dose_moves_the_next_date_at_once(calendar: Agenda) -> None:
    """Without a tick: the process that took it in plans."""
    phone, space_id = await calendar.patient()
    await calendar.tick()
    before = await due(phone, space_id)

    given = datetime.now(UTC) - timedelta(days=1)
    dose = {"label": "Shingrix", "status": "completed", "occurred_on": str(given.date())}
    await phone.push(put(space_id, "immunizations", dose))
    await calendar.quiet(space_id)
    after = await due(phone, space_id)

    assert "zoster#1" in before
    assert "zoster#1" not in after
    assert before["zoster#2"]["status"] == after["zoster#2"]["status"] == "not-yet"
    assert after["zoster#2"]["due_on"] < before["zoster#2"]["due_on"]


async def test_a_dose_that_was_entered_by_mistake_is_asked_for_again(calendar: Agenda) -> None:
    """The plan takes back what it ended."""
    phone, space_id = await calendar.patient()
    dose = {"label": "Shingrix", "status": "completed", "occurred_on": "2026-11-01"}
    op = put(space_id, "immunizations", dose)
    await phone.push(op)
    await calendar.quiet(space_id)
    assert "zoster#1" not in await due(phone, space_id)

    seq = (await phone.whole(space_id)).records[op["record_id"]]["seq"]
    await phone.push(delete(space_id, "immunizations", op["record_id"], seq))
    await calendar.quiet(space_id)

    assert (await due(phone, space_id))["zoster#1"]["status"] == "due"


async def test_a_masked_dose_is_not_told_by_the_reminder_of_the_next(calendar: Agenda) -> None:
    """Whoever may not know of it is told what they would be without it, and all without the mask.

    That a dose which is due is not asked for tells of it as well.
    """
    mother, space_id = await calendar.patient()
    daughter, _ = await calendar.caregiver(mother, space_id, actions=["read"])
    dose = {"label": "Shingrix", "status": "completed", "occurred_on": "2026-11-01"}
    op = put(space_id, "immunizations", dose)
    await mother.push(op)
    await calendar.tick()
    before, without = await due(daughter, space_id), "zoster#1"
    parties = {job.party_id for job in await calendar.jobs(space_id)}

    mask = {"record_id": op["record_id"], "from_whom": "person"}
    masks = [put(space_id, "masks", {**mask, "party_id": str(one)}) for one in parties]
    await mother.push(*masks)
    await calendar.tick()
    during, whole = await due(daughter, space_id), await due(mother, space_id)
    called = [job for job in await calendar.jobs(space_id) if job.state == "planned"]
    for one in masks:
        seq = (await mother.whole(space_id)).records[one["record_id"]]["seq"]
        await mother.push(delete(space_id, "masks", one["record_id"], seq))
    await calendar.tick()

    assert without not in before
    assert without not in whole
    assert during[without]["status"] == "due"
    assert during["zoster#2"]["due_on"] > before["zoster#2"]["due_on"]
    assert before["zoster#2"]["due_on"] == whole["zoster#2"]["due_on"]
    assert len(parties) == 2
    assert {job.party_id for job in called} == parties
    assert await due(daughter, space_id) == before
