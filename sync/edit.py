"""One space being changed in one transaction: staged in memory, stored at once.

Every write of a record goes through here, whoever asks for it: a push, an
import, an opening. Nothing reaches the database before `save`, so an op that is
refused half-way leaves nothing, as if it had had a savepoint of its own.

Source: docs/decisions/0008-ops-are-staged.md.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sync.core.audience import Line, Viewer, next_line
from sync.core.change import Kind
from sync.core.limits import BODY_BYTES_MAX
from sync.errors import BodyInvalid, BodyTooLarge, SpaceNotFound
from sync.ports import Collection as CollectionOf
from sync.ports import Host
from sync.storage.port import Answered, Kept, Record, SpaceStore, Writes


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A record to be written: where it belongs, who brings it, what it says.

    `flags` replaces the lasting flags of the record; None leaves them as they are.
    """

    record_id: UUID
    collection: CollectionOf
    author_id: UUID
    fields: dict[str, Any]
    flags: int | None = None


class SpaceEdit:
    """The staged changes of one space."""

    def __init__(self, store: SpaceStore, host: Host, *, head: int, now: datetime) -> None:
        self._store = store
        self._host = host
        self._head = head
        self.now = now
        self.viewers: dict[UUID, Viewer] = {}
        self._records: dict[UUID, Record | None] = {}
        self._lines: dict[tuple[UUID, UUID], Line] = {}
        self._written: set[UUID] = set()
        self._moved: set[tuple[UUID, UUID]] = set()
        self._touched_viewers: set[UUID] = set()
        self._answered: list[Answered] = []
        self._kept: list[Kept] = []

    @classmethod
    async def begin(cls, store: SpaceStore, host: Host, *, now: datetime) -> "SpaceEdit":
        """Take the space for this transaction.

        The lock is taken before anything is read and held to the commit, so that
        numbers are given in the order of commits.

        Raises:
            SpaceNotFound: No such space, or a closed one.
        """
        space = await store.lock()
        if space is None or not space.is_open:
            raise SpaceNotFound
        edit = cls(store, host, head=space.head, now=now)
        edit.viewers = {viewer.viewer_id: viewer for viewer in await store.viewers()}
        return edit

    async def load(self, record_ids: Collection[UUID]) -> None:
        """Bring these records and their feed lines into memory, once."""
        missing = [i for i in dict.fromkeys(record_ids) if i not in self._records]
        if not missing:
            return
        found = await self._store.records(missing)
        for record_id in missing:
            self._records[record_id] = found.get(record_id)
        for line in await self._store.lines([*found]):
            self._lines[line.viewer_id, line.record_id] = line

    def record(self, record_id: UUID) -> Record | None:
        """Return a loaded record as it stands in this edit."""
        return self._records[record_id]

    def line(self, viewer: Viewer, record_id: UUID) -> Line | None:
        """Return a viewer's line for a loaded record."""
        return self._lines.get((viewer.viewer_id, record_id))

    def seq(self, viewer: Viewer, record_id: UUID) -> int | None:
        """Return the number under which a viewer has a record, if it has it."""
        line = self.line(viewer, record_id)
        return line.seq if line is not None and line.kind is Kind.PUT else None

    def put(self, entry: Entry) -> Record:
        """Write a loaded or new record, and move every feed that it concerns.

        A body and flags equal to what stands take no number and move nothing.

        Raises:
            BodyInvalid: The fields do not make a record of the collection.
            BodyTooLarge: It is over the limit.
            Exception: The host's refusal, from the rules of the collection.
        """
        body, struct = encode_body(entry.collection, entry.fields)
        before = self._records[entry.record_id]
        flags = _flags(entry, struct, before)
        if before is not None and _stands(before, body, flags):
            return before
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
        )
        self._write(after)
        return after

    def delete(self, record: Record, author_id: UUID) -> None:
        """Delete a record: its body is erased, its identifier stays taken."""
        self._write(
            msgspec.structs.replace(
                record, rev=self._head + 1, author_id=author_id, deleted=True, body=None
            )
        )

    def review(self, record_id: UUID) -> None:
        """Move the feeds of a loaded record whose audience changed and whose body did not."""
        record = self._records[record_id]
        if record is not None:
            self._move_feeds(record, touched=False)

    def open_viewer(self, viewer: Viewer) -> None:
        """Add a viewer that exists in the store but was granted after `begin`."""
        self.viewers[viewer.viewer_id] = viewer

    def keep(self, kept: Kept) -> None:
        """Keep values that lost."""
        self._kept.append(kept)

    def answer(self, answered: Answered) -> None:
        """Remember the outcome of an op."""
        self._answered.append(answered)

    async def save(self, *, device_id: UUID | None = None) -> frozenset[UUID]:
        """Store what was staged; return the parties whose feed moved.

        Nobody else may learn that something changed here.
        """
        writes = Writes(
            head=self._head,
            records=[r for i in self._written if (r := self._records[i]) is not None],
            viewers=[self.viewers[i] for i in self._touched_viewers],
            lines=[self._lines[key] for key in self._moved],
            answered=self._answered,
            kept=self._kept,
        )
        await self._store.save(writes, device_id=device_id, now=self.now)
        movers = (self.viewers[i].party_id for i in self._touched_viewers)
        return frozenset(party_id for party_id in movers if party_id is not None)

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
            key = (viewer.viewer_id, record.record_id)
            line = self._lines.get(key)
            visible = viewer.viewer_id in audience
            if not touched and visible is (line is not None and line.kind is Kind.PUT):
                continue
            moved = next_line(
                viewer,
                line,
                record_id=record.record_id,
                collection=record.collection,
                visible=visible,
            )
            if moved is not None:
                self._lines[key] = moved
                self._moved.add(key)
                self._touched_viewers.add(viewer.viewer_id)


def _flags(entry: Entry, struct: msgspec.Struct, before: Record | None) -> int:
    """Join what the body says with what lasts whatever the body says."""
    lasting = entry.flags
    if lasting is None:
        lasting = 0 if before is None else before.flags & entry.collection.lasting_flags
    return entry.collection.flags(struct) | lasting


def _stands(record: Record, body: bytes, flags: int) -> bool:
    return not record.deleted and record.body == body and record.flags == flags


def encode_body(collection: CollectionOf, fields: dict[str, Any]) -> tuple[bytes, msgspec.Struct]:
    """Check fields against their collection and encode them in its one canonical form.

    Raises:
        BodyInvalid: A field is unknown, missing, or of the wrong kind.
        BodyTooLarge: The encoded body is over the limit.
        Exception: The host's refusal, from the rules across fields.
    """
    try:
        struct = msgspec.convert(fields, collection.body)
    except (msgspec.ValidationError, RecursionError) as error:
        raise BodyInvalid(pointer_from(error)) from None
    collection.check(struct)
    body = msgspec.json.encode(struct)
    if len(body) > BODY_BYTES_MAX:
        raise BodyTooLarge
    return body, struct


def pointer_from(error: Exception) -> str | None:
    """Read the place of a validation error as a JSON pointer, without its values."""
    text = str(error)
    if text.startswith("Object contains unknown field `"):
        return "/" + text.split("`")[1].replace("~", "~0").replace("/", "~1")[:100]
    if text.startswith("Object missing required field `"):
        return "/" + text.split("`")[1]
    _, at, path = text.rpartition(" - at `$")
    if not at:
        return None
    path = path.rstrip("`").replace("[...]", ".*").replace("[", ".").replace("]", "")
    return path.replace(".", "/") or None
