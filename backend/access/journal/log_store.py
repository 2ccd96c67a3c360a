"""The log over all chains, as stored: heads, leaves, tiles, and which chains wait."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.access.journal.tables import log_heads, log_leaves, log_tiles, trace_heads
from backend.kernel.db import Sql
from sync.core.ledger.heads import SignedHead
from sync.core.ledger.tiles import TileKey

WAITING_MAX = 1_000


class Moved(NamedTuple):
    """A chain that the tree takes in."""

    space_id: UUID
    seq: int
    chain: bytes


class StoredLeaf(NamedTuple):
    """A leaf, by whom it is about."""

    leaf_index: int
    space_id: UUID
    seq: int


# A handful of rows: one for each restore.
_LOGS = select(log_heads.c.signed).order_by(log_heads.c.opened_at, log_heads.c.log_id)
_LOG = select(log_heads.c.signed).where(log_heads.c.log_id == bindparam("log"))
_LOCK = _LOG.with_for_update()
_OPEN = upsert(log_heads).on_conflict_do_nothing(index_elements=[log_heads.c.log_id])
_MOVE = (
    update(log_heads)
    .where(log_heads.c.log_id == bindparam("log"), log_heads.c.size == bindparam("old_size"))
    .values(
        size=bindparam("new_size"),
        root=bindparam("new_root"),
        time=bindparam("at"),
        signed=bindparam("text"),
    )
)
_WAITING = (
    select(trace_heads.c.space_id, trace_heads.c.waiting_since)
    .where(trace_heads.c.waiting_since.is_not(None))
    .order_by(trace_heads.c.waiting_since)
    .limit(WAITING_MAX)
    .execution_options(all_spaces=True)
)
_TAKE = (
    update(trace_heads)
    .where(
        trace_heads.c.space_id.in_(bindparam("space_ids", expanding=True)),
        trace_heads.c.waiting_since.is_not(None),
    )
    .values(waiting_since=null(), merged_seq=trace_heads.c.seq)
    .returning(trace_heads.c.space_id, trace_heads.c.seq, trace_heads.c.chain)
)
_ADD_LEAVES = insert(log_leaves)
_LAST_LEAF = (
    select(log_leaves.c.leaf_index, log_leaves.c.space_id, log_leaves.c.seq)
    .where(
        log_leaves.c.log_id == bindparam("log"),
        log_leaves.c.space_id == bindparam("of_space"),
        log_leaves.c.leaf_index < bindparam("size"),
    )
    .order_by(log_leaves.c.seq.desc())
    .limit(1)
)
_LEAVES = (
    select(log_leaves.c.leaf_index, log_leaves.c.space_id, log_leaves.c.seq)
    .where(
        log_leaves.c.log_id == bindparam("log"),
        log_leaves.c.leaf_index >= bindparam("start"),
        log_leaves.c.leaf_index < bindparam("end"),
    )
    .order_by(log_leaves.c.leaf_index)
)
_TILE = select(log_tiles.c.hashes).where(
    log_tiles.c.log_id == bindparam("log"),
    log_tiles.c.level == bindparam("tile_level"),
    log_tiles.c.tile == bindparam("number"),
)
_PUT_TILE = upsert(log_tiles)
_PUT_TILE = _PUT_TILE.on_conflict_do_update(
    index_elements=[log_tiles.c.log_id, log_tiles.c.level, log_tiles.c.tile],
    set_={"hashes": _PUT_TILE.excluded.hashes},
)


async def heads(sql: Sql) -> list[SignedHead]:
    """Return the head of every log, the one that goes on last."""
    return [_read(row[0]) for row in await sql.rows(_LOGS)]


async def head(sql: Sql, log_id: UUID) -> SignedHead:
    """Return the head of one log."""
    row = await sql.row(_LOG, log=log_id)
    assert row is not None, "A log has a head from its beginning."
    return _read(row[0])


async def lock(sql: Sql, log_id: UUID) -> SignedHead:
    """Take a log until the end of the transaction: one process appends at a time."""
    row = await sql.row(_LOCK, log=log_id)
    assert row is not None, "A log has a head from its beginning."
    return _read(row[0])


async def open_log(sql: Sql, signed: SignedHead) -> None:
    """Begin a log; nothing happens if it is there."""
    await sql.run(
        _OPEN,
        log_id=signed.head.log_id,
        opened_at=signed.opening.opened_at,
        size=signed.head.size,
        root=bytes.fromhex(signed.head.root),
        time=signed.head.time,
        signed=msgspec.json.encode(signed),
    )


async def move(sql: Sql, before: SignedHead, after: SignedHead) -> None:
    """Publish the next head of a log that is locked."""
    moved = await sql.run(
        _MOVE,
        log=before.head.log_id,
        old_size=before.head.size,
        new_size=after.head.size,
        new_root=bytes.fromhex(after.head.root),
        at=after.head.time,
        text=msgspec.json.encode(after),
    )
    assert moved == 1, "Another process appended to a log that was locked."


async def waiting(sql: Sql) -> list[tuple[UUID, datetime]]:
    """Return chains that moved since the tree took them in, longest waiting first."""
    return [(space_id, since) for space_id, since in await sql.rows(_WAITING)]


async def take(sql: Sql, space_ids: Sequence[UUID]) -> list[Moved]:
    """Take in the chains of these spaces as they stand, and hold them until the commit."""
    found = await sql.rows(_TAKE, space_ids=space_ids)
    return sorted(Moved(*row) for row in found)


async def add_leaves(sql: Sql, log_id: UUID, start: int, moved: Sequence[Moved]) -> None:
    """Say whose the leaves from *start* on are."""
    rows = [
        {"log_id": log_id, "leaf_index": index, "space_id": one.space_id, "seq": one.seq}
        for index, one in enumerate(moved, start=start)
    ]
    await sql.run_many(_ADD_LEAVES, rows)


async def last_leaf(sql: Sql, log_id: UUID, space_id: UUID, size: int) -> StoredLeaf | None:
    """Return the newest leaf of a space in a tree of *size*, or None."""
    row = await sql.row(_LAST_LEAF, log=log_id, of_space=space_id, size=size)
    return None if row is None else StoredLeaf(*row)


async def leaves(sql: Sql, log_id: UUID, start: int, end: int) -> list[StoredLeaf]:
    """Return the leaves from one index up to another that are still known, in order."""
    rows = await sql.rows(_LEAVES, log=log_id, start=start, end=end)
    return [StoredLeaf(*row) for row in rows]


async def tiles(sql: Sql, log_id: UUID, keys: Iterable[TileKey]) -> dict[TileKey, bytes]:
    """Return those of these tiles that there are."""
    found = {}
    for level, number in keys:
        row = await sql.row(_TILE, log=log_id, tile_level=level, number=number)
        if row is not None:
            found[level, number] = row[0]
    return found


async def put_tiles(sql: Sql, log_id: UUID, grown: Mapping[TileKey, bytes]) -> None:
    """Store tiles that are new or longer."""
    for (level, number), hashes in grown.items():
        await sql.run(_PUT_TILE, log_id=log_id, level=level, tile=number, hashes=hashes)


def _read(text: bytes) -> SignedHead:
    return msgspec.json.decode(text, type=SignedHead)
