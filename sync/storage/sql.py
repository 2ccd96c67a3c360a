"""The storage of sync on a SQL database, sealed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import structs

from sync.core.audience import Line, Viewer
from sync.core.change import Change
from sync.core.kept_place import KeptPlace
from sync.storage import statements as q
from sync.storage.pages import Cipher, Pages
from sync.storage.port import Answered, Deed, Due, FeedPlace, Head, Kept, Record, Space, Writes
from sync.storage.rows import (
    head_from,
    kept_place,
    line_from,
    op_place,
    record_place,
    viewer_from,
)
from sync.storage.spaces import Sql, Step, viewer_row

# A database takes so many values at once, and not as many as a space has documents.
_ASKED_AT_ONCE = 500


class Guard(Protocol):
    """The host's rights and trail of one space, in the transaction of its storage."""

    async def prepare(self) -> None:
        """Make ready what decides."""

    def must_trace(self, viewer: Viewer, device_id: UUID) -> bool:
        """Say whether a read by this viewer on this device is still to be written."""

    async def trace(self, deed: Deed) -> None:
        """Write a deed."""

    async def written(self, records: Sequence[Record]) -> None:
        """Take note of records that this transaction writes or deletes."""


class SqlSpaceStore:
    """One space in one transaction of a SQL database."""

    def __init__(self, sql: Sql, space_id: UUID, cipher: Cipher, guard: Guard) -> None:
        self._sql = sql
        self._space_id = space_id
        self._cipher = cipher
        self._guard = guard
        self._viewer_ids: list[UUID] = []

    async def lock(self) -> Space | None:
        return await self._space(q.LOCK)

    async def look(self) -> Space | None:
        return await self._space(q.SPACE)

    async def viewers(self) -> list[Viewer]:
        rows = await self._sql.rows(q.VIEWERS, space_id=self._space_id)
        found = [viewer_from(row) for row in rows]
        self._viewer_ids = [viewer.viewer_id for viewer in found]
        return found

    async def viewer_of(self, party_id: UUID) -> Viewer | None:
        row = await self._sql.row(q.VIEWER_OF, space_id=self._space_id, party_id=party_id)
        return None if row is None else viewer_from(row)

    async def answered(self, device_id: UUID, op_ids: Collection[UUID]) -> dict[UUID, Answered]:
        rows = await self._sql.rows(
            q.ANSWERED, space_id=self._space_id, device_id=device_id, op_ids=list(op_ids)
        )
        return {
            op_id: Answered(
                op_id=op_id,
                request_hash=request_hash,
                outcome=self._cipher.open(op_place(device_id, op_id), sealed),
            )
            for op_id, request_hash, sealed in rows
        }

    async def has_written(self, device_id: UUID) -> bool:
        found = await self._sql.row(q.WRITTEN, space_id=self._space_id, device_id=device_id)
        return found is not None

    async def records(self, record_ids: Collection[UUID]) -> dict[UUID, Record]:
        if not record_ids:
            return {}
        rows = await self._sql.rows(q.RECORDS, space_id=self._space_id, record_ids=list(record_ids))
        return {row[0]: self._record_from(row) for row in rows}

    async def lines(self, record_ids: Collection[UUID]) -> list[Line]:
        if not self._viewer_ids:
            await self.viewers()
        if not record_ids or not self._viewer_ids:
            return []
        rows = await self._sql.rows(
            q.LINES,
            space_id=self._space_id,
            viewer_ids=self._viewer_ids,
            record_ids=list(record_ids),
        )
        return [line_from(row) for row in rows]

    async def lines_of(self, viewer_id: UUID) -> list[Line]:
        rows = await self._sql.rows(q.LINES_OF, space_id=self._space_id, viewer_id=viewer_id)
        return [line_from(row) for row in rows]

    async def heads(self) -> list[Record]:
        rows = await self._sql.rows(q.HEADS, space_id=self._space_id)
        return [head_from(row) for row in rows]

    async def held(self, collections: Collection[str]) -> list[Record]:
        rows = await self._sql.rows(q.HELD, space_id=self._space_id, collections=list(collections))
        return [self._record_from(row) for row in rows]

    async def families(self, family_ids: Collection[UUID]) -> list[UUID]:
        if not family_ids:
            return []
        rows = await self._sql.rows(
            q.FAMILIES, space_id=self._space_id, family_ids=list(family_ids)
        )
        return [row[0] for row in rows]

    async def naming(self, record_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
        found: list[tuple[UUID, UUID]] = []
        asked = [*record_ids]
        for first in range(0, len(asked), _ASKED_AT_ONCE):
            some = asked[first : first + _ASKED_AT_ONCE]
            rows = await self._sql.rows(q.NAMING, space_id=self._space_id, record_ids=some)
            found.extend((record_id, named_id) for record_id, named_id in rows)
        return found

    async def due(self, now: datetime) -> list[Due]:
        rows = await self._sql.rows(q.DUE, space_id=self._space_id, now=now)
        return [
            Due(subject_id=subject_id, is_viewer=is_viewer, due_at=None)
            for subject_id, is_viewer in rows
        ]

    async def prepare(self) -> None:
        await self._guard.prepare()

    def must_trace(self, viewer: Viewer, device_id: UUID) -> bool:
        return self._guard.must_trace(viewer, device_id)

    async def trace(self, deed: Deed) -> None:
        await self._guard.trace(deed)

    async def kept(
        self, record_id: UUID, author_ids: Collection[UUID], after: KeptPlace, limit: int
    ) -> list[Kept]:
        rows = await self._sql.rows(
            q.KEPT,
            space_id=self._space_id,
            record_id=record_id,
            author_ids=list(author_ids),
            since=after.kept_at,
            since_op=after.op_id,
            limit=after.given + limit,
        )
        return [
            Kept(
                record_id=record_id,
                op_id=op_id,
                author_id=author_id,
                kept_at=kept_at,
                values=self._cipher.open(kept_place(record_id, op_id, author_id), sealed),
            )
            for op_id, author_id, kept_at, sealed in rows[after.given :]
        ]

    async def page(
        self, viewer_id: UUID, place: FeedPlace, limit: int, *, naming: Mapping[str, str]
    ) -> tuple[Sequence[Change], bool]:
        pages = Pages(self._sql, self._space_id, self._cipher, naming)
        return await pages.read(viewer_id, place, limit)

    async def all_ids(self) -> list[UUID]:
        return [row[0] for row in await self._sql.rows(q.ALL_IDS, space_id=self._space_id)]

    async def save(self, writes: Writes, *, device_id: UUID | None, now: datetime) -> None:
        steps = self._steps_of_records(writes)
        steps += self._steps_of_viewers(writes)
        if writes.answered or writes.kept:
            assert device_id is not None
            steps += [
                (q.PUT_ANSWERED, [self._op_row(a, device_id, now) for a in writes.answered]),
                (q.PUT_KEPT, [self._kept_row(k, device_id) for k in writes.kept]),
            ]
        await self._sql.run_all([(statement, rows) for statement, rows in steps if rows])
        if writes.records:
            await self._guard.written(writes.records)
        await self._save_due(writes.due)

    def _steps_of_records(self, writes: Writes) -> list[Step]:
        if not writes.records and not writes.restricted:
            return []
        head = {"in_space": self._space_id, "new_head": writes.head}
        return [
            (q.MOVE_HEAD, [head] if writes.records else []),
            (q.PUT_RECORDS, [self._record_row(record) for record in writes.records]),
            (
                q.RESTRICT,
                [
                    {
                        "in_space": self._space_id,
                        "record": record.record_id,
                        "new_restrictions": record.restrictions,
                    }
                    for record in writes.restricted
                ],
            ),
        ]

    def _steps_of_viewers(self, writes: Writes) -> list[Step]:
        moved = [
            {
                "in_space": self._space_id,
                "viewer": viewer.viewer_id,
                "new_head": viewer.head,
                "new_count": viewer.count,
                "new_digest": viewer.digest.to_bytes(16),
            }
            for viewer in writes.viewers
        ]
        return [
            (q.PUT_VIEWER, [viewer_row(self._space_id, viewer) for viewer in writes.granted]),
            (q.MOVE_VIEWER, moved),
            (q.PUT_LINES, [self._line_row(line) for line in writes.lines]),
        ]

    async def _save_due(self, dues: list[Due]) -> None:
        if not dues:
            return
        for due in dues:
            await self._sql.run(q.DROP_DUE, in_space=self._space_id, subject=due.subject_id)
        rows = [
            {
                "space_id": self._space_id,
                "subject_id": due.subject_id,
                "is_viewer": due.is_viewer,
                "due_at": due.due_at,
            }
            for due in dues
            if due.due_at is not None
        ]
        if rows:
            await self._sql.run_many(q.PUT_DUE, rows)
        first = await self._sql.row(q.NEXT_DUE, space_id=self._space_id)
        next_due = None if first is None else first[0]
        await self._sql.run(q.MOVE_DUE, in_space=self._space_id, next_due=next_due)

    async def _space(self, statement: Any) -> Space | None:
        row = await self._sql.row(statement, space_id=self._space_id)
        if row is None:
            return None
        head, epoch, state, due_at = row
        return Space(
            space_id=self._space_id,
            head=head,
            epoch=epoch,
            is_open=state == "open",
            due_at=due_at,
        )

    def _record_from(self, row: tuple[Any, ...]) -> Record:
        head, sealed = head_from(row[:-1]), row[-1]
        if head.deleted:
            return head
        body = self._cipher.open(record_place(head.record_id, head.rev), sealed)
        return structs.replace(head, body=body)

    def _record_row(self, record: Record) -> dict[str, object]:
        sealed = None
        if record.body is not None:
            sealed = self._cipher.seal(record_place(record.record_id, record.rev), record.body)
        return {
            "space_id": self._space_id,
            "record_id": record.record_id,
            "collection": record.collection,
            "rev": record.rev,
            "category": record.category,
            "flags": record.flags,
            "depositor_id": record.depositor_id,
            "author_id": record.author_id,
            "deleted": record.deleted,
            "restrictions": record.restrictions,
            "family_id": record.family_id,
            "named_id": record.named_id,
            "due_at": record.due_at,
            "sealed": sealed,
        }

    def _line_row(self, line: Line) -> dict[str, object]:
        return {
            "space_id": self._space_id,
            "viewer_id": line.viewer_id,
            "seq": line.seq,
            "collection": line.collection,
            "record_id": line.record_id,
            "kind": int(line.kind),
        }

    def _op_row(self, answered: Answered, device_id: UUID, now: datetime) -> dict[str, object]:
        place = op_place(device_id, answered.op_id)
        return {
            "space_id": self._space_id,
            "device_id": device_id,
            "op_id": answered.op_id,
            "request_hash": answered.request_hash,
            "sealed_outcome": self._cipher.seal(place, answered.outcome),
            "answered_at": now,
        }

    def _kept_row(self, kept: Kept, device_id: UUID) -> dict[str, object]:
        place = kept_place(kept.record_id, kept.op_id, kept.author_id)
        return {
            "space_id": self._space_id,
            "record_id": kept.record_id,
            "device_id": device_id,
            "op_id": kept.op_id,
            "author_id": kept.author_id,
            "kept_at": kept.kept_at,
            "sealed": self._cipher.seal(place, kept.values),
        }


async def read_head(sql: Sql, space_id: UUID, party_id: UUID) -> Head | None:
    """Return where a party's feed of a space stands, in one statement and with no key."""
    row = await sql.row(q.HEAD, space_id=space_id, party_id=party_id)
    if row is None:
        return None
    return Head(epoch=row[0], is_open=row[1] == "open", due_at=row[2], viewer=viewer_from(row[3:]))


async def spaces_due(sql: Sql, now: datetime, limit: int) -> list[UUID]:
    """Return spaces in which time has changed who may see what, the longest due first."""
    rows = await sql.rows(q.SPACES_DUE, now=now, limit=limit)
    return [*dict.fromkeys(row[0] for row in rows)]
