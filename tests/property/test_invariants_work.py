"""How much work an answer is: invariant 10 of the design."""

from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.kernel.db import Database
from backend.kernel.work import Work
from sync.core.change import Op
from sync.edit import Entry, SpaceEdit
from sync.exchange import SpaceAsk
from sync.pull import open_reading, pull
from sync.push import push
from sync.storage.port import SpaceStore
from sync.storage.sql import SqlSpaceStore
from tests.property.homes import Home, MemoryHome, SqlHome
from tests.property.watching import Steps, Watched, WatchedSql, plans
from tests.property.worlds import Phone, World, named

SMALL, LARGE = 100, 10_000
VIEWERS = 3
_spaces: dict[int, tuple[World, Phone, Counter[str]]] = {}


async def filled(home: Home, size: int, name: str) -> World:
    """Make a space that already holds many records."""
    world = await World.make(home, viewers=VIEWERS, name=name)

    async def work(store: SpaceStore, now: Any) -> None:
        edit = await SpaceEdit.begin(store, world.host, now=now)
        record_ids = [named(name, "old", i) for i in range(size)]
        await edit.load(record_ids)
        for record_id in record_ids:
            edit.put(
                Entry(
                    record_id=record_id,
                    collection=world.host.collections["notes"],
                    author_id=world.caller(0).party_id,
                    fields={"title": "old"},
                )
            )
        await edit.save()

    await world.home.write(world.space_id, work)
    return world


async def _space_of(size: int) -> tuple[World, Phone, Counter[str]]:
    """Return a space of this size in memory, filled once, with a phone that is up to date."""
    if size not in _spaces:
        seen: Counter[str] = Counter()
        home = MemoryHome(lambda store: Watched(store, seen))
        world = await filled(home, size, f"of {size}")
        phone = Phone(world, 1)
        await _pull_all(world, phone)
        _spaces[size] = (world, phone, seen)
    return _spaces[size]


async def _pull_all(world: World, phone: Phone, limit: int = 500) -> int:
    """Pull without the world looking on; return how many requests it took."""
    requests = 0
    while True:
        ask = SpaceAsk(space_id=world.space_id, checkpoint=phone.checkpoint, limit=limit)
        page = await world.exchange.page(phone.caller, ask)
        phone.checkpoint = page.checkpoint
        requests += 1
        if not page.more:
            return requests


async def _work_of_delta(size: int, changes: int, limit: int) -> tuple[Counter[str], int]:
    world, phone, seen = await _space_of(size)
    holder = Phone(world, 0, uuid4())
    ops = [_add(holder) for _ in range(changes)]
    await world.exchange.push(holder.caller, ops)
    seen.clear()
    requests = await _pull_all(world, phone, limit)
    return Counter(seen), requests


def _add(phone: Phone) -> Op:
    phone.add({"title": "new"})
    return phone.queue.pop()


@given(changes=st.integers(0, 60), limit=st.integers(1, 40))
@settings(max_examples=15, deadline=None)
async def test_invariant_10_a_pull_costs_its_changes_whatever_the_size_of_the_space(
    changes: int, limit: int
) -> None:
    """The same delta of a small and a large space reads the same rows, about those it sends."""
    small, requests = await _work_of_delta(SMALL, changes, limit)
    large, _ = await _work_of_delta(LARGE, changes, limit)

    assert small == large
    assert large["page rows"] <= changes + requests
    assert large["page calls"] <= requests
    assert large["records calls"] == large["lines calls"] == large["all_ids calls"] == 0


@given(marks=st.lists(st.integers(0, SMALL - 1), min_size=1, max_size=5))
@settings(max_examples=15, deadline=None)
async def test_invariant_10_a_mask_costs_its_viewers_whatever_the_size_of_the_space(
    marks: list[int],
) -> None:
    """Masking a record touches one line of each viewer who loses it, and no other."""
    done = []
    for size in (SMALL, LARGE):
        world, _, seen = await _space_of(size)
        masked = list({named(world.name, "old", mark) for mark in marks})
        viewer_id = world.viewers[2].viewer_id
        world.rights.hidden ^= {(viewer_id, record_id) for record_id in masked}
        seen.clear()
        await world.review(masked)
        done.append(Counter(seen))

    small, large = done
    assert small == large
    assert large["save lines rows"] == len(masked)
    assert large["lines rows"] <= VIEWERS * len(masked)
    assert large["save viewers rows"] == 1


class Bench:
    """A space in a SQLite file, and what its statements do."""

    def __init__(self, world: World, home: SqlHome, database: Database, phone: Phone) -> None:
        self.world = world
        self.home = home
        self.database = database
        self.phone = phone
        self.texts: list[tuple[str, list[Any]]] = []

    async def steps_of_pull(self, changes: int) -> int:
        """Push changes, then count the machine's steps in the pull of them."""
        holder = Phone(self.world, 0, uuid4())
        await self.world.exchange.push(holder.caller, [_add(holder) for _ in range(changes)])
        steps = Steps()

        async def work(store: SpaceStore, unit: Work) -> None:
            assert isinstance(store, SqlSpaceStore)
            caller = self.phone.caller
            watched = self._watched(store, unit.db)
            unit.db.connection.set_progress_handler(steps.one, 1)  # type: ignore[attr-defined]
            reading = await open_reading(watched, self.world.host, caller, unit.now)
            page = await pull(watched, reading, reading.place(self.phone.checkpoint), limit=500)
            unit.db.connection.set_progress_handler(None, 1)  # type: ignore[attr-defined]
            assert len(page.changes) == changes
            self.phone.checkpoint = page.checkpoint

        await self.home.on(self.world.space_id, work)
        return steps.count

    async def statements_of_writes(self) -> int:
        """Push an edit and mask a record; return how many statements that took."""
        holder = Phone(self.world, 0, uuid4())
        record_id = named(self.world.name, "old", 7)
        self.world.rights.hidden.add((self.world.viewers[2].viewer_id, record_id))
        before = len(self.texts)

        async def work(store: SpaceStore, now: Any) -> None:
            assert isinstance(store, SqlSpaceStore)
            watched = self._watched(store, store._sql)
            edit = await SpaceEdit.begin(watched, self.world.host, now=now)
            await edit.load([record_id])
            edit.review(record_id)
            await edit.save()
            edit = await SpaceEdit.begin(watched, self.world.host, now=now)
            await push(edit, self.world.host, watched, holder.caller, [_add(holder)])

        await self.home.write(self.world.space_id, work)
        return len(self.texts) - before

    def _watched(self, store: SqlSpaceStore, sql: Any) -> SqlSpaceStore:
        return SqlSpaceStore(
            WatchedSql(sql, self.texts), store._space_id, store._cipher, store._guard
        )


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_invariant_10_sqlite_searches_by_key_and_scans_nothing(
    database: Database, database_kind: str, tmp_path: Path
) -> None:
    """Its steps and statements are the same at both sizes, and each plan is a search."""
    home = SqlHome(database, tmp_path)
    counted = []
    texts = []
    for size in (SMALL, LARGE):
        world = await filled(home, size, uuid4().hex)
        bench = Bench(world, home, database, Phone(world, 1))
        await _pull_all(world, bench.phone)
        steps = [await bench.steps_of_pull(changes) for changes in (0, 1, 50)]
        counted.append((steps, await bench.statements_of_writes()))
        texts += bench.texts

    (small, statements), (large, statements_large) = counted
    assert statements == statements_large
    assert all(b <= a * 1.2 for a, b in zip(small, large, strict=True))
    found = plans(tmp_path / "data" / "carnet.sqlite3", texts)
    on_tables = [plan for plan in found if "CONSTANT ROW" not in plan]
    assert len(on_tables) > 20
    assert [plan for plan in on_tables if not plan.startswith("SEARCH")] == []
    assert [plan for plan in on_tables if "space_id=?" not in plan] == []
