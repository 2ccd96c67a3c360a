"""Which bytes a space keeps: how much of them, and since when no document names them.

A row comes before its file and goes with it, so that no file is unknown. Bytes
that nothing names, because their document was deleted or their upload broke off,
are swept after a day.
"""

from datetime import timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    PrimaryKeyConstraint,
    Table,
    Uuid,
    bindparam,
    case,
    delete,
    func,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from backend.kernel.tables import hash_column, instant_column, metadata
from backend.kernel.work import Work

GRACE = timedelta(hours=24)
"""Longer than any upload, any download and any copy of the data takes."""
BLOBS_AT_ONCE = 50

blobs = Table(
    "blob",
    metadata,
    Column("space_id", Uuid, nullable=False),
    hash_column("content_hash"),  # As in `document_index`.
    hash_column("file_name"),
    Column("size_bytes", BigInteger, nullable=False),
    instant_column("unnamed_since", nullable=True),  # None while a document names it.
    Column("depositor_id", Uuid),  # Who brought it first.
    PrimaryKeyConstraint("space_id", "content_hash"),
    Index(None, "unnamed_since"),
    info={"shard_by": "space_id"},
)

_BLOB = (blobs.c.space_id == bindparam("in_space"), blobs.c.content_hash == bindparam("content"))
_EXPECT = insert(blobs)
_EXPECT = _EXPECT.on_conflict_do_update(
    index_elements=["space_id", "content_hash"],
    set_={
        "unnamed_since": case(
            (blobs.c.unnamed_since.is_(None), null()), else_=_EXPECT.excluded.unnamed_since
        )
    },
)
_NAME = update(blobs).where(*_BLOB).values(unnamed_since=null())
_UNNAME = update(blobs).where(*_BLOB).values(unnamed_since=bindparam("since"))
_HELD = select(func.coalesce(func.sum(blobs.c.size_bytes), 0)).where(
    blobs.c.space_id == bindparam("in_space"), blobs.c.content_hash != bindparam("content")
)
_UNNAMED = (
    select(blobs.c.space_id, blobs.c.content_hash, blobs.c.file_name)
    .where(blobs.c.unnamed_since < bindparam("before"))
    .order_by(blobs.c.unnamed_since)
    .limit(BLOBS_AT_ONCE)
    .execution_options(all_spaces=True)
)
_DROP = delete(blobs).where(*_BLOB, blobs.c.unnamed_since < bindparam("before"))


class Unnamed(Struct, frozen=True):
    """Bytes that no document names any more."""

    space_id: UUID
    content_hash: bytes
    file_name: bytes


async def held_beside(work: Work, space_id: UUID, content_hash: bytes) -> int:
    """Return how many bytes a space keeps without these."""
    row = await work.db.row(_HELD, in_space=space_id, content=content_hash)
    assert row is not None
    return int(row[0])


async def expect(work: Work, blob: Unnamed, size_bytes: int, depositor_id: UUID) -> None:
    """Announce bytes that somebody is about to bring: for a day nobody sweeps them."""
    await work.db.run(
        _EXPECT,
        space_id=blob.space_id,
        content_hash=blob.content_hash,
        file_name=blob.file_name,
        size_bytes=size_bytes,
        unnamed_since=work.now,
        depositor_id=depositor_id,
    )


async def name(work: Work, space_id: UUID, content_hash: bytes) -> bool:
    """Note that a document names these bytes; False when they are gone."""
    return await work.db.run(_NAME, in_space=space_id, content=content_hash) == 1


async def unname(work: Work, space_id: UUID, content_hash: bytes) -> None:
    """Note that no document names these bytes from now on."""
    await work.db.run(_UNNAME, in_space=space_id, content=content_hash, since=work.now)


async def unnamed(work: Work) -> list[Unnamed]:
    """Return some of the bytes that nothing has named for a day."""
    rows = await work.db.rows(_UNNAMED, before=work.now - GRACE)
    return [Unnamed(*row) for row in rows]


async def drop(work: Work, blob: Unnamed) -> bool:
    """Take bytes out of the register; False when something names or awaits them now.

    The row stays locked to the commit: an upload of the same bytes that comes
    meanwhile waits, and writes its file after this one is gone.
    """
    dropped = await work.db.run(
        _DROP,
        in_space=blob.space_id,
        content=blob.content_hash,
        before=work.now - GRACE,
    )
    return dropped == 1
