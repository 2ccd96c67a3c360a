"""Where a property keeps its spaces: in memory, or in a real database."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID

import msgspec

from backend.kernel.db import Database
from backend.kernel.keys import Keys
from backend.kernel.sealing import FileKeys
from backend.kernel.spaces import SpaceTransactions, open_store
from backend.kernel.work import Message, Office, Work
from sync.core.audience import Viewer
from sync.errors import SpaceNotFound
from sync.exchange import SpaceWork, Transactions
from sync.storage.memory import MemorySpace, MemorySpaceStore
from sync.storage.port import Head, SpaceStore
from sync.storage.spaces import EPOCH_STEP, add_viewer, begin_epoch, open_space
from tests.hosts import SilentGuard

T = TypeVar("T")

BEGINNING = datetime(2026, 11, 21, 12, tzinfo=UTC)

Wrap = Callable[[SpaceStore], SpaceStore]


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = BEGINNING

    def __call__(self) -> datetime:
        return self.at

    def move(self, days: float) -> None:
        """Move the clock, either way."""
        self.at += timedelta(days=days)


class Home(Transactions, Protocol):
    """Transactions on spaces, and the making of spaces."""

    clock: Clock

    async def create(self, space_id: UUID, viewers: Sequence[Viewer]) -> None:
        """Make an empty space that these viewers look at."""

    async def join(self, space_id: UUID, viewer: Viewer) -> None:
        """Add a viewer with an empty feed."""

    async def begin_epoch(self, space_id: UUID) -> None:
        """Make every device of a space start again."""


class MemoryHome:
    """Spaces in memory; `wrap` lets a test watch each storage that is opened."""

    def __init__(self, wrap: Wrap = lambda store: store) -> None:
        self.clock = Clock()
        self.spaces: dict[UUID, MemorySpace] = {}
        self.pokes: list[frozenset[UUID]] = []
        self._wrap = wrap

    async def create(self, space_id: UUID, viewers: Sequence[Viewer]) -> None:
        self.spaces[space_id] = MemorySpace(space_id)
        for viewer in viewers:
            await self.join(space_id, viewer)

    async def join(self, space_id: UUID, viewer: Viewer) -> None:
        self.spaces[space_id].viewers[viewer.viewer_id] = msgspec.structs.replace(viewer)

    async def begin_epoch(self, space_id: UUID) -> None:
        space = self.spaces[space_id]
        space.epoch += 1
        space.head += EPOCH_STEP
        for viewer in space.viewers.values():
            viewer.head += EPOCH_STEP

    async def read(self, space_id: UUID, work: SpaceWork[T]) -> T:
        return await work(self._wrap(self._store(space_id)), self.clock())

    async def write(self, space_id: UUID, work: SpaceWork[T]) -> T:
        store = self._store(space_id)
        result = await work(self._wrap(store), self.clock())
        store.commit()
        return result

    async def head(self, space_id: UUID, party_id: UUID) -> tuple[Head | None, datetime]:
        space = self.spaces.get(space_id)
        viewer = None if space is None else await self._store(space_id).viewer_of(party_id)
        if space is None or viewer is None:
            return None, self.clock()
        return Head(
            epoch=space.epoch, is_open=space.is_open, viewer=viewer, due_at=space.due_at
        ), self.clock()

    async def announce(self, space_id: UUID, party_ids: frozenset[UUID]) -> None:
        self.pokes.append(party_ids)

    def _store(self, space_id: UUID) -> MemorySpaceStore:
        if space_id not in self.spaces:
            raise SpaceNotFound
        return MemorySpaceStore(self.spaces[space_id])


class _Silence:
    leaves = True

    async def send(self, messages: list[Message]) -> None:
        assert not messages


class SqlHome:
    """Spaces in a database, through the transactions that ship."""

    def __init__(self, database: Database, folder: Path, wrap: Wrap = lambda store: store) -> None:
        self.clock = Clock()
        self.database = database
        self._office = Office(
            database,
            Keys(FileKeys.open(folder / "keys" / "k")),
            _Silence(),
            SilentGuard(),
            clock=self.clock,
        )
        self._transactions = SpaceTransactions(self._office)
        self._wrap = wrap

    async def create(self, space_id: UUID, viewers: Sequence[Viewer]) -> None:
        async def work(unit: Work) -> None:
            await unit.keys.create(unit.db, space_id)
            await open_space(unit.db, space_id)

        await self._office.write(work)
        for viewer in viewers:
            await self.join(space_id, viewer)

    async def join(self, space_id: UUID, viewer: Viewer) -> None:
        await self.database.write(lambda sql: add_viewer(sql, space_id, viewer))

    async def begin_epoch(self, space_id: UUID) -> None:
        await self.database.write(begin_epoch)

    async def read(self, space_id: UUID, work: SpaceWork[T]) -> T:
        return await self._transactions.read(
            space_id, lambda store, now: work(self._wrap(store), now)
        )

    async def write(self, space_id: UUID, work: SpaceWork[T]) -> T:
        return await self._transactions.write(
            space_id, lambda store, now: work(self._wrap(store), now)
        )

    async def head(self, space_id: UUID, party_id: UUID) -> tuple[Head | None, datetime]:
        return await self._transactions.head(space_id, party_id)

    async def announce(self, space_id: UUID, party_ids: frozenset[UUID]) -> None:
        await self._transactions.announce(space_id, party_ids)

    async def on(self, space_id: UUID, use: Callable[[SpaceStore, Work], Awaitable[T]]) -> T:
        """Run work on a storage together with the statements below it."""

        async def work(unit: Work) -> T:
            return await use(await open_store(unit, space_id), unit)

        return await self._office.read(work)


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run what never waits, as nothing in memory does."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    coroutine.close()
    raise AssertionError("This waits for something.")


async def together(*works: Coroutine[Any, Any, T]) -> list[T | BaseException]:
    """Run works at the same time and return what came of each."""
    return await asyncio.gather(*works, return_exceptions=True)
