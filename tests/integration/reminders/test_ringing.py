"""From an appointment to a ring: on the phone by itself, or else by the server, once."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.reminders.agenda import Agenda, answer, appointment, reminders, soon
from tests.journeys import delete, put


async def test_an_appointment_is_a_reminder_on_every_phone(agenda: Agenda) -> None:
    """It syncs ahead with its leads, and planning again changes nothing."""
    lea, space_id = await agenda.patient()

    await lea.push(appointment(space_id, soon(days=20)))
    await agenda.tick()
    first = await lea.whole(space_id)
    await agenda.plan_again(space_id)
    second = await lea.whole(space_id)

    (body,) = first.bodies("reminders").values()
    assert body["kind"] == "appointment"
    assert body["state"] == "planned"
    assert body["lead_minutes"] == [10080, 1440, 120]
    assert body["title"] == {"fr": "Kinésithérapeute", "en": "Kinésithérapeute"}
    assert second.records == first.records
    assert len(await agenda.jobs(space_id)) == 3


async def test_a_cancelled_appointment_is_cancelled_on_every_phone(agenda: Agenda) -> None:
    """Its jobs are called off too; booked again, it rings again."""
    lea, space_id = await agenda.patient()
    op = appointment(space_id, soon(days=20))
    await lea.push(op)
    await agenda.tick()
    (record_id,) = await reminders(lea, space_id)

    async def say(status: str) -> str:
        held = (await lea.whole(space_id)).records[op["record_id"]]
        again = put(
            space_id,
            "appointments",
            {"status": status},
            record_id=op["record_id"],
            base=held["seq"],
        )
        await lea.push(again)
        await agenda.tick()
        return str((await reminders(lea, space_id))[record_id]["state"])

    assert await say("cancelled") == "cancelled"
    assert {job.state for job in await agenda.jobs(space_id)} == {"cancelled"}
    assert await say("booked") == "planned"
    assert {job.state for job in await agenda.jobs(space_id)} == {"planned"}


async def test_a_deleted_appointment_is_called_off(agenda: Agenda) -> None:
    """Nothing is left to ring."""
    lea, space_id = await agenda.patient()
    op = appointment(space_id, soon(days=20))
    await lea.push(op)
    await agenda.tick()
    seq = (await lea.whole(space_id)).records[op["record_id"]]["seq"]

    await lea.push(delete(space_id, "appointments", op["record_id"], seq))
    await agenda.tick()

    (body,) = (await reminders(lea, space_id)).values()
    assert body["state"] == "cancelled"
    assert {job.due_at for job in await agenda.jobs(space_id)} == {None}


async def test_a_space_that_cannot_be_planned_stands_in_nobodys_way(
    agenda: Agenda, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again in an hour, and what was to come is planned then."""
    lea, space_id = await agenda.patient()
    await agenda.tick()

    async def break_down(*_: object) -> None:
        raise RuntimeError("A bug.")

    with monkeypatch.context() as patch:
        patch.setattr("backend.reminders.planner.plan_space", break_down)
        await lea.push(appointment(space_id, soon(days=20)))
        await agenda.tick()
        await agenda.tick()
    await agenda.tick()
    assert await reminders(lea, space_id) == {}
    assert "space not planned" in caplog.text

    with agenda.at(datetime.now(UTC) + timedelta(hours=1, minutes=1)):
        await agenda.tick()
        await agenda.again(lea, "lea.martin")
        assert len(await reminders(lea, space_id)) == 1


async def test_an_appointment_that_is_moved_is_reminded_of_anew(agenda: Agenda) -> None:
    """The old hour is called off, the new one planned."""
    lea, space_id = await agenda.patient()
    op = appointment(space_id, soon(days=20))
    await lea.push(op)
    await agenda.tick()
    seq = (await lea.whole(space_id)).records[op["record_id"]]["seq"]
    moved = soon(days=22).isoformat()

    fields = {"starts_at": moved}
    await lea.push(put(space_id, "appointments", fields, record_id=op["record_id"], base=seq))
    await agenda.tick()

    states = {body["state"] for body in (await reminders(lea, space_id)).values()}
    assert states == {"planned", "cancelled"}


async def test_what_no_phone_took_is_sent_once(agenda: Agenda) -> None:
    """After the grace for phones; the record says so, and the journal by what."""
    lea, space_id = await agenda.patient()
    starts_at = soon(days=20)
    await lea.push(appointment(space_id, starts_at))
    await agenda.tick()

    with agenda.at(starts_at - timedelta(days=7, minutes=-1)):
        await agenda.tick()
        assert agenda.told() == []  # Its phone was heard from today, and may still say so.
    with agenda.at(starts_at - timedelta(days=7, minutes=-15)):
        await agenda.tick()
        await agenda.tick()
        await agenda.again(lea, "lea.martin")
        (body,) = (await reminders(lea, space_id)).values()
        lines = (await lea.get(f"/v1/spaces/{space_id}/journal")).json()["entries"]

    (message,) = agenda.told()
    assert message["channel"] == "sms"
    assert "Kin" not in message["text"]
    assert body["state"] == "sent"
    assert [line["text"]["en"] for line in lines if "reminder by text" in line["text"]["en"]] != []
    states = [job.state for job in await agenda.jobs(space_id)]
    assert states == ["sent", "planned", "planned"]


async def test_what_a_phone_took_is_not_sent(agenda: Agenda) -> None:
    """It rings by itself: the server stays silent, and says why."""
    lea, space_id = await agenda.patient()
    starts_at = soon(days=10)
    await lea.push(appointment(space_id, starts_at))
    await agenda.tick()
    (record_id,) = await reminders(lea, space_id)

    taken = await answer(
        lea, space_id, record_id, state="taken", taken_by=[lea.tokens["device_id"]]
    )
    with agenda.at(starts_at - timedelta(days=7, minutes=-30)):
        await agenda.tick()

    assert taken["status"] == "applied"
    assert agenda.told() == []
    job = (await agenda.jobs(space_id))[0]
    assert (job.state, job.reason) == ("skipped", "taken-by-phone")


async def test_what_a_phone_lost_at_sea_took_is_sent_once(agenda: Agenda) -> None:
    """It was not heard from for two weeks: the fallback is by SMS, and once."""
    lea, space_id = await agenda.patient()
    starts_at = soon(days=40)
    await lea.push(appointment(space_id, starts_at))
    await agenda.tick()
    (record_id,) = await reminders(lea, space_id)
    await answer(lea, space_id, record_id, state="taken", taken_by=[lea.tokens["device_id"]])

    with agenda.at(starts_at - timedelta(days=7, minutes=-1)):
        await agenda.tick()
        await agenda.tick()

    assert [one["channel"] for one in agenda.told()] == ["sms"]


async def test_a_phone_that_was_signed_out_does_not_ring(agenda: Agenda) -> None:
    """What it took is the server's again."""
    lea, space_id = await agenda.patient()
    starts_at = soon(days=10)
    await lea.push(appointment(space_id, starts_at))
    await agenda.tick()
    (record_id,) = await reminders(lea, space_id)
    await answer(lea, space_id, record_id, state="taken", taken_by=[lea.tokens["device_id"]])

    await lea.post("/v1/auth/logout")
    with agenda.at(starts_at - timedelta(days=7, minutes=-1)):
        await agenda.tick()

    assert len(agenda.told()) == 1
