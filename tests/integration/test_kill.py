"""A server that is killed in the middle of pushes, again and again."""

import asyncio
import os
import random
import signal
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.journeys import Counter, Json, Phone, put
from tests.servers import Server, holder_of, running_server

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("CARNET_TEST_KILLS", "3"))
WRITERS = 4
RETRY_SECONDS = 0.02
AGAIN_MAX = 500
ORPHAN_SECONDS = 4.0


class Writer:
    """Sends each batch, the same to the last byte, until somebody answers it."""

    def __init__(self, phone: Phone, space_id: str) -> None:
        self.phone = phone
        self.space_id = space_id
        self.record_id = str(uuid4())
        self.step = 0
        self.ops: dict[str, Json] = {}
        self.outcomes: dict[str, Json] = {}
        self.retries = 0
        self.answered = asyncio.Event()

    def batch(self) -> list[Json]:
        """Count twice in one note, and add a note: counting twice over would be a conflict."""
        return [
            self._count(),
            self._count(),
            put(self.space_id, "notes", {"title": f"beside {self.step}"}),
        ]

    async def write(self, done: asyncio.Event) -> None:
        """Push until told to stop; what was begun is finished."""
        while not done.is_set():
            ops = self.batch()
            self.ops.update({op["op_id"]: op for op in ops})
            for outcome in await self._send(ops):
                self.outcomes[outcome["op_id"]] = outcome
            self.answered.set()

    async def _send(self, ops: list[Json]) -> list[Json]:
        while True:
            try:
                return await self.phone.push(*ops)
            except httpx.TransportError:
                self.retries += 1
                await asyncio.sleep(RETRY_SECONDS)

    def _count(self) -> Json:
        self.step += 1
        before = {} if self.step == 1 else {"title": f"step {self.step - 1}"}
        return put(
            self.space_id,
            "notes",
            {"title": f"step {self.step}"},
            record_id=self.record_id,
            was=before,
        )


def without_body(outcome: Json) -> Json:
    """Return an outcome without what stands in the record now, which moves on."""
    return {name: value for name, value in outcome.items() if name != "current"}


async def kill_often(server: Server, writers: list[Writer]) -> None:
    """Kill the server at moments of no meaning while it answers, and start it again at once."""
    moments = random.Random(7)
    for _ in range(KILLS):
        for writer in writers:
            writer.answered.clear()
        await asyncio.gather(*(writer.answered.wait() for writer in writers))
        await asyncio.sleep(moments.uniform(0, 0.15))
        await server.kill()
        await server.start()


async def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(
    database_kind: str, tmp_path: Path, cache_folder: Path
) -> None:
    """Whatever the moment of a kill, an op sent again until it is answered is applied once."""
    async with (
        running_server(
            database_kind, tmp_path / "data", cache_folder, CARNET_CALENDAR="none"
        ) as server,
        server.client() as client,
    ):
        phone = await Counter(client, server.data_folder).newcomer()
        space_id = (await phone.spaces())[0]["space_id"]
        writers = [Writer(phone, space_id) for _ in range(WRITERS)]
        done = asyncio.Event()

        async with asyncio.TaskGroup() as tasks:
            for writer in writers:
                tasks.create_task(writer.write(done))
            await kill_often(server, writers)
            done.set()

        whole = await phone.whole(space_id)
        assert sum(writer.retries for writer in writers) >= KILLS, "No push met a kill."
        assert whole.is_proved
        for writer in writers:
            assert writer.outcomes.keys() == writer.ops.keys()
            assert {o["status"] for o in writer.outcomes.values()} <= {"applied", "merged"}
            expected = {op["record_id"]: op["set"] for op in writer.ops.values()}
            assert {i: whole.bodies("notes").get(i) for i in expected} == expected
        # Each op took one number, and none was taken twice: the first is the profile's.
        assert max(whole.seqs) == 1 + sum(len(writer.ops) for writer in writers)
        # Sent once more, everything is answered as it was, and moves nothing.
        for writer in writers:
            ops = [*writer.ops.values()][:AGAIN_MAX]
            again = [without_body(outcome) for outcome in await phone.push(*ops)]
            assert again == [without_body(writer.outcomes[op["op_id"]]) for op in ops]
        assert await phone.pull(whole) == 0


async def test_a_server_whose_worker_dies_ends_too(tmp_path: Path, cache_folder: Path) -> None:
    """A supervisor must see it: a parent that lives on without its worker serves nobody."""
    async with running_server("sqlite", tmp_path / "data", cache_folder) as server:
        os.kill(holder_of(server.data_folder), signal.SIGKILL)

        assert await server.wait() != 0


async def test_a_worker_whose_parent_is_killed_ends_too(tmp_path: Path, cache_folder: Path) -> None:
    """Whoever kills what they started can start it again: nothing holds the port or the data."""
    async with running_server("sqlite", tmp_path / "data", cache_folder) as server:
        os.kill(server.pid, signal.SIGKILL)

        assert await server.is_silent_within(ORPHAN_SECONDS)
