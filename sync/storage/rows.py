"""Rows of the tables of sync, and the places in which their values are sealed."""

from typing import Any
from uuid import UUID

from sync.core.audience import Line, Viewer
from sync.core.change import Kind
from sync.storage.port import Record


def viewer_from(row: tuple[Any, ...]) -> Viewer:
    """Build a viewer from a row of the `viewer` table."""
    viewer_id, party_id, role, grant, head, count, digest, *rest = row
    is_open, keeps_copy, opens_at, closes_at = rest
    return Viewer(
        viewer_id=viewer_id,
        party_id=party_id,
        role=role,
        grant=grant,
        head=head,
        count=count,
        digest=int.from_bytes(digest),
        is_open=is_open,
        keeps_copy=keeps_copy,
        opens_at=opens_at,
        closes_at=closes_at,
    )


def head_from(row: tuple[Any, ...]) -> Record:
    """Build a record without its body from a row of the `record` table."""
    record_id, collection, rev, category, flags, depositor_id, author_id, deleted, *rest = row
    restrictions, family_id, named_id, due_at = rest
    return Record(
        record_id=record_id,
        collection=collection,
        rev=rev,
        category=category,
        flags=flags,
        depositor_id=depositor_id,
        author_id=author_id,
        deleted=deleted,
        body=None,
        restrictions=restrictions or b"",
        family_id=family_id,
        named_id=named_id,
        due_at=due_at,
    )


def line_from(row: tuple[Any, ...]) -> Line:
    """Build a line from a row of the `feed` table."""
    viewer_id, record_id, seq, collection, kind = row
    return Line(
        viewer_id=viewer_id, record_id=record_id, seq=seq, collection=collection, kind=Kind(kind)
    )


def record_place(record_id: UUID, rev: int) -> bytes:
    """Say where a body is sealed: it opens nowhere else."""
    return b"record" + record_id.bytes + rev.to_bytes(8)


def op_place(device_id: UUID, op_id: UUID) -> bytes:
    """Say where an outcome is sealed."""
    return b"op" + device_id.bytes + op_id.bytes


def kept_place(record_id: UUID, op_id: UUID, author_id: UUID) -> bytes:
    """Say where a kept value is sealed."""
    return b"kept" + record_id.bytes + op_id.bytes + author_id.bytes
