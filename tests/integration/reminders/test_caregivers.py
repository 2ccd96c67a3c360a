"""A caregiver's reminders: planned by what they may see, and nobody else's to answer."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.access.model import Confidentiality
from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Work
from backend.reminders.eyes import eyes_of
from notifications.storage.sql import SqlJobStore
from sync.edit import Entry
from tests.integration.reminders.agenda import Agenda, answer, appointment, reminders, soon
from tests.journeys import Json, Phone, Replica, delete, put
from tests.journeys import patient as person

AGENDA = ["appointments", "immunizations"]
ICD = "http://hl7.org/fhir/sid/icd-10"
DIABETES = {"label": "Diabète", "code": "E11", "code_system": ICD}
# A vaccine that nobody of that age is advised, but for an illness.
TELLING = "pneumococcal_adult#1"


class World:
    """A mother, a daughter who helps her, and the daughter's phone."""

    def __init__(self, mother: Phone, daughter: Phone, space_id: str, mandate_id: str) -> None:
        self.mother = mother
        self.daughter = daughter
        self.space_id = space_id
        self.mandate = f"/v1/spaces/{space_id}/mandates/{mandate_id}"
        self.replica = Replica(space_id)
        self._told: dict[str, int] = {}

    async def write(self, collection: str, fields: Json, **given: Any) -> str:
        """Let the mother write something."""
        op = put(self.space_id, collection, fields, **given)
        (outcome,) = await self.mother.push(op)
        assert outcome["status"] == "applied", outcome
        return str(op["record_id"])

    async def erase(self, collection: str, record_id: str) -> None:
        """Let the mother take something back."""
        seq = (await self.mother.whole(self.space_id)).records[record_id]["seq"]
        await self.mother.push(delete(self.space_id, collection, record_id, seq))

    async def hide(self, record_id: str) -> str:
        """Let the mother mask something from her daughter."""
        (mandate,) = (await self.mother.whole(self.space_id)).bodies("mandates").values()
        mask = {"record_id": record_id, "from_whom": "person", "party_id": mandate["party_id"]}
        return await self.write("masks", mask)

    async def news(self) -> list[Json]:
        """Return what the daughter's next contact brings, records by the order they came in."""
        before = self.replica.checkpoint
        ask = {"space_id": self.space_id, "checkpoint": before, "limit": 500}
        (page,) = (await self.daughter.sync(spaces=[ask]))["spaces"]
        self.replica.take(page)
        assert self.replica.is_proved
        return [{**one, "record_id": self._name(one)} for one in page["changes"]]

    async def refresh(self) -> None:
        """Keep the daughter's phone signed in."""
        token = {"refresh_token": self.daughter.tokens["refresh_token"]}
        answer = await self.daughter.client.post("/v1/auth/refresh", json=token)
        assert answer.status_code == 200, answer.text
        self.daughter.tokens |= answer.json()
        bearer = f"Bearer {self.daughter.tokens['access_token']}"
        self.daughter.headers = {"Authorization": bearer}

    def _name(self, change: Json) -> int:
        return self._told.setdefault(change["record_id"], len(self._told))

    async def advised(self) -> dict[str, Json]:
        """Return what the daughter is told of her mother, by the step of the calendar."""
        found = (await reminders(self.daughter, self.space_id)).values()
        return {one["subject"]: one for one in found if one["kind"] != "appointment"}


async def world(
    house: Agenda, login: str = "lea.martin", *, born: str = "1961-04-09", **given: Any
) -> World:
    """Let a daughter help, with agenda and immunizations to read and no more by default."""
    opened = await house.counter.open_space(person(born))
    mother = await house.counter.enrol(opened["letters"][0], login, birth_date=born)
    await house.step_up(mother)
    space_id = (await mother.spaces())[0]["space_id"]
    helps = {"sections": AGENDA, "actions": ["read"], **given}
    daughter, invited = await house.caregiver(mother, space_id, f"camille.{login}", **helps)
    return World(mother, daughter, space_id, invited["record_id"])


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


# What is hidden from a daughter for agenda and immunizations, in one way or another.
HIDDEN: list[tuple[str, Json]] = [
    ("conditions", DIABETES),
    ("conditions", {"label": "BPCO", "code": "J44", "code_system": ICD}),
    ("conditions", {"label": "VIH", "code": "B20", "code_system": ICD}),
    ("situations", {"label": "Grossesse", "kind": "pregnancy", "last_period_on": "2026-08-01"}),
    (
        "situations",
        {"label": "Asplénie", "kind": "situation", "situation": "asplenia", "answer": "yes"},
    ),
    ("situations", {"label": "Guyane", "kind": "residence", "country": "GF"}),
    (
        "screenings",
        {"label": "HPV", "exam": "hpv-test", "status": "completed", "performed_on": "2026-02-01"},
    ),
    ("history", {"label": "Splénectomie", "kind": "procedure", "code": "D73", "code_system": ICD}),
    ("treatments", {"label": "Méthotrexate", "status": "active", "started_on": "2026-01-01"}),
    ("appointments", {"sensitive": ["violence"], "title": "Suivi", "status": "booked"}),
    (
        "immunizations",
        {
            "label": "Gardasil 9",
            "status": "completed",
            "occurred_on": "2026-01-01",
            "sensitive": ["sexual-health"],
        },
    ),
]
SEEN: list[tuple[str, Json]] = [
    (
        "immunizations",
        {"label": "Shingrix", "status": "completed", "occurred_on": "2026-10-01"},
    ),
    ("immunizations", {"label": "Repevax", "status": "completed", "occurred_on": "2020-05-01"}),
    ("immunizations", {"label": "Priorix", "status": "completed", "occurred_on": "1999"}),
    ("appointments", {"title": "Dentiste", "status": "booked"}),
    ("reminder_rules", {"title": "Comprimé", "rrule": "FREQ=WEEKLY"}),
]


def dated(collection: str, fields: Json, chance: random.Random) -> Json:
    """Complete what is planned for a day."""
    if collection not in ("appointments", "reminder_rules"):
        return fields
    starts_at = soon(days=chance.randint(2, 60)).isoformat()
    return {**fields, "starts_at": starts_at, "time_zone": "Europe/Paris"}


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_hidden_changes_nothing_on_a_caregivers_phone(
    calendar: Agenda, seed: int
) -> None:
    """Two mothers, of whom one has a hidden life too: at each contact both daughters hear alike.

    Of the same numbers, in the same order, at the same contacts, in the same words.
    """
    chance = random.Random(seed)
    born = chance.choice(["1948-04-09", "1961-04-09", "1975-04-09", "1994-04-09"])
    actions = chance.choice([["read"], ["read", "add", "change"]])
    calendar.stop()
    whole = await world(calendar, "lea.whole", born=born, actions=actions)
    plain = await world(calendar, "lea.plain", born=born, actions=actions)
    told = 0

    for step in range(8):
        for collection, fields in chance.sample(HIDDEN, 2):
            hidden = await whole.write(collection, dated(collection, fields, chance))
            if chance.random() < 0.3:
                await calendar.tick_alone()
                await whole.erase(collection, hidden)
        if step % 3 == 2:
            collection, fields = chance.choice(SEEN)
            await _masked_from_the_start(whole, collection, dated(collection, fields, chance))
        collection, fields = chance.choice(SEEN)
        fields, record_id = dated(collection, fields, chance), UUID(int=chance.getrandbits(128))
        for one in (whole, plain):
            await one.write(collection, fields, record_id=str(record_id))
        await calendar.tick_alone()
        told += await _same_news(whole, plain)

    for days in range(25, 101, 25):  # By the end most of it is past, and goes.
        with calendar.at(datetime.now(UTC) + timedelta(days=days)):
            await calendar.tick_alone()
            for one in (whole, plain):
                await one.refresh()
            told += await _same_news(whole, plain)
    jobs = [await calendar.jobs(one.space_id) for one in (whole, plain)]
    assert [len({job.party_id for job in found}) for found in jobs] == [2, 2]
    assert told > 8
    assert await reminders(whole.mother, whole.space_id)


async def _same_news(*worlds: World) -> int:
    """Let each daughter's phone make contact: they hear alike; return of how much."""
    first, second = [await one.news() for one in worlds]
    assert len(first) == len(second)
    for ours, theirs in zip(first, second, strict=True):
        assert ours == theirs
    return len(first)


async def _masked_from_the_start(one: World, collection: str, fields: Json) -> None:
    """Write something and its mask in one batch: it never was in the daughter's sight."""
    (mandate,) = (await one.mother.whole(one.space_id)).bodies("mandates").values()
    op = put(one.space_id, collection, fields)
    mask = {"record_id": op["record_id"], "from_whom": "person", "party_id": mandate["party_id"]}
    outcomes = await one.mother.push(op, put(one.space_id, "masks", mask))
    assert [found["status"] for found in outcomes] == ["applied", "applied"], outcomes


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


async def _secret(house: Agenda, space_id: str, **fields: Any) -> None:
    """Let a doctor bring something that is kept from who stands in the person's place."""

    async def use_case(work: Work) -> None:
        edit = await edit_space(work, house.host, UUID(space_id))
        record_id = work.new_id()
        await edit.load([record_id])
        edit.put(
            Entry(
                record_id=record_id,
                collection=house.host.collections["conditions"],
                author_id=work.new_id(),
                fields=fields,
                flags=Confidentiality.HIDDEN_FROM_REPRESENTATIVES.value,
            )
        )
        await save_space(work, UUID(space_id), edit)

    await house.office.write(use_case)


async def test_a_childs_secret_changes_nothing_on_its_parents_phones(calendar: Agenda) -> None:
    """Of two children of whom one has an illness that nobody is to tell them of."""
    calendar.stop()
    heard = []
    for name in ("secret", "plain"):
        opened = await calendar.counter.open_space(person("2019-04-09"), parents=1)
        space_id = opened["space_id"]
        parent = await calendar.counter.enrol(
            opened["letters"][0], f"parent.{name}", birth_date="2019-04-09"
        )
        await calendar.tick_alone()
        if name == "secret":
            await _secret(calendar, space_id, **DIABETES)
        await calendar.tick_alone()
        changes = (await parent.whole(space_id)).records.values()
        told = [(one["seq"], one["body"]) for one in changes if one["collection"] == "reminders"]
        heard.append(told)

    assert heard[0] == heard[1]
    assert heard[0]


async def test_what_a_secret_alone_still_calls_for_is_as_secret(calendar: Agenda) -> None:
    """For who represents an adult: from the plan on at which nothing else calls for it."""
    one = await world(calendar, born="1975-04-09")
    known_id = await one.write("conditions", DIABETES)
    await _secret(calendar, one.space_id, label="BPCO", code="J44", code_system=ICD)
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
