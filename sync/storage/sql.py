"""The storage of sync on a SQL database, sealed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Raw
from sqlalchemy import (
    BindParameter,
    LargeBinary,
    and_,
    bindparam,
    delete,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert

from sync.core.audience import Line, Viewer
from sync.core.change import Change, Kind
from sync.storage.port import Answered, Head, Kept, Record, Space, Writes
from sync.storage.spaces import Sql
from sync.storage.tables import feeds, kept_values, ops, records, spaces, viewers


class Cipher(Protocol):
    """Seals and opens what belongs to one space."""

    def seal(self, place: bytes, plain: bytes) -> bytes:
        """Encrypt for one place."""

    def open(self, place: bytes, sealed: bytes) -> bytes:
        """Decrypt what was sealed for this place."""


def _upsert(statement: Insert, *keys: str) -> Insert:
    replaced = {
        column.name: statement.excluded[column.name]
        for column in statement.table.c
        if column.name not in keys
    }
    return statement.on_conflict_do_update(index_elements=list(keys), set_=replaced)


_PUT = int(Kind.PUT)
_IN_SPACE: BindParameter[UUID] = bindparam("space_id")
_SPACE = select(spaces.c.head, spaces.c.epoch, spaces.c.state).where(spaces.c.space_id == _IN_SPACE)
_LOCK = _SPACE.with_for_update()
_VIEWER = (
    viewers.c.viewer_id,
    viewers.c.party_id,
    viewers.c.role,
    viewers.c.grant_,
    viewers.c.head,
    viewers.c.count,
    viewers.c.digest,
    viewers.c.is_open,
)
_VIEWERS = select(*_VIEWER).where(viewers.c.space_id == _IN_SPACE)
_VIEWER_OF = _VIEWERS.where(viewers.c.party_id == bindparam("party_id"))
_HEAD = select(spaces.c.epoch, spaces.c.state, *_VIEWER).where(
    spaces.c.space_id == _IN_SPACE,
    viewers.c.space_id == _IN_SPACE,
    viewers.c.party_id == bindparam("party_id"),
)
_ANSWERED = select(ops.c.op_id, ops.c.request_hash, ops.c.sealed_outcome).where(
    ops.c.space_id == _IN_SPACE,
    ops.c.device_id == bindparam("device_id"),
    ops.c.op_id.in_(bindparam("op_ids", expanding=True)),
)
_RECORDS = select(
    records.c.record_id,
    records.c.collection,
    records.c.rev,
    records.c.category,
    records.c.flags,
    records.c.depositor_id,
    records.c.author_id,
    records.c.deleted,
    records.c.sealed,
).where(
    records.c.space_id == _IN_SPACE,
    records.c.record_id.in_(bindparam("record_ids", expanding=True)),
)
_LINES = select(
    feeds.c.viewer_id, feeds.c.record_id, feeds.c.seq, feeds.c.collection, feeds.c.kind
).where(
    feeds.c.space_id == _IN_SPACE,
    feeds.c.viewer_id.in_(bindparam("viewer_ids", expanding=True)),
    feeds.c.record_id.in_(bindparam("record_ids", expanding=True)),
)
_KEPT = (
    select(kept_values.c.op_id, kept_values.c.kept_at, kept_values.c.sealed)
    .where(
        kept_values.c.space_id == _IN_SPACE,
        kept_values.c.record_id == bindparam("record_id"),
        kept_values.c.author_id == bindparam("author_id"),
    )
    .order_by(kept_values.c.kept_at, kept_values.c.op_id)
)
_PAGE = (
    select(
        feeds.c.seq,
        feeds.c.collection,
        # As the driver gives it: a page needs its bytes and its text, never the object.
        type_coerce(feeds.c.record_id, LargeBinary),
        feeds.c.kind,
        records.c.rev,
        records.c.sealed,
    )
    .select_from(
        feeds.outerjoin(
            records,
            and_(
                records.c.space_id == feeds.c.space_id,
                records.c.record_id == feeds.c.record_id,
            ),
        )
    )
    .where(
        feeds.c.space_id == _IN_SPACE,
        feeds.c.viewer_id == bindparam("viewer_id"),
        feeds.c.seq > bindparam("after"),
    )
    .order_by(feeds.c.seq)
    .limit(bindparam("limit"))
)
_ALL_IDS = select(records.c.record_id).where(records.c.space_id == _IN_SPACE)
_MOVE_HEAD = (
    update(spaces)
    .where(spaces.c.space_id == bindparam("in_space"))
    .values(head=bindparam("new_head"))
)
_MOVE_VIEWER = (
    update(viewers)
    .where(viewers.c.space_id == bindparam("in_space"), viewers.c.viewer_id == bindparam("viewer"))
    .values(
        head=bindparam("new_head"),
        count=bindparam("new_count"),
        digest=bindparam("new_digest"),
        is_open=bindparam("new_is_open"),
    )
)
_PUT_RECORDS = _upsert(insert(records), "space_id", "record_id")
_PUT_LINES = _upsert(insert(feeds), "space_id", "viewer_id", "record_id")
_PUT_ANSWERED = insert(ops)
_PUT_KEPT = insert(kept_values)
_FORGET_ANSWERED = (
    delete(ops).where(ops.c.answered_at < bindparam("before")).execution_options(all_spaces=True)
)


class SqlSpaceStore:
    """One space in one transaction of a SQL database."""

    def __init__(self, sql: Sql, space_id: UUID, cipher: Cipher) -> None:
        self._sql = sql
        self._space_id = space_id
        self._cipher = cipher
        self._viewer_ids: list[UUID] = []

    async def lock(self) -> Space | None:
        return await self._space(_LOCK)

    async def look(self) -> Space | None:
        return await self._space(_SPACE)

    async def viewers(self) -> list[Viewer]:
        rows = await self._sql.rows(_VIEWERS, space_id=self._space_id)
        found = [viewer_from(row) for row in rows]
        self._viewer_ids = [viewer.viewer_id for viewer in found]
        return found

    async def viewer_of(self, party_id: UUID) -> Viewer | None:
        row = await self._sql.row(_VIEWER_OF, space_id=self._space_id, party_id=party_id)
        return None if row is None else viewer_from(row)

    async def answered(self, device_id: UUID, op_ids: Collection[UUID]) -> dict[UUID, Answered]:
        rows = await self._sql.rows(
            _ANSWERED, space_id=self._space_id, device_id=device_id, op_ids=list(op_ids)
        )
        return {
            op_id: Answered(
                op_id=op_id,
                request_hash=request_hash,
                outcome=self._cipher.open(_op_place(device_id, op_id), sealed),
            )
            for op_id, request_hash, sealed in rows
        }

    async def records(self, record_ids: Collection[UUID]) -> dict[UUID, Record]:
        if not record_ids:
            return {}
        rows = await self._sql.rows(_RECORDS, space_id=self._space_id, record_ids=list(record_ids))
        return {row[0]: self._record_from(row) for row in rows}

    async def lines(self, record_ids: Collection[UUID]) -> list[Line]:
        if not self._viewer_ids:
            await self.viewers()
        if not record_ids or not self._viewer_ids:
            return []
        rows = await self._sql.rows(
            _LINES,
            space_id=self._space_id,
            viewer_ids=self._viewer_ids,
            record_ids=list(record_ids),
        )
        return [
            Line(
                viewer_id=viewer_id,
                record_id=record_id,
                seq=seq,
                collection=collection,
                kind=Kind(kind),
            )
            for viewer_id, record_id, seq, collection, kind in rows
        ]

    async def kept(self, record_id: UUID, author_id: UUID) -> list[Kept]:
        rows = await self._sql.rows(
            _KEPT, space_id=self._space_id, record_id=record_id, author_id=author_id
        )
        return [
            Kept(
                record_id=record_id,
                op_id=op_id,
                author_id=author_id,
                kept_at=kept_at,
                values=self._cipher.open(_kept_place(record_id, op_id, author_id), sealed),
            )
            for op_id, kept_at, sealed in rows
        ]

    async def page(self, viewer_id: UUID, after: int, limit: int) -> Sequence[Change]:
        rows = await self._sql.rows(
            _PAGE, space_id=self._space_id, viewer_id=viewer_id, after=after, limit=limit
        )
        return [self._change(row) for row in rows]

    async def all_ids(self) -> list[UUID]:
        return [row[0] for row in await self._sql.rows(_ALL_IDS, space_id=self._space_id)]

    async def save(self, writes: Writes, *, device_id: UUID | None, now: datetime) -> None:
        space_id = self._space_id
        if writes.records:
            await self._sql.run(_MOVE_HEAD, in_space=space_id, new_head=writes.head)
            await self._sql.run_many(_PUT_RECORDS, [self._record_row(r) for r in writes.records])
        for viewer in writes.viewers:
            await self._sql.run(
                _MOVE_VIEWER,
                in_space=space_id,
                viewer=viewer.viewer_id,
                new_head=viewer.head,
                new_count=viewer.count,
                new_digest=viewer.digest.to_bytes(16),
                new_is_open=viewer.is_open,
            )
        if writes.lines:
            await self._sql.run_many(_PUT_LINES, [self._line_row(line) for line in writes.lines])
        if writes.answered:
            assert device_id is not None
            await self._sql.run_many(
                _PUT_ANSWERED, [self._op_row(a, device_id, now) for a in writes.answered]
            )
        if writes.kept:
            assert device_id is not None
            await self._sql.run_many(_PUT_KEPT, [self._kept_row(k, device_id) for k in writes.kept])

    def _change(self, row: tuple[Any, ...]) -> Change:
        seq, collection, raw_id, kind, rev, sealed = row
        data: bytes = raw_id if type(raw_id) is bytes else raw_id.bytes
        digits = data.hex()
        record_id = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
        if kind == _PUT:
            body = Raw(self._cipher.open(b"record" + data + rev.to_bytes(8), sealed))
            return Change(
                seq=seq, collection=collection, record_id=record_id, kind="put", body=body
            )
        return Change(seq=seq, collection=collection, record_id=record_id, kind="gone")

    async def _space(self, statement: Any) -> Space | None:
        row = await self._sql.row(statement, space_id=self._space_id)
        if row is None:
            return None
        head, epoch, state = row
        return Space(space_id=self._space_id, head=head, epoch=epoch, is_open=state == "open")

    def _record_from(self, row: tuple[Any, ...]) -> Record:
        record_id, collection, rev, category, flags, depositor_id, author_id, deleted, sealed = row
        body = None if deleted else self._cipher.open(record_place(record_id, rev), sealed)
        return Record(
            record_id=record_id,
            collection=collection,
            rev=rev,
            category=category,
            flags=flags,
            depositor_id=depositor_id,
            author_id=author_id,
            deleted=deleted,
            body=body,
        )

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
        place = _op_place(device_id, answered.op_id)
        return {
            "space_id": self._space_id,
            "device_id": device_id,
            "op_id": answered.op_id,
            "request_hash": answered.request_hash,
            "sealed_outcome": self._cipher.seal(place, answered.outcome),
            "answered_at": now,
        }

    def _kept_row(self, kept: Kept, device_id: UUID) -> dict[str, object]:
        place = _kept_place(kept.record_id, kept.op_id, kept.author_id)
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
    row = await sql.row(_HEAD, space_id=space_id, party_id=party_id)
    if row is None:
        return None
    return Head(epoch=row[0], is_open=row[1] == "open", viewer=viewer_from(row[2:]))


async def forget_answered(sql: Sql, before: datetime) -> int:
    """Drop outcomes that no device can ask for any more; return how many."""
    return await sql.run(_FORGET_ANSWERED, before=before)


def viewer_from(row: tuple[Any, ...]) -> Viewer:
    """Build a viewer from a row of the `viewer` table."""
    viewer_id, party_id, role, grant, head, count, digest, is_open = row
    return Viewer(
        viewer_id=viewer_id,
        party_id=party_id,
        role=role,
        grant=grant,
        head=head,
        count=count,
        digest=int.from_bytes(digest),
        is_open=is_open,
    )


def record_place(record_id: UUID, rev: int) -> bytes:
    """Say where a body is sealed: it opens nowhere else."""
    return b"record" + record_id.bytes + rev.to_bytes(8)


def _op_place(device_id: UUID, op_id: UUID) -> bytes:
    return b"op" + device_id.bytes + op_id.bytes


def _kept_place(record_id: UUID, op_id: UUID, author_id: UUID) -> bytes:
    return b"kept" + record_id.bytes + op_id.bytes + author_id.bytes
