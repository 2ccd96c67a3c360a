"""A caregiver's reminders: planned by what they may see, and nobody else's to answer."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.access.model import Confidentiality
from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Work
from backend.reminders.eyes import eyes_of
from notifications.storage.sql import SqlJobStore
from tests.integration.reminders.agenda import Agenda, answer, appointment, reminders, soon
from tests.integration.reminders.helped import (
    AGENDA,
    DIABETES,
    ICD,
    TELLING,
    bring_secret,
    world,
)
from tests.journeys import Json, put


async def test_an_illness_outside_the_mandate_is_neither_told_nor_felt(calendar: Agenda) -> None:
    """The mother is reminded of what it calls for; the daughter's phone hears nothing at all."""
    one = await world(calendar, born="1975-04-09")
    await calendar.tick()
    await one.news()

    condition_id = await one.write("conditions", DIABETES)
    await calendar.tick()
    felt = await one.news()
    mothers = await reminders(one.mother, one.space_id)
    told = await one.advised()
    await one.erase("conditions", condition_id)
    await calendar.tick()

    assert [body["level"] for body in mothers.values() if body["subject"] == TELLING] == ["risk"]
    assert felt == []
    assert told
    assert TELLING not in told
    assert await one.news() == []


async def test_who_sees_the_illness_is_told_of_it(calendar: Agenda) -> None:
    """In the words in which the person is, and always to be confirmed."""
    one = await world(calendar, born="1975-04-09", sections=[*AGENDA, "conditions"])
    await one.write("conditions", DIABETES)
    await calendar.tick()

    found = (await reminders(one.mother, one.space_id)).values()
    mothers = {body["subject"]: body for body in found}
    told = await one.advised()

    assert TELLING in told
    assert {i: {**body, "must_confirm": True} for i, body in mothers.items() if i in told} == told
    assert all(body["must_confirm"] for body in told.values())
    assert {i for i, body in mothers.items() if body["kind"] == "vaccine"} == set(told)


async def test_a_mandate_that_narrows_takes_what_followed_at_once(calendar: Agenda) -> None:
    """In the transaction that narrows it, before anything is planned; then by what is left."""
    one = await world(calendar, born="1975-04-09", sections=[*AGENDA, "conditions"])
    await one.write("conditions", DIABETES)
    await calendar.tick()
    before = await one.advised()
    calendar.stop()

    narrowed = await one.mother.client.patch(
        one.mandate, json={"sections": AGENDA}, headers=one.mother.headers
    )
    during = await one.advised()
    await calendar.tick_alone()
    after = await one.advised()
    widened = await one.mother.client.patch(
        one.mandate, json={"sections": [*AGENDA, "conditions"]}, headers=one.mother.headers
    )
    await calendar.tick_alone()

    assert narrowed.is_success, narrowed.text
    assert widened.is_success, widened.text
    assert TELLING in before
    assert during == {}
    assert after
    assert TELLING not in after
    assert await one.advised() == before


async def test_a_mandate_that_begins_later_is_planned_when_it_begins(calendar: Agenda) -> None:
    """Nobody has to write anything for that, nor is it the night's business."""
    begins_at = datetime.now(UTC) + timedelta(hours=1)
    one = await world(calendar, starts_at=begins_at.isoformat())
    await calendar.tick()
    waiting = {job.party_id for job in await calendar.jobs(one.space_id)}

    with calendar.at(begins_at + timedelta(minutes=1)):
        await calendar.tick()
        await calendar.again(one.daughter, "camille.lea.martin")
        told = await one.advised()

    assert len(waiting) == 1
    assert told


async def test_what_one_answers_silences_nobody_else(agenda: Agenda) -> None:
    """Neither the daughter the mother, whatever the mandate lets her do, nor the reverse."""
    one = await world(agenda, actions=["read", "add", "change"])
    starts_at = soon(days=9)
    await one.mother.push(appointment(one.space_id, starts_at))
    await agenda.tick()
    (hers,) = await reminders(one.daughter, one.space_id)
    (mothers,) = await reminders(one.mother, one.space_id)

    done = await answer(one.daughter, one.space_id, hers, state="done")
    await agenda.tick()
    with agenda.at(starts_at - timedelta(days=7) + timedelta(minutes=15)):
        await agenda.tick()

    assert done["status"] == "applied"
    assert hers != mothers
    assert (await reminders(one.mother, one.space_id))[mothers]["state"] == "sent"
    assert len(agenda.told()) == 1
    assert {job.party_id for job in await agenda.jobs(one.space_id) if job.state == "sent"} == {
        job.party_id for job in await agenda.jobs(one.space_id) if str(job.reminder_id) == mothers
    }


async def test_anothers_reminder_is_answered_like_one_that_is_not(agenda: Agenda) -> None:
    """In both directions, and to the byte."""
    one = await world(agenda, actions=["read", "add", "change"])
    await one.mother.push(appointment(one.space_id, soon(days=9)))
    await agenda.tick()
    (hers,) = await reminders(one.daughter, one.space_id)
    (mothers,) = await reminders(one.mother, one.space_id)

    for phone, others in ((one.daughter, mothers), (one.mother, hers)):
        for base in (1, None):
            answers = [
                (
                    await phone.push(
                        put(one.space_id, "reminders", {"state": "done"}, record_id=i, base=base)
                    )
                )[0]
                for i in (others, str(uuid4()))
            ]
            told = [{k: v for k, v in found.items() if k != "op_id"} for found in answers]
            assert told[0] == told[1]
            assert told[0]["status"] == "refused"


async def test_an_appointment_that_becomes_sensitive_takes_its_reminder(agenda: Agenda) -> None:
    """And brings it back when it is not any more; also once it was called off."""
    one = await world(agenda)
    op = appointment(one.space_id, soon(days=20), title="Suivi")
    await one.mother.push(op)
    await agenda.tick()
    first = await reminders(one.daughter, one.space_id)

    async def say(**fields: Any) -> dict[str, Json]:
        seq = (await one.mother.whole(one.space_id)).records[op["record_id"]]["seq"]
        same = {"record_id": op["record_id"], "base": seq}
        await one.mother.push(put(one.space_id, "appointments", fields, **same))
        await agenda.tick()
        return await reminders(one.daughter, one.space_id)

    assert len(first) == 1
    assert await say(sensitive=["mental-health"]) == {}
    assert await say(sensitive=[]) == first
    assert [body["state"] for body in (await say(status="cancelled")).values()] == ["cancelled"]
    assert await say(sensitive=["mental-health"]) == {}
    assert len(await reminders(one.mother, one.space_id)) == 1


async def test_who_stands_in_the_persons_place_by_now_has_the_persons_reminders(
    agenda: Agenda,
) -> None:
    """What was made for them as a caregiver is called off, and is nobody's."""
    one = await world(agenda)
    await one.mother.push(appointment(one.space_id, soon(days=20)))
    await agenda.tick()
    (hers,) = await reminders(one.daughter, one.space_id)

    async def appoint(work: Work) -> None:
        edit = await edit_space(work, agenda.host, UUID(one.space_id))
        (viewer,) = [found for found in edit.viewers.values() if found.role == "caregiver"]
        viewer.role, viewer.closes_at = "representative", None
        await edit.grant(viewer)
        await save_space(work, UUID(one.space_id), edit)

    async def states(work: Work) -> dict[str, str]:
        edit = await edit_space(work, agenda.host, UUID(one.space_id))
        found = await edit.held({"reminders"})
        return {str(r.record_id): json.loads(r.body or b"{}")["state"] for r in found}

    await agenda.office.write(appoint)
    await agenda.plan_again(one.space_id)
    stands = await agenda.office.write(states)
    shared = await reminders(one.daughter, one.space_id)

    assert stands.pop(hers) == "cancelled"
    assert stands == dict.fromkeys(await reminders(one.mother, one.space_id), "planned")
    assert shared.keys() == stands.keys()


async def test_a_mask_takes_the_reminder_at_once_and_gives_it_back(agenda: Agenda) -> None:
    """In its own transaction; nobody else comes to see it by that, and what was said stays."""
    one = await world(agenda)
    op = appointment(one.space_id, soon(days=20))
    await one.mother.push(op)
    await agenda.tick()
    (hers,) = await reminders(one.daughter, one.space_id)
    await answer(one.daughter, one.space_id, hers, state="dismissed")
    agenda.stop()

    mask_id = await one.hide(op["record_id"])
    during = await reminders(one.daughter, one.space_id)
    await agenda.tick_alone()
    planned = await reminders(one.daughter, one.space_id)
    await one.erase("masks", mask_id)
    await agenda.tick_alone()

    assert during == planned == {}
    assert len(await reminders(one.mother, one.space_id)) == 1
    assert (await reminders(one.daughter, one.space_id))[hers]["state"] == "dismissed"


async def test_reminders_of_before_leave_a_caregivers_phone(
    calendar: Agenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that they shared with the person until each had their own."""
    calendar.stop()
    one = await world(calendar, born="1975-04-09")
    await one.write("conditions", DIABETES)
    with monkeypatch.context() as patch:
        patch.setattr("backend.access.rules.visibility._is_for", lambda *_: True)
        patch.setattr("backend.reminders.service.eyes_of", lambda *given: eyes_of(*given)[:1])
        await calendar.tick_alone()
        before = await one.advised()

    await calendar.office.write(
        lambda work: SqlJobStore(work.db, UUID(one.space_id)).mark(work.now)
    )
    await calendar.tick_alone()
    mothers = await reminders(one.mother, one.space_id)

    assert TELLING in before
    assert TELLING not in await one.advised()
    assert not mothers.keys() & (await reminders(one.daughter, one.space_id)).keys()


async def test_what_a_secret_alone_still_calls_for_is_as_secret(calendar: Agenda) -> None:
    """For who represents an adult: from the plan on at which nothing else calls for it."""
    one = await world(calendar, born="1975-04-09")
    known_id = await one.write("conditions", DIABETES)
    await bring_secret(calendar, one.space_id, label="BPCO", code="J44", code_system=ICD)
    await calendar.tick()

    async def is_secret() -> bool:
        async def use_case(work: Work) -> bool:
            edit = await edit_space(work, calendar.host, UUID(one.space_id))
            (found,) = [
                record
                for record in await edit.held({"reminders"})
                if TELLING.encode() in (record.body or b"") and not record.restrictions
            ]
            return bool(found.flags & Confidentiality.HIDDEN_FROM_REPRESENTATIVES)

        return await calendar.office.write(use_case)

    before = await is_secret()
    await one.erase("conditions", known_id)
    await calendar.tick()

    assert not before
    assert await is_secret()
