"""Forgetting rows that are past their use, a bounded number at a time."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Column, ColumnElement, Select, bindparam, delete, select
from sqlalchemy.sql.dml import Delete

from backend.kernel.work import Work

ROWS_AT_ONCE = 500


class Sweep(Struct, frozen=True):
    """How to find the keys of what is over, and to delete by key."""

    found: Select[Any]
    forget: Delete


def sweeping(key: Column[Any], is_over: ColumnElement[bool]) -> Sweep:
    """Find keys first, then delete by key: so each row is one shard's own work.

    Args:
        key: What the table is sharded by, and its primary key.
        is_over: Compares a column with the parameter `before`.
    """
    return Sweep(
        select(key).where(is_over).limit(ROWS_AT_ONCE),
        delete(key.table).where(key.in_(bindparam("keys", expanding=True))),
    )


async def sweep(work: Work, over: Sweep, before: object) -> int:
    """Delete some of what is over; return how many rows went."""
    keys: Sequence[object] = [row[0] for row in await work.db.rows(over.found, before=before)]
    return await work.db.run(over.forget, keys=keys) if keys else 0
