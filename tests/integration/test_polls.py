"""What is answered before the framework is what its controller answers."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import bindparam, update

from backend.app import create_litestar
from backend.kernel.edge import Asgi, Edge
from backend.kernel.work import Work
from backend.polls import Polls
from sync.storage.tables import viewers
from tests.databases import settings_on
from tests.journeys import Counter, Json, Phone, client_of, delete, put, running

NDJSON = "application/x-ndjson"
NOTES = 7
_SHUT = update(viewers).where(viewers.c.space_id == bindparam("in_space")).values(is_open=False)


class Doors:
    """One application behind two doors, a person with some notes, and what each door is asked."""

    def __init__(self, litestar: Any, folder: Path) -> None:
        metrics = litestar.state.metrics
        self.state = litestar.state
        self.counted: list[str] = []
        self.polls = Polls(litestar)
        self.tag = ""
        self.front = client_of(Edge(self.polls, metrics))
        self.behind = client_of(Edge(self._counting(litestar), metrics))
        self.through = client_of(Edge(Polls(self._counting(litestar)), metrics))
        self.counter = Counter(self.behind, folder)
        self.headers: dict[str, str] = {}
        self.path = ""

    def _counting(self, litestar: Any) -> Any:
        async def counting(*call: Any) -> None:
            self.counted.append(call[0]["path"])
            await litestar(*call)

        counting.state = litestar.state  # type: ignore[attr-defined]
        return counting

    async def move_in(self) -> None:
        """Open a space with notes, of which one is gone."""
        phone = await self.counter.newcomer()
        space_id = (await phone.spaces())[0]["space_id"]
        texts = ("œ" * 400, '"', "\\", "\n", "{}", "é", "")
        ops = [put(space_id, "notes", {"title": f"{i}", "text": t}) for i, t in enumerate(texts)]
        outcomes = await phone.push(*ops)
        await phone.push(delete(space_id, "notes", ops[0]["record_id"], outcomes[0]["seq"]))
        self.headers = phone.headers
        self.path = f"/v1/spaces/{space_id}/changes"

    async def ask(self, door: httpx.AsyncClient, query: str, headers: Json) -> Any:
        """Ask one door; return all that it says but for what is each request's own."""
        answer = await door.get(self.path + query, headers={**self.headers, **headers})
        said = {k: v for k, v in answer.headers.items() if k != "x-request-id"}
        return answer.status_code, said, _without_own_id(answer)


def _without_own_id(answer: httpx.Response) -> Any:
    if "problem" not in answer.headers.get("content-type", ""):
        return answer.content
    return {k: v for k, v in answer.json().items() if k not in ("instance", "request_id")}


@pytest.fixture
async def doors(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[Doors]:
    """Both doors of one application, on each database."""
    async with settings_on(database_kind, tmp_path / "data", cache_folder) as settings:
        litestar = create_litestar(settings)
        async with running(_plain(litestar)):
            opened = Doors(litestar, settings.data_folder)
            await opened.move_in()
            yield opened


def _plain(litestar: Any) -> Asgi:
    return litestar  # type: ignore[no-any-return]


async def test_both_doors_say_the_same(doors: Doors) -> None:
    """Pages, their ends, 304 and every refusal, to the header."""
    first = (await doors.behind.get(f"{doors.path}?limit=3", headers=doors.headers)).json()
    whole = await doors.behind.get(doors.path, headers=doors.headers)
    tag, place, end = whole.headers["etag"], first["checkpoint"], whole.json()["checkpoint"]
    queries = [
        "",
        "?",
        "?limit=1",
        "?limit=500",
        f"?checkpoint={place}",
        f"?checkpoint={place}&limit=2",
        f"?limit=2&checkpoint={place}",
        f"?checkpoint={end}",
        "?limit=0",
        "?limit=501",
        "?limit=007",
        "?limit=1&limit=2",
        "?limit=%31",
        "?checkpoint=",
        "?checkpoint=AAAA",
        f"?checkpoint={place}&",
        f"?checkpoint={place}&checkpoint={end}",
        "?other=1",
    ]
    manners: list[Json] = [
        {},
        {"If-None-Match": tag},
        {"If-None-Match": f'"7.7", W/{tag}'},
        {"If-None-Match": '"7.7"'},
        {"Accept": NDJSON},
        {"Accept-Encoding": "zstd"},
        {"Accept-Encoding": "gzip"},
        {"Authorization": "Bearer nobody"},
        {"Authorization": doors.headers["Authorization"].replace("Bearer ", "bEARER   ")},
        {"Authorization": "Basic eDp5"},
    ]

    for query in queries:
        for headers in manners:
            front = await doors.ask(doors.front, query, headers)
            behind = await doors.ask(doors.behind, query, headers)
            assert front == behind, (query, headers)


async def test_a_question_of_the_common_kind_never_reaches_the_framework(doors: Doors) -> None:
    """And one that is refused, or asked in another way, does."""
    answer = await doors.behind.get(f"{doors.path}?limit=3", headers=doors.headers)
    place = answer.json()["checkpoint"]
    doors.counted.clear()

    for query in ("", "?limit=3", f"?checkpoint={place}&limit=3"):
        await doors.ask(doors.through, query, {})
    assert doors.counted == []
    for query in ("?limit=0", "?other=1", "?checkpoint=AAAA"):
        await doors.ask(doors.through, query, {})
    assert len(doors.counted) == 3


async def test_a_bug_is_a_problem_at_both_doors(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks in front breaks behind, where it is told as a problem."""

    async def broken(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(doors.state.exchange, "page", broken)

    front, behind = [await doors.ask(door, "", {}) for door in (doors.front, doors.behind)]

    assert front == behind
    assert (front[0], front[2]["code"]) == (500, "internal-error")


async def test_a_request_is_counted_once_whoever_answers_it(doors: Doors) -> None:
    """A refusal is counted by the controller alone, a page by the door alone."""
    limits = doors.state.limits
    charged: list[int] = []
    charge, give_back = limits.charge, limits.give_back
    limits.charge = lambda key, count=1: (charge(key, count), charged.append(count))
    limits.give_back = lambda key: (give_back(key), charged.append(-1))

    for query in ("", "?checkpoint=AAAA", "?other=1"):
        await doors.ask(doors.front, query, {})

        assert sum(charged) == 1, query
        charged.clear()


async def test_a_device_that_asks_too_often_is_told_so_here_too(doors: Doors) -> None:
    """The limit holds in front of the framework."""
    phone = Phone(doors.front, {"access_token": doors.headers["Authorization"].split()[1]})
    doors.state.limits._step = 20.0  # Three a minute.

    statuses = [(await phone.get(doors.path)).status_code for _ in range(8)]

    assert statuses[0] == 200
    assert statuses[-1] == 429


async def polled(doors: Doors, phone: Phone) -> int:
    """Ask in front whether there is news for a phone that is up to date; return the status."""
    headers = {**phone.headers, "If-None-Match": doors.tag}
    return (await doors.front.get(doors.path, headers=headers)).status_code


async def move_in_and_poll(doors: Doors) -> Phone:
    """Let a phone ask until the door knows its way."""
    phone = Phone(doors.front, {"access_token": doors.headers["Authorization"].split()[1]})
    doors.tag = (await phone.get(doors.path)).headers["etag"]
    assert [await polled(doors, phone) for _ in range(3)] == [304] * 3
    return phone


async def test_a_device_that_is_removed_is_refused_at_its_very_next_poll(doors: Doors) -> None:
    """However often it was answered before, and among however many others."""
    phone = await move_in_and_poll(doors)
    (device,) = (await phone.get("/v1/devices")).json()
    doors.state.limits._step = 0.0
    goes_on = True

    async def ask() -> list[int]:
        seen = []
        while goes_on:
            seen.append(await polled(doors, phone))
            await asyncio.sleep(0)
        return seen

    crowd = [asyncio.create_task(ask()) for _ in range(8)]
    await asyncio.sleep(0.05)
    removed = await doors.behind.delete(f"/v1/devices/{device['device_id']}", headers=phone.headers)
    after = await asyncio.gather(*(polled(doors, phone) for _ in range(8)))
    goes_on = False

    assert removed.status_code == 204
    assert after == [401] * 8
    for seen in await asyncio.gather(*crowd):
        assert (seen[0], seen[-1]) == (304, 401)
        assert seen == sorted(seen), "Whoever was refused is never answered again."


async def test_whoever_may_not_open_a_space_any_more_is_refused_at_the_next_poll(
    doors: Doors,
) -> None:
    """Like one who never could."""
    phone = await move_in_and_poll(doors)

    async def shut(work: Work) -> None:
        await work.db.run(_SHUT, in_space=UUID(doors.path.split("/")[3]))

    await doors.state.office.write(shut)

    assert await polled(doors, phone) == 404


async def test_where_a_token_led_decides_nothing(doors: Doors) -> None:
    """What the door remembers saves time alone: were it wrong, no answer would change."""
    phone = await move_in_and_poll(doors)
    polls = doors.polls
    assert len(polls._led) == 1

    for led in ((uuid4(), uuid4()), next(iter(polls._led.values()))):
        polls._led = OrderedDict({hash(token): led for token in (_token(phone), "nobody")})

        nobody = Phone(doors.front, {"access_token": "nobody"})
        assert [await polled(doors, one) for one in (phone, nobody)] == [304, 401]


async def test_a_door_remembers_a_bounded_number_of_ways(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And forgets the oldest first."""
    phone = await move_in_and_poll(doors)
    doors.polls._led = OrderedDict({1: (uuid4(), uuid4()), 2: (uuid4(), uuid4())})
    monkeypatch.setattr("backend.polls._LED_MAX", 2)

    await polled(doors, phone)

    assert [*doors.polls._led] == [2, hash(_token(phone))]


def _token(phone: Phone) -> str:
    return phone.headers["Authorization"].split()[1]
