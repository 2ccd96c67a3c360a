"""A world on the real engine: one space, those who look at it, and their devices.

A `Phone` here is the least that obeys the protocol, so that a property speaks of
the engine and not of a client.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import msgspec

from sync.core import digest
from sync.core.audience import Viewer
from sync.core.change import Op, OpKind, Status
from sync.edit import SpaceEdit
from sync.exchange import Exchange, SpaceAsk, SyncRequest
from sync.kept import KeptAsk
from sync.push import Caller
from sync.storage.port import Kept, Record, SpaceStore
from tests.hosts import SwitchedRights, make_host
from tests.property.homes import Home, MemoryHome

NAMES = UUID(int=0x8F00_0000_0000_4000_8000_0000_0000_0000)
LIMIT = 500

Fields = dict[str, Any]


def named(*words: object) -> UUID:
    """Return the identifier that these words always give."""
    return uuid5(NAMES, " ".join(str(word) for word in words))


class World:
    """One space, and who looks at it."""

    def __init__(self, home: Home, *, viewers: int, name: str = "") -> None:
        self.home = home
        self.rights = SwitchedRights()
        self.host = make_host(self.rights)
        self.exchange = Exchange(home, self.host)
        self.name = name
        self.space_id = named(name, "space")
        self.viewers = [self.eye(i) for i in range(viewers)]
        self.made: list[UUID] = []
        """Every record that anybody tried to make, oldest first."""
        self.answers: list[tuple[Caller, bytes]] = []

    @classmethod
    async def make(cls, home: Home | None = None, *, viewers: int = 2, name: str = "") -> "World":
        """Make a world with an empty space."""
        world = cls(home or MemoryHome(), viewers=viewers, name=name)
        await world.home.create(world.space_id, world.viewers)
        return world

    def eye(self, i: int) -> Viewer:
        """Return the i-th viewer of this world as it begins."""
        return Viewer(
            viewer_id=named(self.name, "viewer", i),
            party_id=named(self.name, "party", i),
            role="holder" if i == 0 else "caregiver",
        )

    def caller(self, viewer: int, device: object = 0) -> Caller:
        """Name a device of a viewer."""
        party_id = self.viewers[viewer].party_id
        assert party_id is not None
        return Caller(party_id=party_id, device_id=named(self.name, "device", viewer, device))

    async def grant_new(self) -> int:
        """Give one more party an eye on the space, with everything it may see."""
        viewer = self.eye(len(self.viewers))
        self.viewers.append(viewer)
        await self.home.join(self.space_id, viewer)
        await self.review()
        return len(self.viewers) - 1

    async def lost(self, caller: Caller, record_id: UUID) -> list[Kept]:
        """Return what did not stand in a record, read a value at a time."""
        ask = KeptAsk(space_id=self.space_id, record_id=record_id, limit=1)
        page = await self.exchange.lost(caller, ask)
        found = [*page.values]
        while page.next is not None:
            assert len(page.values) == 1
            page = await self.exchange.lost(caller, msgspec.structs.replace(ask, after=page.next))
            found.extend(page.values)
        return found

    async def answer(self, caller: Caller, ops: Sequence[Op], ask: SpaceAsk | None) -> bytes:
        """Serve one request, and see to it that no body leaves that may not."""
        wire = msgspec.json.encode(SyncRequest(ops=list(ops), spaces=[ask] if ask else []))
        request = msgspec.json.decode(wire, type=SyncRequest)
        answer = await self.exchange.sync(caller, request)
        self.answers.append((caller, answer))
        await self.refuse_leak(caller, answer, ops)
        return answer

    async def refuse_leak(self, caller: Caller, answer: bytes, ops: Sequence[Op]) -> None:
        """Fail if a body is in an answer that its reader may not see at this moment."""
        may_see = await self.visible(self._looks(caller))
        read = read_answer(answer)
        for outcome, op in zip(read.outcomes, ops, strict=True):
            if outcome.current is not None:
                assert op.record_id in may_see, f"an outcome leaks {op.record_id}"
        for page in read.spaces:
            for change in page.changes:
                if change["kind"] == "put":
                    assert UUID(change["record_id"]) in may_see, f"a page leaks {change}"

    def _looks(self, caller: Caller) -> int:
        return next(i for i, v in enumerate(self.viewers) if v.party_id == caller.party_id)

    async def records(self) -> dict[UUID, Record]:
        """Return every record as stored."""

        async def work(store: SpaceStore, _: object) -> dict[UUID, Record]:
            return await store.records(await store.all_ids())

        return await self.home.read(self.space_id, work)

    async def visible(self, viewer: int) -> dict[UUID, Fields]:
        """Return what a viewer may see at this moment, by the rights alone."""
        viewer_id = self.viewers[viewer].viewer_id
        if viewer_id in self.rights.over:
            return {}
        return {
            record_id: msgspec.json.decode(record.body or b"")
            for record_id, record in (await self.records()).items()
            if not record.deleted and (viewer_id, record_id) not in self.rights.hidden
        }

    async def restore(self) -> None:
        """Begin another epoch, as after an older copy was put back."""
        await self.home.begin_epoch(self.space_id)

    async def feed_of(self, viewer: int) -> Viewer:
        """Return a viewer as stored."""

        async def work(store: SpaceStore, _: object) -> Viewer:
            found = await store.viewer_of(self.caller(viewer).party_id)
            assert found is not None
            return found

        return await self.home.read(self.space_id, work)

    async def head(self) -> int:
        """Return the last number given in the space."""

        async def work(store: SpaceStore, _: object) -> int:
            space = await store.look()
            assert space is not None
            return space.head

        return await self.home.read(self.space_id, work)

    async def hide(self, viewer: int, record_ids: Iterable[UUID]) -> None:
        """Withdraw records from a viewer."""
        viewer_id = self.viewers[viewer].viewer_id
        self.rights.hidden |= {(viewer_id, record_id) for record_id in record_ids}
        await self.review()

    async def show(self, viewer: int, record_ids: Iterable[UUID]) -> None:
        """Let a viewer see records again."""
        viewer_id = self.viewers[viewer].viewer_id
        self.rights.hidden -= {(viewer_id, record_id) for record_id in record_ids}
        await self.review()

    async def end(self, viewer: int) -> None:
        """End the whole grant of a viewer."""
        self.rights.over.add(self.viewers[viewer].viewer_id)
        await self.review()

    async def resume(self, viewer: int) -> None:
        """Grant a viewer again."""
        self.rights.over.discard(self.viewers[viewer].viewer_id)
        await self.review()

    async def review(self, record_ids: Sequence[UUID] | None = None) -> None:
        """Move the feeds after a change of rights, of all records or of some."""

        async def work(store: SpaceStore, now: Any) -> None:
            edit = await SpaceEdit.begin(store, self.host, now=now)
            touched = await store.all_ids() if record_ids is None else record_ids
            await edit.load(touched)
            for record_id in touched:
                edit.review(record_id)
            await edit.save()

        await self.home.write(self.space_id, work)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one space, as a device reads it."""

    changes: list[dict[str, Any]]
    checkpoint: str
    more: bool
    state: str
    count: int | None = None
    digest: str | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an op, as a device reads it."""

    op_id: UUID
    status: Status
    seq: int | None = None
    code: str | None = None
    pointer: str | None = None
    current: Fields | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one request, as a device reads it."""

    outcomes: list[Outcome]
    spaces: list[Page]


def read_answer(answer: bytes) -> Answer:
    """Read what a server sent."""
    return msgspec.json.decode(answer, type=Answer)


class Held(NamedTuple):
    """A record on a phone."""

    seq: int
    body: Fields


class Phone:
    """The least that obeys the protocol: what it holds, what it queued, where it is."""

    def __init__(self, world: World, viewer: int, device: object = 0) -> None:
        self.world = world
        self.viewer = viewer
        self.caller = world.caller(viewer, device)
        self.made = world.made
        """Every record that this phone knows how to name."""
        self.records: dict[UUID, Held] = {}
        self.queue: list[Op] = []
        self.checkpoint: str | None = None
        self.is_complete = False
        self._ops = 0

    def op(self, record_id: UUID, fields: Fields, kind: OpKind = OpKind.PUT) -> Op:
        """Write an op on a record as this phone has it."""
        self._ops += 1
        held = self.records.get(record_id)
        was = {} if held is None else {name: held.body.get(name) for name in fields}
        return Op(
            op_id=named(self.caller.device_id, "op", self._ops),
            space_id=self.world.space_id,
            collection="notes",
            record_id=record_id,
            kind=kind,
            base=None if held is None else held.seq,
            set=fields,
            was=was,
        )

    def add(self, fields: Fields) -> UUID:
        """Queue a new record."""
        record_id = named(self.caller.device_id, "record", self._ops)
        self.made.append(record_id)
        self.queue.append(self.op(record_id, fields))
        return record_id

    def edit(self, record_id: UUID, fields: Fields) -> None:
        """Queue an edit."""
        self.queue.append(self.op(record_id, fields))

    def delete(self, record_id: UUID) -> None:
        """Queue a deletion."""
        self.queue.append(self.op(record_id, {}, OpKind.DELETE))

    async def send(self, limit: int = LIMIT) -> bytes:
        """Make a request of all that waits and return its answer, applied to nothing yet."""
        ask = SpaceAsk(space_id=self.world.space_id, checkpoint=self.checkpoint, limit=limit)
        return await self.world.answer(self.caller, self.queue, ask)

    def take(self, answer: bytes) -> list[Outcome]:
        """Apply an answer whole."""
        read = read_answer(answer)
        answered = {outcome.op_id for outcome in read.outcomes}
        self.queue = [op for op in self.queue if op.op_id not in answered]
        for page in read.spaces:
            self._take_page(page)
        return read.outcomes

    def _take_page(self, page: Page) -> None:
        if page.state != "open":
            self.records.clear()
            self.checkpoint, self.is_complete = None, False
            if page.state == "wipe":
                self.queue.clear()
            return
        for change in page.changes:
            record_id = UUID(change["record_id"])
            if change["kind"] == "put":
                self.records[record_id] = Held(change["seq"], change["body"])
            else:
                self.records.pop(record_id, None)
                self.queue = [op for op in self.queue if op.record_id != record_id]
        self.checkpoint = page.checkpoint
        self.is_complete = not page.more
        if self.is_complete:
            assert (page.count, page.digest) == self.proof()

    async def sync(self, limit: int = LIMIT) -> list[Outcome]:
        """Make one request and apply its answer."""
        return self.take(await self.send(limit))

    async def finish(self, limit: int = LIMIT) -> int:
        """Sync until complete; return how many requests it took."""
        requests = 0
        while True:
            await self.sync(limit)
            requests += 1
            if self.is_complete or self.checkpoint is None:
                return requests

    def proof(self) -> tuple[int, str]:
        """Return the count and digest of what this phone holds."""
        lines = (digest.line(record_id, held.seq) for record_id, held in self.records.items())
        return len(self.records), digest.text(sum(lines))

    def bodies(self) -> dict[UUID, Fields]:
        """Return what this phone holds."""
        return {record_id: held.body for record_id, held in self.records.items()}

    async def holds_what_it_should(self) -> None:
        """Fail unless this phone, complete, holds exactly what its viewer may see."""
        assert self.bodies() == await self.world.visible(self.viewer)
        if self.world.viewers[self.viewer].viewer_id in self.world.rights.over:
            return
        feed = await self.world.feed_of(self.viewer)
        assert self.proof() == (feed.count, digest.text(feed.digest))
