"""Two persons who differ in what is hidden: whoever helps them hears alike, to the byte."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.integration.reminders.agenda import Agenda, reminders, soon
from tests.integration.reminders.helped import DIABETES, ICD, World, bring_secret, world
from tests.journeys import Json, put
from tests.journeys import patient as person

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
            await bring_secret(calendar, space_id, **DIABETES)
        await calendar.tick_alone()
        changes = (await parent.whole(space_id)).records.values()
        told = [(one["seq"], one["body"]) for one in changes if one["collection"] == "reminders"]
        heard.append(told)

    assert heard[0] == heard[1]
    assert heard[0]
