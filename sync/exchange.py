"""One round trip for a whole phone: ops up, changes down, for all its profiles."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from sync.core.audience import Viewer
from sync.core.change import Change, Op, Outcome, Status
from sync.core.limits import (
    KEPT_PER_PAGE_MAX,
    OPS_PER_PUSH_MAX,
    PAGE_CHANGES_MAX,
    SPACES_PER_SYNC_MAX,
)
from sync.edit import SpaceEdit
from sync.errors import (
    CheckpointRefused,
    RequestInvalid,
    SpaceBusy,
    SpaceNotFound,
    TooManyOps,
)
from sync.kept import KeptAsk, KeptPage, read_kept
from sync.ports import Host
from sync.pull import Page, SweepDue, beginning, open_reading, pull, wiped
from sync.push import Caller, Pushed, push
from sync.storage.port import Deed, Head, SpaceStore

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

SpaceWork = Callable[[SpaceStore, datetime], Awaitable[T]]

# How often a read tries again when time changes rights under its eyes. Several
# acts may end within a second, one while the end of another is being stored.
SWEEPS_MAX = 12


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


class TracedRead(Protocol[T_co]):
    """A read that knows whether it may write into the trail."""

    async def __call__(self, store: SpaceStore, now: datetime, *, traced: bool) -> T_co | None:
        """Return what was read; None when it must be traced and cannot be."""


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

        async def look(store: SpaceStore, now: datetime, *, traced: bool) -> Page | None:
            reading = await open_reading(store, self._host, caller, now)
            place = reading.place(ask.checkpoint)
            if ask.checkpoint is None:
                place = await beginning(store, reading)
            viewer = reading.viewer
            if place is None or place.seq == viewer.head:
                return await pull(store, reading, place, limit=ask.limit)
            must_trace = store.must_trace(viewer, caller.device_id)
            if must_trace and not traced:
                return None
            page = await pull(store, reading, place, limit=ask.limit)
            if must_trace:
                deed = deed_of(viewer, caller.device_id, page.changes)
                if deed.objects:
                    await store.trace(deed)
            return page

        return await read_traced(self._transactions, self._host, ask.space_id, look)

    async def lost(self, caller: Caller, ask: KeptAsk) -> KeptPage:
        """Return one page of the values of a record that did not stand, oldest first.

        Raises:
            SpaceNotFound: No such space, or none that the caller may open now.
            CheckpointRefused: The place was not given to this device for this record.
            RequestInvalid: The limit is out of range.
        """
        check_limit(ask.limit, "/limit", most=KEPT_PER_PAGE_MAX)

        async def look(store: SpaceStore, now: datetime, *, traced: bool) -> KeptPage | None:
            reading = await open_reading(store, self._host, caller, now)
            return await read_kept(store, reading, ask, traced=traced)

        return await read_traced(self._transactions, self._host, ask.space_id, look)

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
            SpaceBusy: Rights changed with the time again and again.
        """
        for _ in range(SWEEPS_MAX):
            head, now = await self._transactions.head(space_id, caller.party_id)
            standing = self.standing(head, now)
            if standing is not None:
                return standing
            await sweep(self._transactions, self._host, space_id)
        raise SpaceBusy

    def is_guest(self, viewer: Viewer) -> bool:
        """Say whether a viewer's rights rest on more than its space."""
        return self._host.rights.is_guest(viewer)

    def standing(self, head: Head | None, now: datetime) -> tuple[int, int] | None:
        """Return the epoch of a space and the head of a feed, of what a storage says of both.

        Returns:
            None while the space is to be brought up to date first.

        Raises:
            SpaceNotFound: No such space, or none that its party may open now.
        """
        rights = self._host.rights
        if head is None or not head.is_open:
            raise SpaceNotFound
        if head.due_at is not None and head.due_at <= now:
            return None
        if rights.refreshed(head.viewer, now) is not None:
            return None
        if not rights.in_force(head.viewer, now) or not head.viewer.keeps_copy:
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
        async def look(store: SpaceStore, now: datetime, *, traced: bool) -> Page:
            return await pull(
                store, await open_reading(store, self._host, caller, now), None, limit=1
            )

        return (await read_traced(self._transactions, self._host, space_id, look)).encode()


async def read_traced(
    transactions: Transactions, host: Host, space_id: UUID, look: TracedRead[T]
) -> T:
    """Read something of a space; write into the trail in the same transaction that it was read.

    *look* runs where nothing can be written first, and answers None there when
    the read has to be traced: it then runs again where it can be.

    Raises:
        SpaceNotFound: There is nothing to open there.
        SpaceBusy: Rights changed with the time again and again.
    """

    async def read(store: SpaceStore, now: datetime) -> T | None:
        return await look(store, now, traced=False)

    async def write(store: SpaceStore, now: datetime) -> T | None:
        # What is read here is one instant's only while no writer comes between.
        await store.lock()
        return await look(store, now, traced=True)

    for _ in range(SWEEPS_MAX):
        try:
            answer = await transactions.read(space_id, read)
            if answer is None:
                answer = await transactions.write(space_id, write)
            assert answer is not None
        except SweepDue:
            await sweep(transactions, host, space_id)
        else:
            return answer
    raise SpaceBusy


async def sweep(transactions: Transactions, host: Host, space_id: UUID) -> None:
    """Bring a space up to date with what time alone has changed."""

    async def work(store: SpaceStore, now: datetime) -> frozenset[UUID]:
        return await (await SpaceEdit.begin(store, host, now=now)).save()

    moved = await transactions.write(space_id, work)
    if moved:
        await transactions.announce(space_id, moved)


def deed_of(viewer: Viewer, device_id: UUID, changes: Sequence[Change]) -> Deed:
    """Say for the trail which entries leave."""
    return Deed(
        viewer=viewer,
        device_id=device_id,
        action="read",
        objects=tuple((c.collection, c.record_id) for c in changes if c.kind == "put"),
    )


def _check(request: SyncRequest) -> None:
    if len(request.ops) > OPS_PER_PUSH_MAX:
        raise TooManyOps("/ops")
    if len(request.spaces) > SPACES_PER_SYNC_MAX:
        raise TooManyOps("/spaces")
    if len({ask.space_id for ask in request.spaces}) < len(request.spaces):
        raise RequestInvalid("/spaces")
    for i, ask in enumerate(request.spaces):
        check_limit(ask.limit, f"/spaces/{i}/limit")


def check_limit(limit: int, pointer: str, *, most: int = PAGE_CHANGES_MAX) -> None:
    """Refuse a page size out of range.

    Raises:
        RequestInvalid: It is not from 1 to *most*.
    """
    if not 1 <= limit <= most:
        raise RequestInvalid(pointer)
