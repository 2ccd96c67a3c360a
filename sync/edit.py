"""One space being changed in one transaction: staged in memory, stored at once.

Every write of a record goes through here, whoever asks for it: a push, an
import, an opening. Nothing reaches the database before `save`, so an op that is
refused half-way leaves nothing, as if it had had a savepoint of its own.

Source: docs/decisions/0008-ops-are-staged.md.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sync.bodies import encode_body, named_in
from sync.core.audience import Line, Viewer
from sync.core.change import Kind
from sync.errors import SpaceNotFound
from sync.feeds import StagedFeeds
from sync.judging import Judge
from sync.names import follow_names
from sync.ports import Collection as CollectionOf
from sync.ports import Host
from sync.storage.port import Answered, Due, Kept, Record, Space, SpaceStore, Writes


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A record to be written: where it belongs, who brings it, what it says.

    `flags` replaces the lasting flags of the record, `due_at` the instant at which
    time changes who may see it; None leaves them as they are. `family_id` is the
    record with which a new one is kept from others; it must be loaded.
    """

    record_id: UUID
    collection: CollectionOf
    author_id: UUID
    fields: dict[str, Any]
    flags: int | None = None
    family_id: UUID | None = None
    due_at: datetime | None = None


class SpaceEdit:
    """The staged changes of one space."""

    def __init__(self, store: SpaceStore, host: Host, *, head: int, now: datetime) -> None:
        self._store = store
        self._host = host
        self._head = head
        self.now = now
        self.viewers: dict[UUID, Viewer] = {}
        self._records: dict[UUID, Record | None] = {}
        self._judge = Judge(host, now)
        self._feeds = StagedFeeds()
        self._written: set[UUID] = set()
        self._granted: set[UUID] = set()
        self._judged: set[UUID] = set()
        self._copied: set[UUID] = set()
        self._turned: set[UUID] = set()
        self._restricted: set[UUID] = set()
        self._due: dict[UUID, Due] = {}
        self._acts_before: dict[UUID, Record | None] = {}
        self._answered: list[Answered] = []
        self._kept: list[Kept] = []

    @classmethod
    async def begin(cls, store: SpaceStore, host: Host, *, now: datetime) -> "SpaceEdit":
        """Take the space for this transaction.

        The lock is taken before anything is read and held to the commit, so that
        numbers are given in the order of commits. What time alone has changed
        since anybody looked is brought up to date first.

        Raises:
            SpaceNotFound: No such space, or a closed one.
        """
        space = await store.lock()
        if space is None or not space.is_open:
            raise SpaceNotFound
        edit = cls(store, host, head=space.head, now=now)
        edit.viewers = {viewer.viewer_id: viewer for viewer in await store.viewers()}
        edit._copied = edit._copying()
        if any(host.rights.is_guest(viewer) for viewer in edit.viewers.values()):
            await store.prepare()
        if is_due(space, edit.viewers.values(), host, now):
            await edit._catch_up()
        return edit

    async def _catch_up(self) -> None:
        rights, again, records = self._host.rights, [], []
        for viewer in self.viewers.values():
            grant = rights.refreshed(viewer, self.now)
            if grant is not None:
                viewer.grant = grant
                self._granted.add(viewer.viewer_id)
                again.append(viewer)
        for due in await self._store.due(self.now):
            viewer_due = self.viewers.get(due.subject_id)
            if viewer_due is not None:
                again.append(viewer_due)
                self._turned.add(viewer_due.viewer_id)
                due_at = rights.due_at(viewer_due, self.now)
                self._note_due(viewer_due.viewer_id, due_at, is_viewer=True)
            else:
                records.append(due.subject_id)
                self._note_due(due.subject_id, None, is_viewer=False)
        if again:
            # What ended may leave another act to count; what began may count more.
            await rights.settle(self)
        await self.rejudge([viewer for viewer in again if viewer.viewer_id not in self._judged])
        await self.load(records)
        for record_id in records:
            self.review(record_id)

    async def load(self, record_ids: Collection[UUID]) -> None:
        """Bring these records and their feed lines into memory, once."""
        missing = [i for i in dict.fromkeys(record_ids) if i not in self._records]
        if not missing:
            return
        found = await self._store.records(missing)
        for record_id in missing:
            self._records[record_id] = found.get(record_id)
        for line in await self._store.lines([*found]):
            # A viewer that was judged anew may have moved on from what is stored.
            self._feeds.know(line)

    async def surround(self, collections: Iterable[str]) -> None:
        """Bring into memory what records of these collections are judged beside, once."""
        await self._judge.surround(collections, self.held)

    def record(self, record_id: UUID) -> Record | None:
        """Return a loaded record as it stands in this edit."""
        return self._records[record_id]

    def loaded(self, record_id: UUID) -> Record | None:
        """Return a record as it stands in this edit, if it was loaded and is there."""
        return self._records.get(record_id)

    def line(self, viewer: Viewer, record_id: UUID) -> Line | None:
        """Return a viewer's line for a loaded record."""
        return self._feeds.line(viewer, record_id)

    def seq(self, viewer: Viewer, record_id: UUID) -> int | None:
        """Return the number under which a viewer has a record, if it has it."""
        line = self._feeds.line(viewer, record_id)
        return line.seq if line is not None and line.kind is Kind.PUT else None

    def put(self, entry: Entry) -> Record:
        """Write a loaded or new record, and move every feed that it concerns.

        A body and flags equal to what stands take no number and move nothing. What the
        collection is judged beside was brought in by `surround`.

        Raises:
            BodyInvalid: The fields do not make a record of the collection.
            BodyTooLarge: It is over the limit.
            Exception: The host's refusal, from the rules of the collection.
        """
        before = self._records[entry.record_id]
        standing = None if before is None else before.body
        body, struct = encode_body(entry.collection, entry.fields, standing)
        flags = _flags(entry, struct, before)
        if before is not None and _stands(before, body, flags):
            return before
        if body != standing:
            self._judge.refuse_unfit(entry.collection, struct)
        due_at = entry.due_at or entry.collection.due_at(struct)
        after = Record(
            record_id=entry.record_id,
            collection=entry.collection.name,
            rev=self._head + 1,
            category=entry.collection.category(struct),
            flags=flags,
            depositor_id=entry.author_id if before is None else before.depositor_id,
            author_id=entry.author_id,
            deleted=False,
            body=body,
            restrictions=self._restrictions(entry, before),
            family_id=entry.family_id if before is None else before.family_id,
            named_id=named_in(entry.collection, struct),
            due_at=due_at if due_at or before is None else before.due_at,
        )
        if after.due_at is not None and after.due_at > self.now:
            self._note_due(after.record_id, after.due_at, is_viewer=False)
        if entry.collection.is_act:
            self._acts_before.setdefault(after.record_id, before)
        self._write(after)
        return after

    def refuse_unfit(self, collection: CollectionOf, fields: dict[str, Any]) -> None:
        """Raise what a new record of these fields would be refused for, and write nothing.

        Raises:
            BodyInvalid, BodyTooLarge, Exception: See `put`.
        """
        _, struct = encode_body(collection, fields)
        self._judge.refuse_unfit(collection, struct)

    def _restrictions(self, entry: Entry, before: Record | None) -> bytes:
        """Return from whom a record is kept: a new one is kept as its family is."""
        if before is not None:
            return before.restrictions
        family = None if entry.family_id is None else self._records[entry.family_id]
        return b"" if family is None else family.restrictions

    def delete(self, record: Record, author_id: UUID) -> None:
        """Delete a record: its body is erased, its identifier stays taken."""
        collection = self._host.collections.get(record.collection)
        if collection is not None and collection.is_act:
            self._acts_before.setdefault(record.record_id, record)
        self._write(
            msgspec.structs.replace(
                record,
                rev=self._head + 1,
                author_id=author_id,
                deleted=True,
                body=None,
                named_id=None,
            )
        )

    def review(self, record_id: UUID) -> None:
        """Move the feeds of a loaded record whose audience changed and whose body did not."""
        record = self._records[record_id]
        if record is not None:
            self._move_feeds(record, touched=False)

    def restrict(self, record_id: UUID, restrictions: bytes) -> None:
        """Keep a loaded record from others than before, and move the feeds concerned."""
        record = self._records[record_id]
        if record is None or record.restrictions == restrictions:
            return
        self._records[record_id] = msgspec.structs.replace(record, restrictions=restrictions)
        self._restricted.add(record_id)
        self.review(record_id)

    async def grant(self, viewer: Viewer) -> None:
        """Let a viewer in, or change what it may see; its feed follows.

        A viewer that may no longer look at all keeps its lines: its devices are
        told to wipe, whatever they say.
        """
        self.viewers[viewer.viewer_id] = viewer
        self._granted.add(viewer.viewer_id)
        self._judged.add(viewer.viewer_id)
        due_at = self._host.rights.due_at(viewer, self.now)
        self._note_due(viewer.viewer_id, due_at, is_viewer=True)
        await self.rejudge([viewer])

    async def rejudge(self, viewers: Collection[Viewer]) -> None:
        """Decide anew on every record, for viewers whose rights changed.

        The work is that of the whole space for each viewer that keeps a copy.
        """
        looking = [v for v in viewers if v.keeps_copy and v.is_in_force(self.now)]
        if not looking:
            return
        heads = {record.record_id: record for record in await self._store.heads()}
        for record_id in self._written | self._restricted:
            record = self._records[record_id]
            assert record is not None
            heads[record_id] = record
        for viewer in looking:
            for line in await self._store.lines_of(viewer.viewer_id):
                self._feeds.know(line)
            visible = self._host.rights.visible_to(viewer, heads.values(), self.now)
            for record_id, record in heads.items():
                self._feeds.move(viewer, record, visible=record_id in visible, touched=False)

    async def held(self, collections: Collection[str]) -> list[Record]:
        """Return every standing record of some collections, as this edit leaves them."""
        found = {record.record_id: record for record in await self._store.held(collections)}
        for record_id in self._written:
            record = self._records[record_id]
            assert record is not None
            if record.collection in collections:
                found[record_id] = record
        return [record for record in found.values() if not record.deleted]

    def restricted(self) -> frozenset[UUID]:
        """Name the records that this edit keeps from others than before."""
        return frozenset(self._restricted)

    def acts_written(self) -> frozenset[UUID]:
        """Name the acts of rights that this edit writes or deletes."""
        return frozenset(self._acts_before)

    def acts_before_and_after(self) -> list[Record]:
        """Return each act that this edit touches, as it stood and as it stands."""
        touched: list[Record] = []
        for record_id, before in self._acts_before.items():
            touched.extend(r for r in (before, self._records[record_id]) if r is not None)
        return touched

    async def members(self, family_ids: Collection[UUID]) -> frozenset[UUID]:
        """Return every record of some families, as this edit leaves them."""
        stored = await self._store.families(family_ids)
        staged = (
            record_id
            for record_id in self._written
            if (record := self._records[record_id]) is not None and record.family in family_ids
        )
        return frozenset(family_ids) | frozenset(stored) | frozenset(staged)

    def keep(self, kept: Kept) -> None:
        """Keep values that lost."""
        self._kept.append(kept)

    def answer(self, answered: Answered) -> None:
        """Remember the outcome of an op."""
        self._answered.append(answered)

    async def save(
        self, *, device_id: UUID | None = None, writer: Viewer | None = None
    ) -> frozenset[UUID]:
        """Store what was staged; return the parties whose feed moved.

        Nobody else may learn that something changed here, nor whoever may not look
        any more: an end that somebody decided is as quiet as one that came with
        time. If acts of rights are among what was staged, the host first makes
        them take effect. The *writer* was told numbers of its own feed already.
        """
        if self._acts_before:
            await self._store.prepare()
            await self._host.rights.settle(self)
        await follow_names(self, self._feeds, self._store, self._host)
        self._feeds.unsay(self.viewers, writer_id=None if writer is None else writer.viewer_id)
        movers = self._feeds.movers()
        writes = Writes(
            head=self._head,
            records=[r for i in self._written if (r := self._records[i]) is not None],
            viewers=[self.viewers[i] for i in movers],
            lines=self._feeds.moved(),
            answered=self._answered,
            kept=self._kept,
            granted=[self.viewers[i] for i in self._granted],
            restricted=[
                r for i in self._restricted - self._written if (r := self._records[i]) is not None
            ],
            due=[*self._due.values()],
        )
        await self._store.save(writes, device_id=device_id, now=self.now)
        # A grant that changed and moved nothing is no news: that it changed is not to be heard.
        copying = self._copying()
        news = (movers | self._turned | (copying - self._copied)) & copying
        parties = (self.viewers[viewer_id].party_id for viewer_id in news)
        return frozenset(party_id for party_id in parties if party_id is not None)

    def _copying(self) -> set[UUID]:
        """Name the viewers that may keep a copy at this instant."""
        viewers = self.viewers.values()
        return {v.viewer_id for v in viewers if v.keeps_copy and v.is_in_force(self.now)}

    def _write(self, record: Record) -> None:
        self._head += 1
        self._records[record.record_id] = record
        self._written.add(record.record_id)
        self._move_feeds(record, touched=True)

    def _move_feeds(self, record: Record, *, touched: bool) -> None:
        everyone = list(self.viewers.values())
        audience: frozenset[UUID] = frozenset()
        if not record.deleted:
            audience = self._host.rights.audience(record, everyone, self.now)
        for viewer in everyone:
            # Without a copy there is no feed, but what an earlier copy left must not stand still:
            # it would pass for up to date once there is a copy again.
            visible = viewer.keeps_copy and viewer.viewer_id in audience
            self._feeds.move(viewer, record, visible=visible, touched=touched)

    def _note_due(self, subject_id: UUID, due_at: datetime | None, *, is_viewer: bool) -> None:
        self._due[subject_id] = Due(subject_id=subject_id, is_viewer=is_viewer, due_at=due_at)


def is_due(space: Space, viewers: Iterable[Viewer], host: Host, now: datetime) -> bool:
    """Say whether time, or what the host decides by, has changed who may see what."""
    if space.due_at is not None and space.due_at <= now:
        return True
    return any(host.rights.refreshed(viewer, now) is not None for viewer in viewers)


def _flags(entry: Entry, struct: msgspec.Struct, before: Record | None) -> int:
    """Join what the body says with what lasts whatever the body says."""
    lasting = entry.flags
    if lasting is None:
        lasting = 0 if before is None else before.flags & entry.collection.lasting_flags
    return entry.collection.flags(struct) | lasting


def _stands(record: Record, body: bytes, flags: int) -> bool:
    return not record.deleted and record.body == body and record.flags == flags
