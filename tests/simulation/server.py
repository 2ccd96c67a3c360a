"""The server: the real service code over a storage that can crash and be restored."""

import asyncio
import contextlib
import copy
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID

import msgspec

from sync.core.audience import Viewer
from sync.core.change import Op
from sync.errors import SpaceNotFound
from sync.exchange import Exchange, SpaceAsk, SpaceWork, SyncRequest
from sync.ports import Host
from sync.pull import Page
from sync.push import Caller, Pushed
from sync.storage.memory import MemorySpace
from sync.storage.port import Head
from sync.storage.spaces import EPOCH_STEP
from tests.simulation.chance import Chance, Sometimes, Trace
from tests.simulation.judge import Judge
from tests.simulation.law import Law
from tests.simulation.observed import ObservedStore, Sabotage
from tests.simulation.travels import Outcome, PageRead

T = TypeVar("T")

BEGINNING = datetime(2026, 11, 21, 12, tzinfo=UTC)
COMMIT_SECONDS_MAX = 0.8
DOWN_SECONDS_MAX = 600.0
CRASH = 0.012
SMALL_PAGE_MAX = 10


class Down(Exception):
    """The server is not there, or went away in the middle."""


class Backup(NamedTuple):
    """Everything committed at one moment."""

    spaces: dict[UUID, MemorySpace]
    rest: object
    trail: dict[UUID, int]


class Reply(NamedTuple):
    """An answer, and how often the server had been restored when it left."""

    body: bytes
    restores: int


class Serving(NamedTuple):
    """The request that a task answers."""

    caller: Caller
    ops: list[Op]


_serving: ContextVar[Serving | None] = ContextVar("serving", default=None)


class SimulatedServer:
    """One process over committed state; a crash loses everything but that state.

    Whose rights hold in it, a town says by `make_host`, `law` and what goes into a backup.
    """

    law: Law

    def __init__(
        self,
        chance: Chance,
        trace: Trace,
        sometimes: Sometimes,
        *,
        sabotage: Sabotage | None = None,
    ) -> None:
        self.spaces: dict[UUID, MemorySpace] = {}
        self.judge = Judge(self, sometimes)
        self.sabotage = sabotage
        self.is_faulty = True
        self.restores = 0
        self.skew = timedelta(0)
        self.announced: Callable[[frozenset[UUID]], None] = lambda party_ids: None
        self._chance = chance
        self._trace = trace
        self._sometimes = sometimes
        self._up_at = 0.0
        self._tasks: dict[asyncio.Task[object], str] = {}
        self._locks: dict[UUID, asyncio.Lock] = {}
        self._backup: Backup | None = None
        self._start()

    def _start(self) -> None:
        """Begin with an empty memory."""
        self._locks = {}
        self.host = self.make_host()
        self._exchange = Exchange(self, self.host)

    def make_host(self) -> Host:
        """Make what sync asks of its host, for a process that has just begun."""
        raise AssertionError("A town says whose rights hold.")

    def snapshot(self) -> object:
        """Copy what is committed beside the spaces."""
        return None

    def roll_back(self, rest: object) -> None:
        """Put such a copy back."""

    def now(self) -> datetime:
        """Read the server's clock, right or wrong."""
        return BEGINNING + timedelta(seconds=asyncio.get_running_loop().time()) + self.skew

    # What a town may count.

    def committing(self, store: ObservedStore) -> None:
        """See what is about to be committed."""

    def paging(self, caller: Caller, page: Page, store: ObservedStore) -> None:
        """See a page that is about to leave."""

    def told(self, caller: Caller, outcomes: list[Outcome], pages: list[PageRead]) -> None:
        """See an answer that leaves."""

    # What a network reaches.

    async def serve(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run one request as the process does: it dies with it.

        Raises:
            Down: There was no process, or it crashed before the answer.
        """
        if asyncio.get_running_loop().time() < self._up_at:
            self._sometimes.happened("a request met a server that was down")
            raise Down
        task: asyncio.Task[object] = asyncio.ensure_future(work())  # type: ignore[arg-type]
        self._tasks[task] = "runs"
        try:
            return await task  # type: ignore[return-value]
        except asyncio.CancelledError:
            if self._tasks[task] == "died":
                self._sometimes.happened("a request died with the server")
                raise Down from None
            task.cancel()
            raise
        finally:
            self._tasks.pop(task, None)

    async def sync(self, caller: Caller, body: bytes) -> Reply:
        """Answer `POST /v1/sync`; pages are small, so that much happens between them."""
        request = msgspec.json.decode(body, type=SyncRequest)
        if len(request.spaces) > 1:
            self._sometimes.happened("one request carried several profiles")
        limit = self._chance.count(1, SMALL_PAGE_MAX) if self.is_faulty else SMALL_PAGE_MAX * 5
        asks = [msgspec.structs.replace(ask, limit=limit) for ask in request.spaces]
        _serving.set(Serving(caller, request.ops))
        for op in request.ops:
            space = self.spaces.get(op.space_id)
            if space is not None and (caller.device_id, op.op_id) in space.answered:
                self._sometimes.happened("an op was answered again")
        answer = await self._exchange.sync(caller, msgspec.structs.replace(request, spaces=asks))
        self.judge.answered(caller, answer)
        return Reply(answer, self.restores)

    async def every_page(self, caller: Caller, ask: SpaceAsk) -> AsyncIterator[bytes]:
        """Answer `GET /v1/spaces/{space_id}/changes` as a stream of lines, page by page."""
        limit = self._chance.count(1, SMALL_PAGE_MAX)
        _serving.set(Serving(caller, []))
        pages = self._exchange.every_page(caller, msgspec.structs.replace(ask, limit=limit))

        async def next_page() -> Page | None:
            return await anext(pages, None)

        while (page := await self.serve(next_page)) is not None:
            self.judge.answered(caller, b'{"outcomes":[],"spaces":[%s]}' % page.encode())
            yield page.encode_lines()

    # What the exchange asks of its host.

    async def read(self, space_id: UUID, work: SpaceWork[T]) -> T:
        store = self._open(space_id)
        result = await work(store, self.now())
        self._show(store, result)
        return result

    async def write(self, space_id: UUID, work: SpaceWork[T]) -> T:
        return await self.transact(space_id, work)

    async def head(self, space_id: UUID, party_id: UUID) -> tuple[Head | None, datetime]:
        space = self.spaces[space_id]
        viewer = await self._open(space_id).viewer_of(party_id)
        if viewer is None:
            return None, self.now()
        head = Head(epoch=space.epoch, is_open=space.is_open, viewer=viewer, due_at=space.due_at)
        return head, self.now()

    async def announce(self, space_id: UUID, party_ids: frozenset[UUID]) -> None:
        self.announced(party_ids)

    def _open(self, space_id: UUID) -> ObservedStore:
        if space_id not in self.spaces:
            raise SpaceNotFound
        return self.open_store(self.spaces[space_id])

    def open_store(self, space: MemorySpace) -> ObservedStore:
        """Open the storage of a space for one transaction."""
        return ObservedStore(space, self.sabotage)

    async def transact(
        self, space_id: UUID, work: SpaceWork[T], at_commit: Callable[[], None] | None = None
    ) -> T:
        """Run work that writes, and commit it some time later, or crash."""
        async with self._lock(space_id):
            store = self._open(space_id)
            now = self.now()
            result = await work(store, now)
            self.judge.staged(store.space, store.saved, now)
            self._show(store, result)
            if self.sabotage is Sabotage.ACKNOWLEDGED_BEFORE_COMMIT and self._dies("before"):
                return result
            self._maybe_crash("before")
            await asyncio.sleep(self._chance.between(0, COMMIT_SECONDS_MAX))
            self._commit(store, at_commit)
            self._maybe_crash("after")
        return result

    def _show(self, store: ObservedStore, result: object) -> None:
        """Let the judge see what a request is going to be answered."""
        serving = _serving.get()
        if serving is not None and isinstance(result, Pushed):
            self.judge.pushed(serving.caller, serving.ops, result, store)
        if serving is not None and isinstance(result, Page):
            self.judge.paged(serving.caller, result, store)
            self.paging(serving.caller, result, store)

    def _lock(self, space_id: UUID) -> contextlib.AbstractAsyncContextManager[None]:
        if self.sabotage is Sabotage.NUMBERS_OUTSIDE_THE_LOCK:
            return contextlib.nullcontext()
        lock = self._locks.setdefault(space_id, asyncio.Lock())
        if lock.locked():
            self._sometimes.happened("two writers met")
        return lock

    def _commit(self, store: ObservedStore, at_commit: Callable[[], None] | None) -> None:
        space = store.space
        serving = _serving.get()
        ops = [] if serving is None else serving.ops
        for writes, device_id in store.saved:
            self.judge.commits(space, writes, device_id, ops)
        self.committing(store)
        store.commit()
        if at_commit is not None:
            at_commit()
        self.judge.committed(space, store)
        lines = [
            f"{ln.kind.name} {ln.record_id.hex[:4]} {ln.seq} for {ln.viewer_id.hex[:4]}"
            for writes, _ in store.saved
            for ln in writes.lines
        ]
        self._trace.note("server", f"commits {space.space_id.hex[:4]} to {space.head}: {lines}")

    # What goes wrong.

    def _dies(self, when: str) -> bool:
        if not self.is_faulty or not self._chance.happens(CRASH):
            return False
        self._sometimes.happened(f"the server crashed {when} a commit")
        self.crash()
        return True

    def _maybe_crash(self, when: str) -> None:
        if self._dies(when):
            raise Down

    def crash(self) -> None:
        """Lose everything that is not committed, and be away for a while."""
        self._trace.note("server", "crashes")
        current = asyncio.current_task()
        for task in list(self._tasks):
            if task is not current:
                self._tasks[task] = "died"
                task.cancel()
        self._up_at = asyncio.get_running_loop().time() + self._chance.between(0, DOWN_SECONDS_MAX)
        self._start()

    def back_up(self) -> None:
        """Copy everything that is committed."""
        self._trace.note("server", "is backed up")
        self._backup = Backup(
            spaces={i: _copy(space) for i, space in self.spaces.items()},
            rest=self.snapshot(),
            trail=dict(self.judge.trail),
        )

    def restore(self) -> None:
        """Put the last copy back, and begin another epoch."""
        if self._backup is None:
            return
        self._trace.note("server", "is restored")
        self._sometimes.happened("an older backup was restored")
        self.crash()
        self.spaces = {i: _copy(space) for i, space in self._backup.spaces.items()}
        self.roll_back(self._backup.rest)
        self.judge.trail = dict(self._backup.trail)
        self.restores += 1
        step = EPOCH_STEP + self._chance.count(0, EPOCH_STEP - 1)
        for space in self.spaces.values():
            _begin_epoch(space, step)
        self.judge.restored()

    def heal(self) -> None:
        """Have no more faults."""
        self.is_faulty = False
        self._up_at = 0.0

    def eye(self, space_id: UUID, party_id: UUID) -> Viewer | None:
        """Return the viewer through which a party looks at a space."""
        space = self.spaces.get(space_id)
        if space is None:
            return None
        return next((v for v in space.viewers.values() if v.party_id == party_id), None)

    def may_look(self, space_id: UUID, viewer: Viewer) -> bool:
        """Say whether a viewer's grant is in force now, and lets it keep a copy."""
        space = self.spaces[space_id]
        return self.law.may_look(space, space.records, viewer, self.now())


def _begin_epoch(space: MemorySpace, step: int) -> None:
    """Do to a space in memory what `sync.storage.spaces.begin_epoch` does to a database."""
    space.epoch += 1
    space.head += step
    for viewer in space.viewers.values():
        viewer.head += step


def _copy(space: MemorySpace) -> MemorySpace:
    copied = copy.copy(space)
    for name in ("records", "lines", "answered", "kept", "due"):
        setattr(copied, name, dict(getattr(space, name)))
    copied.deeds = list(space.deeds)
    copied.viewers = {i: msgspec.structs.replace(v) for i, v in space.viewers.items()}
    return copied
