"""Work on one space: its storage opened with its key, inside one transaction."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from backend.kernel.keys import Erased
from backend.kernel.work import Office, Work
from sync.core.audience import Viewer
from sync.edit import SpaceEdit
from sync.errors import SpaceNotFound
from sync.ports import Host
from sync.storage.port import Deed, Head, Record, SpaceStore
from sync.storage.sql import SqlSpaceStore, read_head

T = TypeVar("T")

SpaceWork = Callable[[SpaceStore, datetime], Awaitable[T]]


class SpaceGuard:
    """The rights and the journal, as the storage of one space reaches them."""

    def __init__(self, work: Work, space_id: UUID) -> None:
        self._work = work
        self._space_id = space_id

    async def prepare(self) -> None:
        await self._work.guard.prepare(self._work)

    def must_trace(self, viewer: Viewer, device_id: UUID) -> bool:
        return self._work.guard.must_trace(self._work, self._space_id, viewer, device_id)

    async def trace(self, deed: Deed) -> None:
        await self._work.guard.trace(self._work, self._space_id, deed)

    async def written(self, records: Sequence[Record]) -> None:
        await self._work.guard.written(self._work, self._space_id, records)


async def open_store(work: Work, space_id: UUID) -> SqlSpaceStore:
    """Open the storage of one space.

    Raises:
        SpaceNotFound: No such space, or one that was erased.
    """
    try:
        cipher = await work.keys.cipher(work.db, space_id)
    except Erased:
        raise SpaceNotFound from None
    return SqlSpaceStore(work.db, space_id, cipher, SpaceGuard(work, space_id))


async def edit_space(work: Work, host: Host, space_id: UUID) -> SpaceEdit:
    """Begin to change a space; `save_space` ends it.

    Raises:
        SpaceNotFound: No such space, or a closed one.
    """
    store = await open_store(work, space_id)
    return await SpaceEdit.begin(store, host, now=work.now)


async def save_space(work: Work, space_id: UUID, edit: SpaceEdit) -> None:
    """Store an edit, and let those whose feed it moved know after the commit."""
    work.news.update((party_id, space_id) for party_id in await edit.save())


class SpaceTransactions:
    """Runs the work of sync in the transactions of this host."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def read(self, space_id: UUID, work: SpaceWork[T]) -> T:
        async def use_case(unit: Work) -> T:
            return await work(await open_store(unit, space_id), unit.now)

        return await self._office.read(use_case)

    async def write(self, space_id: UUID, work: SpaceWork[T]) -> T:
        async def use_case(unit: Work) -> T:
            return await work(await open_store(unit, space_id), unit.now)

        return await self._office.write(use_case)

    async def head(self, space_id: UUID, party_id: UUID) -> tuple[Head | None, datetime]:
        async def use_case(unit: Work) -> tuple[Head | None, datetime]:
            await unit.guard.prepare(unit)
            return await read_head(unit.db, space_id, party_id), unit.now

        return await self._office.look(use_case)

    async def announce(self, space_id: UUID, party_ids: frozenset[UUID]) -> None:
        for party_id in party_ids:
            await self._office.announce(party_id, space_id)
