"""Who is reminded: whoever sees the record, at that instant, and nobody else."""

from datetime import timedelta

from tests.integration.reminders.agenda import (
    Agenda,
    answer,
    appointment,
    reminders,
    soon,
)
from tests.journeys import Phone, put

DAY = timedelta(days=1)


def numbers(agenda: Agenda) -> list[str]:
    """Return where reminders went."""
    return [one["to"] for one in agenda.told()]


async def helped(agenda: Agenda, **given: object) -> tuple[Phone, str, Phone, str]:
    """Let a daughter help her mother: two phones, the space, the mandate."""
    mother, space_id = await agenda.patient()
    daughter, invited = await agenda.caregiver(mother, space_id, **given)
    return mother, space_id, daughter, invited["record_id"]


async def test_a_caregiver_is_reminded_within_the_mandate(agenda: Agenda) -> None:
    """Of appointments and of what was asked for; both phones are told."""
    mother, space_id, daughter, _ = await helped(agenda, actions=["read"])
    starts_at = soon(days=20)

    await mother.push(appointment(space_id, starts_at))
    await agenda.tick()
    with agenda.at(starts_at - DAY * 7 + timedelta(minutes=15)):
        await agenda.tick()

    assert len(await reminders(daughter, space_id)) == 1
    assert len(set(numbers(agenda))) == 2


async def test_a_caregiver_hears_nothing_of_other_sections(agenda: Agenda) -> None:
    """Neither as a record, nor as a message."""
    mother, space_id, daughter, _ = await helped(agenda, sections=["immunizations"])
    starts_at = soon(days=20)

    await mother.push(appointment(space_id, starts_at))
    await agenda.tick()
    with agenda.at(starts_at - DAY * 7 + timedelta(minutes=15)):
        await agenda.tick()

    assert await reminders(daughter, space_id) == {}
    assert len(numbers(agenda)) == 1


async def test_what_is_sensitive_is_as_sensitive_in_its_reminder(agenda: Agenda) -> None:
    """By the patient's own word, though no word of the reminder says so."""
    mother, space_id, daughter, _ = await helped(agenda)
    op = appointment(space_id, soon(days=20), title="Suivi", sensitive=["mental-health"])

    await mother.push(op)
    await agenda.tick()

    assert len(await reminders(mother, space_id)) == 1
    assert await reminders(daughter, space_id) == {}
    assert len({job.party_id for job in await agenda.jobs(space_id)}) == 1


async def test_a_mask_on_an_appointment_hides_its_reminder(agenda: Agenda) -> None:
    """Made before the mask, or after."""
    mother, space_id, daughter, _ = await helped(agenda)
    op = appointment(space_id, soon(days=20))
    await mother.push(op)
    await agenda.tick()
    assert len(await reminders(daughter, space_id)) == 1

    parties = {job.party_id for job in await agenda.jobs(space_id)}
    mask = {"record_id": op["record_id"], "from_whom": "person"}
    for party_id in parties:
        await mother.push(put(space_id, "masks", {**mask, "party_id": str(party_id)}))
    await agenda.tick()

    assert len(await reminders(mother, space_id)) == 1
    assert await reminders(daughter, space_id) == {}
    planned = {job.party_id for job in await agenda.jobs(space_id) if job.state == "planned"}
    assert len(planned) == 1


async def test_whose_mandate_ends_is_told_no_more(agenda: Agenda) -> None:
    """Their jobs are called off at once."""
    mother, space_id, _, record_id = await helped(agenda)
    await mother.push(appointment(space_id, soon(days=20)))
    await agenda.tick()
    before = {job.party_id for job in await agenda.jobs(space_id) if job.state == "planned"}

    path = f"/v1/spaces/{space_id}/mandates/{record_id}"
    ended = await mother.client.delete(path, headers=mother.headers)
    await agenda.tick()

    assert ended.is_success, ended.text
    planned = {job.party_id for job in await agenda.jobs(space_id) if job.state == "planned"}
    assert len(before) == 2
    assert len(planned) == 1


async def test_who_may_only_read_may_answer(agenda: Agenda) -> None:
    """Each for themselves: a phone that rings is sent nothing, the other one's person is."""
    mother, space_id, daughter, _ = await helped(agenda, actions=["read"])
    starts_at = soon(days=9)
    await mother.push(appointment(space_id, starts_at))
    await agenda.tick()
    (record_id,) = await reminders(daughter, space_id)
    device_id = daughter.tokens["device_id"]

    taken = await answer(daughter, space_id, record_id, state="taken", taken_by=[device_id])
    with agenda.at(starts_at - DAY * 7 + timedelta(minutes=15)):
        await agenda.tick()

    assert taken["status"] == "applied"
    assert (await reminders(daughter, space_id))[record_id]["taken_by"] == [device_id]
    reasons = {
        job.reason for job in await agenda.jobs(space_id) if str(job.reminder_id) == record_id
    }
    assert "taken-by-phone" in reasons
    assert len(agenda.told()) == 1


async def test_nobody_says_that_anothers_phone_rings(agenda: Agenda) -> None:
    """Nor that it does not: each device speaks for itself."""
    mother, space_id = await agenda.patient()
    starts_at = soon(days=9)
    await mother.push(appointment(space_id, starts_at))
    await agenda.tick()
    tablet = await agenda.counter.sign_in("lea.martin")
    (record_id,) = await reminders(mother, space_id)
    hers, others = (one.tokens["device_id"] for one in (tablet, mother))

    await answer(tablet, space_id, record_id, state="taken", taken_by=[others, hers])
    forged = (await reminders(mother, space_id))[record_id]["taken_by"]
    await answer(mother, space_id, record_id, taken_by=[others])
    await answer(tablet, space_id, record_id, taken_by=[])

    assert forged == [hers]
    assert (await reminders(mother, space_id))[record_id]["taken_by"] == [others]


async def test_two_phones_that_were_offline_both_ring(agenda: Agenda) -> None:
    """Each adds itself; neither takes the other's place."""
    mother, space_id = await agenda.patient()
    await mother.push(appointment(space_id, soon(days=20)))
    await agenda.tick()
    (record_id,) = await reminders(mother, space_id)
    seq = (await mother.whole(space_id)).records[record_id]["seq"]
    tablet = await agenda.counter.sign_in("lea.martin")
    devices = [phone.tokens["device_id"] for phone in (mother, tablet)]

    for phone, device_id in zip((mother, tablet), devices, strict=True):
        op = put(
            space_id,
            "reminders",
            {"state": "taken", "taken_by": [device_id]},
            record_id=record_id,
            base=seq,
            was={"state": "planned"},
        )
        (outcome,) = await phone.push(op)
        assert outcome["status"] in ("applied", "merged"), outcome

    assert (await reminders(mother, space_id))[record_id]["taken_by"] == devices


async def test_a_phone_decides_nothing_that_is_the_servers(agenda: Agenda) -> None:
    """It makes no reminder, deletes none, un-cancels none, and changes no hour."""
    mother, space_id = await agenda.patient()
    op = appointment(space_id, soon(days=20))
    await mother.push(op)
    await agenda.tick()
    (record_id,) = await reminders(mother, space_id)
    seq = (await mother.whole(space_id)).records[record_id]["seq"]

    made = await mother.push(put(space_id, "reminders", {"state": "planned"}))
    delete = put(space_id, "reminders", {}, record_id=record_id, base=seq, kind="delete")
    deleted = await mother.push(delete)
    moved = await answer(mother, space_id, record_id, due_at="2030-01-01T00:00:00Z")
    sent = await answer(mother, space_id, record_id, state="sent")
    asleep = await answer(mother, space_id, record_id, state="snoozed")
    appointment_seq = (await mother.whole(space_id)).records[op["record_id"]]["seq"]
    cancel = {"status": "cancelled"}
    await mother.push(
        put(space_id, "appointments", cancel, record_id=op["record_id"], base=appointment_seq)
    )
    await agenda.tick()
    woken = await answer(mother, space_id, record_id, state="planned")

    assert [one["code"] for one in (*made, *deleted, moved, sent, asleep, woken)] == [
        "not-allowed",
        "not-allowed",
        "field-read-only",
        "reminder-settled",
        "invalid-input",
        "reminder-settled",
    ]
