"""Learning on a fictional record: a whole world, and nothing of it afterwards."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import httpx
import pytest

from backend.app import _make_world
from backend.practice import PracticeWorlds
from backend.practice.claims import write_ticket
from backend.practice.relay import Relay, WorldGone, door_in
from backend.settings import DATABASE_FILE, PRACTICE_FOLDER, Settings
from backend.workshops.errors import PracticeUnavailable
from backend.workshops.ports import Practice
from tests.integration.workshops.hall import Agent, Hall, hall_on
from tests.journeys import Json, Phone, put, serving

pytestmark = pytest.mark.slow

TYPED = "a learner's very own words"
# What an agent's own session changes by being used.
_OF_THE_AGENT = frozenset({"agent_session", "workshop", "counter", "sqlite_sequence"})
# The journal's tree has its head signed again as time goes by; its leaves are compared.
_OF_THE_CLOCK = frozenset({"log_head"})


def rows(folder: Path) -> dict[str, list[Any]]:
    """Read every row of every table, but for the agent's own session and what clocks write."""
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as file:
        found = file.execute("SELECT name FROM sqlite_master WHERE type='table'")
        names = [row[0] for row in found]
        return {
            name: sorted(file.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
            for name in names
            if name not in _OF_THE_AGENT | _OF_THE_CLOCK
        }


def files(folder: Path) -> set[str]:
    """Name every file and folder of the data folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def holds(folder: Path, words: str) -> bool:
    """Say whether any file holds some words."""
    return any(words.encode() in p.read_bytes() for p in folder.rglob("*") if p.is_file())


async def learn(hall: Hall, agent: Agent, workshop_id: str) -> tuple[Json, Phone, httpx.Response]:
    """Open a fictional record, sign in as its person by the screen, and write something."""
    opened = await agent.post(f"/v1/workshops/{workshop_id}/practice")
    assert opened.status_code == 201, opened.text
    practice: Json = opened.json()
    inside = httpx.AsyncClient(
        transport=hall.client._transport, base_url=f"http://carnet.test{practice['path']}"
    )
    body = {
        "login": practice["login"],
        "password": practice["password"],
        "device": {"name": TYPED, "platform": "shared"},
    }
    asked = await inside.post("/v1/auth/login", json=body)
    screen = (await agent.get(f"/v1/workshops/{workshop_id}/practice/messages")).json()
    code = next(word.strip(".") for word in screen[-1]["text"].split() if word[:6].isdigit())
    answer = await inside.post(
        "/v1/auth/login/verify", json={"challenge_id": asked.json()["challenge_id"], "code": code}
    )
    assert answer.status_code == 200, answer.text
    phone = Phone(inside, answer.json())
    space_id = (await phone.spaces())[0]["space_id"]
    (outcome,) = await phone.push(put(space_id, "notes", {"title": TYPED}))
    assert outcome["status"] == "applied"
    assert len((await phone.whole(space_id)).records) > 10
    await phone.post(
        f"/v1/spaces/{space_id}/documents",
        content=TYPED.encode(),
        headers={"Content-Type": "text/plain"},
    )
    return practice, phone, answer


@pytest.fixture
async def database_kind() -> str:
    """Any will do: a fictional world has a file of its own."""
    return "sqlite"


async def test_a_learner_leaves_nothing_behind(hall: Hall, agent: Agent) -> None:
    """Not a row, not a file, not a word, not a message; and its path is nobody's."""
    workshop_id = await agent.workshop()
    folder = hall.counter.data_folder
    before = rows(folder), files(folder)

    practice, phone, _ = await learn(hall, agent, workshop_id)
    during = files(folder)
    closed = await agent.post(f"/v1/workshops/{workshop_id}/close")

    assert closed.status_code == 204
    assert any(PRACTICE_FOLDER in name for name in during)
    after = rows(folder), files(folder)
    assert after[0] == before[0]
    assert after[1] == before[1]
    assert not holds(folder, TYPED)
    assert not (folder / "outbox.jsonl").exists()
    gone = await phone.get("/v1/spaces")
    unknown = await hall.client.get("/practice/" + "x" * 32 + "/v1/spaces", headers=phone.headers)
    assert gone.status_code == 404
    assert gone.content == unknown.content
    outside = await hall.client.get("/v1/spaces", headers=phone.headers)
    assert outside.status_code == 401
    assert practice["path"].startswith("/practice/")


async def test_the_clock_ends_a_world_by_itself(hall: Hall, agent: Agent) -> None:
    """Nobody has to remember to close the workshop."""
    workshop_id = await agent.workshop(hours=6 / 3600)
    folder = hall.counter.data_folder

    practice = await agent.post(f"/v1/workshops/{workshop_id}/practice")
    for _ in range(100):
        if not (folder / PRACTICE_FOLDER).exists():
            break
        await asyncio.sleep(0.1)

    assert practice.status_code == 201, practice.text
    assert not (folder / PRACTICE_FOLDER).exists()


async def test_asking_twice_opens_the_same_world(hall: Hall, agent: Agent) -> None:
    """One workshop has one, however many agents hold it."""
    path = f"/v1/workshops/{await agent.workshop()}/practice"

    first, second = await asyncio.gather(agent.post(path), agent.post(path))

    assert first.json() == second.json()


async def test_there_is_room_for_a_few_worlds(hall: Hall, agent: Agent) -> None:
    """A server is not filled with fictions; one that ends makes room."""
    held = [await agent.workshop() for _ in range(4)]
    answers = [await agent.post(f"/v1/workshops/{one}/practice") for one in held]

    assert [one.status_code for one in answers] == [201, 201, 201, 503]
    assert answers[-1].json()["code"] == "practice-unavailable"
    await agent.post(f"/v1/workshops/{held[0]}/close")
    assert (await agent.post(f"/v1/workshops/{held[3]}/practice")).status_code == 201


async def test_the_end_of_the_server_and_the_next_start_leave_nothing(
    tmp_path: Path, cache_folder: Path
) -> None:
    """What a server that crashed has left is removed before anybody is served."""
    async with hall_on("sqlite", tmp_path, cache_folder) as hall:
        agent = await hall.agent()
        await learn(hall, agent, await agent.workshop())
    stopped = (tmp_path / PRACTICE_FOLDER).exists()
    (tmp_path / PRACTICE_FOLDER / "crashed").mkdir(parents=True)
    (tmp_path / PRACTICE_FOLDER / "crashed" / "file").write_text(TYPED)

    async with serving(Settings(data_folder=tmp_path)):
        swept = not (tmp_path / PRACTICE_FOLDER).exists()

    assert not stopped
    assert swept
    assert not holds(tmp_path, TYPED)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder with a path that has room for a socket."""
    with TemporaryDirectory(prefix="carnet") as folder:
        yield Path(folder)


@pytest.fixture
async def processes(shared: Path) -> AsyncIterator[tuple[PracticeWorlds, PracticeWorlds]]:
    """Two processes of one server on PostgreSQL, as far as fictional worlds go."""
    settings = Settings(data_folder=shared, workers=2, database_url="postgresql://nowhere")
    one, other = PracticeWorlds(settings, _make_world), PracticeWorlds(settings, _make_world)
    yield one, other
    await one.close()
    await other.close()


async def test_every_process_leads_to_the_one_that_holds_a_world(
    processes: tuple[PracticeWorlds, PracticeWorlds], shared: Path
) -> None:
    """Asked for twice at once it is made once; requests, codes and its end reach it."""
    one, other = processes
    workshop_id, ends_at = uuid4(), datetime.now(UTC) + timedelta(hours=1)

    practice, same = await asyncio.gather(
        one.open(workshop_id, ends_at), other.open(workshop_id, ends_at)
    )
    await one.sweep()  # As a process does that starts meanwhile.
    await other.sweep()
    body = {
        "login": practice.login,
        "password": practice.password,
        "device": {"name": TYPED, "platform": "shared"},
    }
    for worlds in processes:
        door = worlds.door_of(practice.path)
        assert door is not None
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(door), base_url="http://carnet.test"
        ) as inside:
            asked = await inside.post("/v1/auth/login", json=body)
            nowhere = await inside.get("/v1/nowhere")
        assert asked.status_code == 202, asked.text
        assert nowhere.status_code == 404
        assert len(await one.messages(workshop_id)) == len(await other.messages(workshop_id)) > 0
    holder, guest = (one, other) if workshop_id in one._worlds else (other, one)
    await guest.throw_away(workshop_id)

    assert practice == same
    assert workshop_id not in holder._worlds
    assert holder.door_of(practice.path) is None
    assert guest.door_of(practice.path) is None
    assert await guest.messages(workshop_id) == []
    assert files(shared) == set()


async def test_a_world_that_another_process_still_makes_is_ended_too(
    processes: tuple[PracticeWorlds, PracticeWorlds], shared: Path
) -> None:
    """A workshop is closed while its fictional record is not even there to be closed."""
    one, other = processes
    workshop_id = uuid4()
    making = asyncio.create_task(one.open(workshop_id, datetime.now(UTC) + timedelta(hours=1)))
    await asyncio.sleep(0)
    begun = files(shared)

    await other.throw_away(workshop_id)
    await making

    assert begun
    assert workshop_id not in one._worlds
    assert files(shared) == set()


async def test_a_world_that_ends_under_a_request_is_gone_and_no_failure(tmp_path: Path) -> None:
    """Who asked is answered as if it had never been, and not left without an answer."""
    asked = asyncio.Event()

    async def waits(*_: Any) -> None:
        asked.set()
        await asyncio.Event().wait()

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        pytest.fail(f"Nobody answered {message}.")

    async def never() -> None:
        pytest.fail("Nobody ended it.")

    relay = Relay(waits, never)
    await relay.open(tmp_path)
    scope = {"type": "http", "headers": []}
    request = asyncio.ensure_future(door_in(tmp_path)(scope, receive, send))
    await asked.wait()

    await relay.close()

    with pytest.raises(WorldGone):
        await request


async def test_there_is_room_for_as_few_worlds_in_several_processes(
    processes: tuple[PracticeWorlds, PracticeWorlds],
    shared: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each counts those of the others."""
    monkeypatch.setattr("backend.practice.worlds.PRACTICES_MAX", 1)
    one, other = processes
    ends_at = datetime.now(UTC) + timedelta(hours=1)
    await one.open(uuid4(), ends_at)
    before = files(shared)

    with pytest.raises(PracticeUnavailable):
        await other.open(uuid4(), ends_at)

    assert {name for name in files(shared) if name.endswith(".held")} == {
        name for name in before if name.endswith(".held")
    }


async def test_a_world_whose_process_crashed_is_as_if_it_had_never_been(
    processes: tuple[PracticeWorlds, PracticeWorlds], shared: Path
) -> None:
    """Nobody is led to it, and the next start of any process removes it."""
    one, other = processes
    path = f"/practice/{'x' * 32}"
    folder = shared / PRACTICE_FOLDER / "a1b2"
    folder.mkdir(parents=True)
    folder.with_name("a1b2.held").touch()
    left = Practice(path=path, login="l", password=TYPED, ends_at=datetime.now(UTC))
    write_ticket(folder, left)

    door = one.door_of(path)
    assert door is not None
    with pytest.raises(WorldGone):
        await door({"type": "http", "headers": []}, None, None)  # type: ignore[arg-type]
    await other.sweep()

    assert one.door_of(path) is None
    assert files(shared) == set()


async def test_a_path_too_long_for_a_socket_holds_no_world_among_several(tmp_path: Path) -> None:
    """A request might reach a process that cannot be led to it: so it is refused."""
    folder = tmp_path / ("long" * 25)
    settings = Settings(data_folder=folder, workers=2, database_url="postgresql://nowhere")

    def never(_: Settings) -> Any:
        pytest.fail("A world was made.")

    with pytest.raises(PracticeUnavailable):
        await PracticeWorlds(settings, never).open(uuid4(), datetime.now(UTC) + timedelta(hours=1))

    assert not (folder / PRACTICE_FOLDER).exists()
