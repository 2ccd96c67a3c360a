"""One round trip for a whole phone: ops up, changes down, for all its profiles."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from sync.core.change import Op, Outcome, Status
from sync.core.limits import OPS_PER_PUSH_MAX, PAGE_CHANGES_MAX, SPACES_PER_SYNC_MAX
from sync.edit import SpaceEdit
from sync.errors import CheckpointRefused, RequestInvalid, SpaceNotFound, TooManyOps
from sync.ports import Host
from sync.pull import Page, open_reading, pull, sees, wiped
from sync.push import Caller, Pushed, push
from sync.storage.port import EVERYBODY, Head, Kept, SpaceStore

T = TypeVar("T")

SpaceWork = Callable[[SpaceStore, datetime], Awaitable[T]]


class Transactions(Protocol):
    """How the host runs work on one space."""

    async def read(self, space_id: UUID, work: SpaceWork[T]) -> T:
        """Run work that sees one instant.

        Raises:
            SpaceNotFound: There is nothing to open there.
        """

    async def write(self, space_id: UUID, work: SpaceWork[T]) -> T:
        """Run work in one durable transaction.

        Raises:
            SpaceNotFound: There is nothing to open there.
        """

    async def head(self, space_id: UUID, party_id: UUID) -> tuple[Head | None, datetime]:
        """Return where a party's feed stands, if it has one, and the instant of asking."""

    async def announce(self, space_id: UUID, party_ids: frozenset[UUID]) -> None:
        """Tell the devices of these parties, and no others, that a space has news."""


class SpaceAsk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a device wants of one space."""

    space_id: UUID
    checkpoint: str | None = None
    limit: int = PAGE_CHANGES_MAX


class SyncRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/sync`."""

    ops: list[Op] = []
    spaces: list[SpaceAsk] = []


class Exchange:
    """Serves devices over the transactions of a host."""

    def __init__(self, transactions: Transactions, host: Host) -> None:
        self._transactions = transactions
        self._host = host

    async def sync(self, caller: Caller, request: SyncRequest) -> bytes:
        """Apply ops, then answer each space that was asked for.

        A space that the caller may not open is answered like one that does not
        exist: the device wipes what it holds of it.

        Raises:
            TooManyOps: Over the limits of one request.
            RequestInvalid: A space is asked for twice, or a limit is out of range.
        """
        _check(request)
        outcomes = await self.push(caller, request.ops)
        spaces = [await self._answer(caller, ask) for ask in request.spaces]
        return b'{"outcomes":%s,"spaces":[%s]}' % (
            msgspec.json.encode(outcomes),
            b",".join(spaces),
        )

    async def push(self, caller: Caller, ops: list[Op]) -> list[Outcome]:
        """Apply ops space by space, each space in one transaction; answer in their order."""
        by_space: dict[UUID, list[Op]] = {}
        for op in ops:
            by_space.setdefault(op.space_id, []).append(op)
        answers: dict[UUID, list[Outcome]] = {}
        for space_id, batch in by_space.items():
            answers[space_id] = await self._push(caller, space_id, batch)
        queues = {space_id: iter(outcomes) for space_id, outcomes in answers.items()}
        return [next(queues[op.space_id]) for op in ops]

    async def page(self, caller: Caller, ask: SpaceAsk) -> Page:
        """Return one page of one space.

        Raises:
            SpaceNotFound: No such space, or none that the caller may open now.
            CheckpointRefused: The checkpoint was not given to this device.
            RequestInvalid: The limit is out of range.
        """
        check_limit(ask.limit, "/limit")

        async def work(store: SpaceStore, now: datetime) -> Page:
            reading = await open_reading(store, self._host, caller, now)
            return await pull(store, reading, reading.place(ask.checkpoint), limit=ask.limit)

        return await self._transactions.read(ask.space_id, work)

    async def lost(self, caller: Caller, space_id: UUID, record_id: UUID) -> list[Kept]:
        """Return the values of a record that did not stand, oldest first.

        What never stood is read by its author alone; what stood and gave way, by
        whoever sees the record. For a record that the caller cannot see there is
        nothing, whether it exists or not.
        """

        async def work(store: SpaceStore, now: datetime) -> list[Kept]:
            reading = await open_reading(store, self._host, caller, now)
            if not await sees(store, reading.viewer, record_id):
                return []
            own = await store.kept(record_id, caller.party_id)
            shared = await store.kept(record_id, EVERYBODY)
            return sorted([*own, *shared], key=lambda kept: kept.kept_at)

        return await self._transactions.read(space_id, work)

    async def every_page(self, caller: Caller, ask: SpaceAsk) -> AsyncIterator[Page]:
        """Return page after page until the device holds everything."""
        page = await self.page(caller, ask)
        yield page
        while page.more:
            ask = msgspec.structs.replace(ask, checkpoint=page.checkpoint)
            page = await self.page(caller, ask)
            yield page

    async def head(self, caller: Caller, space_id: UUID) -> tuple[int, int]:
        """Return the epoch of a space and the head of the caller's feed of it.

        Raises:
            SpaceNotFound: No such space, or none that the caller may open now.
        """
        return self.standing(*await self._transactions.head(space_id, caller.party_id))

    def standing(self, head: Head | None, now: datetime) -> tuple[int, int]:
        """Return the epoch of a space and the head of a feed, of what a storage says of both.

        Raises:
            SpaceNotFound: No such space, or none that its party may open now.
        """
        if head is None or not head.is_open or not self._host.rights.in_force(head.viewer, now):
            raise SpaceNotFound
        return head.epoch, head.viewer.head

    async def _push(self, caller: Caller, space_id: UUID, ops: list[Op]) -> list[Outcome]:
        async def work(store: SpaceStore, now: datetime) -> Pushed:
            edit = await SpaceEdit.begin(store, self._host, now=now)
            return await push(edit, self._host, store, caller, ops)

        try:
            pushed = await self._transactions.write(space_id, work)
        except SpaceNotFound as refused:
            return [
                Outcome(
                    op_id=op.op_id, status=Status.REFUSED, code=refused.code, pointer="/space_id"
                )
                for op in ops
            ]
        if pushed.moved:
            await self._transactions.announce(space_id, pushed.moved)
        return pushed.outcomes

    async def _answer(self, caller: Caller, ask: SpaceAsk) -> bytes:
        try:
            return (await self.page(caller, ask)).encode()
        except SpaceNotFound:
            return wiped(ask.space_id)
        except CheckpointRefused:
            # The ops of this request are done, and their outcomes must reach the device.
            return await self._resync(caller, ask.space_id)

    async def _resync(self, caller: Caller, space_id: UUID) -> bytes:
        async def work(store: SpaceStore, now: datetime) -> Page:
            return await pull(
                store, await open_reading(store, self._host, caller, now), None, limit=1
            )

        return (await self._transactions.read(space_id, work)).encode()


def _check(request: SyncRequest) -> None:
    if len(request.ops) > OPS_PER_PUSH_MAX:
        raise TooManyOps("/ops")
    if len(request.spaces) > SPACES_PER_SYNC_MAX:
        raise TooManyOps("/spaces")
    if len({ask.space_id for ask in request.spaces}) < len(request.spaces):
        raise RequestInvalid("/spaces")
    for i, ask in enumerate(request.spaces):
        check_limit(ask.limit, f"/spaces/{i}/limit")


def check_limit(limit: int, pointer: str) -> None:
    """Refuse a page size out of range.

    Raises:
        RequestInvalid: It is not from 1 to `PAGE_CHANGES_MAX`.
    """
    if not 1 <= limit <= PAGE_CHANGES_MAX:
        raise RequestInvalid(pointer)
