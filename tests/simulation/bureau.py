"""A server with the real rights: acts are records, settled and judged by `backend.access`."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from backend.access.collection import ViewerRights
from sync.core.audience import Viewer
from sync.core.change import Change, Kind
from sync.edit import SpaceEdit
from sync.errors import SpaceNotFound
from sync.exchange import deed_of, read_traced
from sync.ports import Host
from sync.pull import Page, open_reading
from sync.push import Caller
from sync.storage.memory import MemorySpace
from sync.storage.port import Due, SpaceStore
from tests.simulation.chance import Chance, Sometimes, Trace
from tests.simulation.matrix import SimulatedMatrix, Version, make_version
from tests.simulation.observed import ObservedStore, Sabotage
from tests.simulation.oracle import Oracle, Person
from tests.simulation.records import make_host
from tests.simulation.server import BEGINNING, SimulatedServer
from tests.simulation.travels import Outcome, PageRead

Stage = Callable[[SpaceEdit], Awaitable[None]]
Midway = tuple[UUID, UUID]
"""Device, space."""


class Looked(NamedTuple):
    """What a professional read while connected."""

    record_id: UUID | None


class SabotagedRights(ViewerRights):
    """The rights, broken on purpose if at all."""

    def __init__(self, matrix: SimulatedMatrix, sabotage: Sabotage | None) -> None:
        super().__init__(matrix)
        self._sabotage = sabotage

    async def settle(self, edit: SpaceEdit) -> None:
        if self._sabotage is not Sabotage.ACTS_WITHOUT_EFFECT or edit.now < SETTLED_IN:
            await super().settle(edit)

    def in_force(self, viewer: Viewer, now: datetime) -> bool:
        is_served = self._sabotage is Sabotage.CLOSED_VIEWER_SERVED and viewer.keeps_copy
        return is_served or super().in_force(viewer, now)

    def refreshed(self, viewer: Viewer, now: datetime) -> bytes | None:
        if self._sabotage is Sabotage.MATRIX_UNNOTICED:
            return None
        return super().refreshed(viewer, now)


class MatrixStore(ObservedStore):
    """A storage that makes the matrix ready, as the guard of a real space does."""

    def __init__(
        self, space: MemorySpace, sabotage: Sabotage | None, matrix: SimulatedMatrix
    ) -> None:
        super().__init__(space, sabotage)
        self._matrix = matrix

    async def prepare(self) -> None:
        self._matrix.adopt()


SETTLED_IN = BEGINNING.replace(hour=13)
"""Until then a town sets itself up, without faults."""


class Bureau(SimulatedServer):
    """The server of a town where people decide by acts."""

    def __init__(
        self,
        chance: Chance,
        trace: Trace,
        sometimes: Sometimes,
        *,
        people: dict[UUID, Person],
        sabotage: Sabotage | None = None,
    ) -> None:
        self.people = people
        self.version = make_version(1, BEGINNING.date(), chance)
        self.oracle = Oracle(people, lambda: self.version.cells)
        self.law = self.oracle
        self._midway: dict[Midway, datetime] = {}
        super().__init__(chance, trace, sometimes, sabotage=sabotage)

    def make_host(self) -> Host:
        self._matrix = SimulatedMatrix(lambda: self.version)
        return make_host(SabotagedRights(self._matrix, self.sabotage))

    def snapshot(self) -> Version:
        return self.version

    def roll_back(self, rest: object) -> None:
        assert isinstance(rest, Version)
        self.version = rest

    def open_store(self, space: MemorySpace) -> ObservedStore:
        return MatrixStore(space, self.sabotage, self._matrix)

    # What people do on the server.

    async def edit(self, space_id: UUID, stage: Stage) -> None:
        """Change a space in one transaction, as a use case does."""

        async def work(store: SpaceStore, now: datetime) -> None:
            edit = await SpaceEdit.begin(store, self.host, now=now)
            await stage(edit)
            await edit.save()

        await self.serve(lambda: self.transact(space_id, work))

    def handed_over(self, viewer_id: UUID, party_id: UUID) -> Stage:
        """Give a space to who is to hold it from now on."""

        async def stage(edit: SpaceEdit) -> None:
            await edit.grant(msgspec.structs.replace(edit.viewers[viewer_id], party_id=party_id))

        return stage

    def turns(self) -> list[datetime]:
        """Return the instants at which time alone changes something."""
        names = ("starts_at", "ends_at", "until", "announced_at")
        found = [
            viewer.closes_at
            for space in self.spaces.values()
            for viewer in space.viewers.values()
            if viewer.role == "representative" and viewer.closes_at is not None
        ]
        for space in self.spaces.values():
            for record in space.records.values():
                fields = {} if record.deleted else self.oracle.fields(record)
                found += [fields[name] for name in names if name in fields]
        midnight = self.now().replace(hour=0, minute=0, second=0, microsecond=0)
        return [*found, midnight + timedelta(days=1)]

    async def look_online(self, caller: Caller, space_id: UUID) -> UUID | None:
        """Let a professional read one entry while connected; return which."""

        async def look(store: SpaceStore, now: datetime, *, traced: bool) -> Looked | None:
            reading = await open_reading(store, self.host, caller, now, online=True)
            if not traced:
                return None
            heads = await store.heads()
            visible = self.host.rights.readable_to(reading.viewer, heads, now)
            seen = [head for head in heads if head.record_id in visible]
            assert isinstance(store, ObservedStore)
            self._online(store, reading.viewer, visible, now)
            if not seen:
                return Looked(None)
            one = self._chance.pick(seen)
            changes = [
                Change(seq=1, collection=one.collection, record_id=one.record_id, kind="put")
            ]
            await store.trace(deed_of(reading.viewer, caller.device_id, changes))
            return Looked(one.record_id)

        async def work() -> UUID | None:
            try:
                return (await read_traced(self, self.host, space_id, look)).record_id
            except SpaceNotFound:
                viewer = self.eye(space_id, caller.party_id)
                space = self.spaces[space_id]
                if viewer is not None and self.oracle.may_look_online(space, viewer, self.now()):
                    self.judge.break_off("a professional with a grant finds nothing")
                return None

        return await self.serve(work)

    def _online(
        self, store: ObservedStore, viewer: Viewer, visible: frozenset[UUID], now: datetime
    ) -> None:
        """Compare all that a professional could read with what the acts say."""
        space = store.space
        if not self.oracle.may_look_online(space, viewer, now):
            self.judge.break_off("a professional without a grant looks online")
        wanted = {
            record.record_id
            for record in space.records.values()
            if self.oracle.may_read(space, space.records, viewer, record, now)
        }
        if visible != wanted:
            self.judge.break_off(f"online, {sorted(visible ^ wanted)} differ from what acts say")

    # What is worth counting.

    def committing(self, store: ObservedStore) -> None:
        """Count what a commit brings about."""
        space, now = store.space, self.now()
        for writes, _ in store.saved:
            touched = {record.record_id for record in writes.records}
            if writes.due and not touched:
                self._sometimes.happened("rights were brought up to date at a contact")
            for line in writes.lines:
                viewer = space.viewers.get(line.viewer_id)
                due = space.due.get(line.record_id)
                if viewer is None or due is None or due.due_at is None or due.due_at > now:
                    continue
                if line.kind is Kind.PUT and viewer.role == "holder" and _is_over(writes.due, due):
                    self._sometimes.happened("an announcement was released by the clock")

    def paging(self, caller: Caller, page: Page, store: ObservedStore) -> None:
        """Count what a page tells."""
        space, now = store.space, self.now()
        viewer = self.eye(page.space_id, caller.party_id)
        assert viewer is not None
        for change in page.changes:
            record = space.records[change.record_id]
            if change.kind != "gone" or record.deleted or viewer.role != "professional":
                continue
            if self.oracle.is_masked(space, viewer, record):
                self._sometimes.happened("a mask reached a copy as gone")
        key = (caller.device_id, page.space_id)
        self._ended("emergencies", "until", "an emergency ended during a pull", viewer, key)
        self._ended("consents", "ends_at", "a consent ended between two pages", viewer, key)
        self._midway.pop(key, None)
        if page.more:
            self._midway[key] = now

    def told(self, caller: Caller, outcomes: list[Outcome], pages: list[PageRead]) -> None:
        """Count what an answer says, just before it leaves."""
        for page in pages:
            viewer = self.eye(page.space_id, caller.party_id)
            if page.state != "wipe" or viewer is None:
                continue
            if viewer.role == "representative":
                self._sometimes.happened("a child came of age")
            key = (caller.device_id, page.space_id)
            self._ended("consents", "ends_at", "a consent ended between two pages", viewer, key)
            if self._is_blocked(viewer, page.space_id) and any(
                outcome.code == "space-not-found" for outcome in outcomes
            ):
                self._sometimes.happened("a block met a push in flight")

    def _is_blocked(self, viewer: Viewer, space_id: UUID) -> bool:
        space = self.spaces[space_id]
        return bool(self.oracle.acts(space, space.records).about("blocks", viewer))

    def _ended(self, collection: str, end: str, what: str, viewer: Viewer, key: Midway) -> None:
        """Count an act that ended by the clock since a page that was not the last."""
        midway, space = self._midway.get(key), self.spaces[key[1]]
        if midway is None or viewer.role != "professional":
            return
        acts = self.oracle.acts(space, space.records).about(collection, viewer)
        if any(end in act and midway < act[end] <= self.now() for act in acts):
            self._sometimes.happened(what)


def _is_over(dues: list[Due], due: Due) -> bool:
    return any(one.subject_id == due.subject_id and one.due_at is None for one in dues)
