"""Traces, heads of chains and the days of one's own reads, as stored."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.access.journal.model import ChainHead, Row
from backend.access.journal.tables import own_reads, trace_heads, traces
from backend.kernel.db import Sql
from sync.core.ledger import chain
from sync.storage.tables import spaces, viewers

_ROLE = select(viewers.c.role).where(
    viewers.c.space_id == bindparam("in_space"),
    viewers.c.party_id == bindparam("party"),
    viewers.c.is_open,
    or_(viewers.c.opens_at.is_(None), viewers.c.opens_at <= bindparam("now")),
    or_(viewers.c.closes_at.is_(None), viewers.c.closes_at > bindparam("now")),
    spaces.c.space_id == viewers.c.space_id,
    spaces.c.state == "open",
)
_OF_SPACE = trace_heads.c.space_id == bindparam("in_space")
_HEAD = select(trace_heads.c.seq, trace_heads.c.chain, trace_heads.c.waiting_since).where(_OF_SPACE)
_LOCK_HEAD = _HEAD.with_for_update()
_BEGIN_HEAD = upsert(trace_heads).on_conflict_do_nothing(index_elements=[trace_heads.c.space_id])
_MOVE_HEAD = (
    update(trace_heads)
    .where(_OF_SPACE)
    .values(
        seq=bindparam("new_seq"),
        chain=bindparam("new_chain"),
        waiting_since=bindparam("since"),
    )
)
_ADD = insert(traces)
_AFTER = (
    select(traces.c.seq, traces.c.sealed, traces.c.commitment, traces.c.chain)
    .where(
        traces.c.space_id == bindparam("in_space"),
        traces.c.seq > bindparam("after"),
        traces.c.seq <= bindparam("until"),
    )
    .order_by(traces.c.seq)
    .limit(bindparam("most"))
)
_ERASE = (
    update(traces)
    .where(traces.c.space_id == bindparam("in_space"), traces.c.seq == bindparam("this"))
    .values(sealed=null())
)
# Every journal has a first entry, and nobody takes it away.
_JOURNALS = (
    select(traces.c.space_id)
    .where(traces.c.seq == 1, traces.c.space_id > bindparam("after"))
    .order_by(traces.c.space_id)
    .limit(bindparam("most"))
    .execution_options(all_spaces=True)
)
_HEADS = (
    select(trace_heads.c.space_id)
    .where(trace_heads.c.space_id > bindparam("after"))
    .order_by(trace_heads.c.space_id)
    .limit(bindparam("most"))
    .execution_options(all_spaces=True)
)
_TAKE_DAY = upsert(own_reads)
_TAKE_DAY = _TAKE_DAY.on_conflict_do_update(
    index_elements=[own_reads.c.space_id, own_reads.c.device_id],
    set_={"day": _TAKE_DAY.excluded.day},
    where=own_reads.c.day < _TAKE_DAY.excluded.day,
)


async def role_in(sql: Sql, space_id: UUID, party_id: UUID, now: datetime) -> str | None:
    """Return as what a party may look at an open space at an instant, or None."""
    row = await sql.row(_ROLE, in_space=space_id, party=party_id, now=now)
    return None if row is None else str(row[0])


async def lock_head(sql: Sql, space_id: UUID) -> ChainHead:
    """Take the head of a chain until the end of the transaction; begin it if there is none."""
    row = await sql.row(_LOCK_HEAD, in_space=space_id)
    if row is None:
        await sql.run(
            _BEGIN_HEAD,
            space_id=space_id,
            seq=0,
            chain=chain.begin(space_id),
            merged_seq=0,
            waiting_since=None,
        )
        row = await sql.row(_LOCK_HEAD, in_space=space_id)
        assert row is not None
    return ChainHead(*row)


async def head(sql: Sql, space_id: UUID) -> ChainHead:
    """Return where the chain of a space stands."""
    row = await sql.row(_HEAD, in_space=space_id)
    return ChainHead(0, chain.begin(space_id), None) if row is None else ChainHead(*row)


async def append(sql: Sql, space_id: UUID, rows: Sequence[Row], *, since: datetime) -> None:
    """Add entries that follow the locked head, and move it to the last of them."""
    last = rows[-1]
    head = {"in_space": space_id, "new_seq": last.seq, "new_chain": last.chain, "since": since}
    added = [{"space_id": space_id, **row._asdict()} for row in rows]
    await sql.run_all([(_ADD, added), (_MOVE_HEAD, [head])])


async def rows_after(sql: Sql, space_id: UUID, after: int, *, until: int, most: int) -> list[Row]:
    """Return entries after a number up to another, at most *most*, in order."""
    found = await sql.rows(_AFTER, in_space=space_id, after=after, until=until, most=most)
    return [Row(*row) for row in found]


async def erase(sql: Sql, space_id: UUID, seq: int) -> bool:
    """Destroy what an entry says, with its salt; False when there is no such entry."""
    return await sql.run(_ERASE, in_space=space_id, this=seq) == 1


async def journals_after(sql: Sql, after: UUID, most: int) -> list[UUID]:
    """Return the spaces that have a journal, or the head of one, beyond a space, in order."""
    found = {row[0] for row in await sql.rows(_JOURNALS, after=after, most=most)}
    found |= {row[0] for row in await sql.rows(_HEADS, after=after, most=most)}
    return sorted(found)[:most]


async def take_day(sql: Sql, space_id: UUID, device_id: UUID, day: int) -> bool:
    """Say whether this is the first own read of a device on a day, and remember it."""
    return await sql.run(_TAKE_DAY, space_id=space_id, device_id=device_id, day=day) == 1
