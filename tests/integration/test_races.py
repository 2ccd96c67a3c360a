"""Many writers and a reader who never stops, on one space, over real HTTP."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import CHILD_BIRTH_DATE, Counter, Json, Phone, Replica, patient, put
from tests.servers import Server, running_server

pytestmark = pytest.mark.slow

WRITERS = 8
OPS_PER_PUSH = 4
SECONDS = float(os.environ.get("CARNET_TEST_RACE_SECONDS", "2"))


class Writer:
    """Adds notes, changes one of its own, and remembers what was acknowledged."""

    def __init__(self, phone: Phone, space_id: str, number: int) -> None:
        self.phone = phone
        self.space_id = space_id
        self.number = number
        self.acknowledged: dict[str, int] = {}
        self.statuses: set[str] = set()
        self.titles: dict[str, str] = {}
        self.last: tuple[str, int] | None = None
        self.pushes = 0

    async def write_until(self, until: float) -> None:
        """Push batch after batch."""
        while time.monotonic() < until:
            self.pushes += 1
            ops = [self._new(i) for i in range(OPS_PER_PUSH - 1)]
            if self.last is not None:
                ops.append(self._change())
            self._hear(ops, await self.phone.push(*ops))

    def _new(self, i: int) -> Json:
        title = f"writer {self.number}, push {self.pushes}, note {i}"
        return put(self.space_id, "notes", {"title": title})

    def _change(self) -> Json:
        """Change the note that was written last, which only this writer changes."""
        assert self.last is not None
        record_id, seq = self.last
        title = f"writer {self.number}, changed at push {self.pushes}"
        was = {"title": self.titles[record_id]}
        return put(self.space_id, "notes", {"title": title}, record_id=record_id, base=seq, was=was)

    def _hear(self, ops: list[Json], outcomes: list[Json]) -> None:
        assert [op["op_id"] for op in ops] == [outcome["op_id"] for outcome in outcomes]
        for op, outcome in zip(ops, outcomes, strict=True):
            self.statuses.add(outcome["status"])
            self.acknowledged[op["record_id"]] = outcome["seq"]
            self.titles[op["record_id"]] = op["set"]["title"]
        record_id = ops[0]["record_id"]
        self.last = record_id, self.acknowledged[record_id]


async def read_without_end(phone: Phone, replica: Replica, stop: asyncio.Event) -> int:
    """Pull small pages until told to stop and nothing more comes; return how often."""
    pulls = 0
    while True:
        is_last = stop.is_set()
        came = await phone.pull(replica, limit=50)
        pulls += 1
        if is_last and not came:
            return pulls


async def two_parents(server: Server, client: Any) -> tuple[Phone, Phone, str]:
    """Open a child's space that two parents look at, each with a feed of their own."""
    counter = Counter(client, server.data_folder)
    opened = await counter.open_space(patient(CHILD_BIRTH_DATE), parents=2)
    phones = [
        await counter.enrol(letter, f"parent.{i}", birth_date=CHILD_BIRTH_DATE)
        for i, letter in enumerate(opened["letters"])
    ]
    return phones[0], phones[1], opened["space_id"]


async def test_no_writer_is_refused_and_no_write_is_unseen(
    database_kind: str, tmp_path: Path, cache_folder: Path
) -> None:
    """Eight at once on one space: what was acknowledged reaches the reader, in order, once."""
    async with (
        running_server(
            database_kind, tmp_path / "data", cache_folder, CARNET_CALENDAR="none"
        ) as server,
        server.client() as client,
    ):
        mother, father, space_id = await two_parents(server, client)
        writers = [Writer(mother if i % 2 else father, space_id, i) for i in range(WRITERS)]
        replica, stop = Replica(space_id), asyncio.Event()
        until = time.monotonic() + SECONDS

        async with asyncio.TaskGroup() as tasks:
            reader = tasks.create_task(read_without_end(mother, replica, stop))
            writing = [tasks.create_task(writer.write_until(until)) for writer in writers]
            await asyncio.wait(writing)
            stop.set()

        whole, of_father = await mother.whole(space_id), await father.whole(space_id)
        assert {status for writer in writers for status in writer.statuses} == {"applied"}
        assert replica.seqs == sorted(set(replica.seqs)), "The order went back."
        assert replica.is_proved
        assert replica.records == whole.records
        assert whole.is_proved
        assert of_father.is_proved
        titles = {i: t for writer in writers for i, t in writer.titles.items()}
        for held in (replica, of_father):
            seen = {i: body["title"] for i, body in held.bodies("notes").items()}
            assert seen == titles
        # Numbers are given once each: the profile, then one for every op.
        assert max(replica.seqs) == 1 + sum(len(w.titles) + w.pushes - 1 for w in writers)
        assert reader.result() > 3, "The reader was hardly there."
