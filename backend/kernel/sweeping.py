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


class InnerSweep(Struct, frozen=True):
    """The same where a row is known by its owner and a key of its own."""

    found: Select[Any]
    forget: Delete


def sweeping_within(
    owner: Column[Any], key: Column[Any], is_over: ColumnElement[bool]
) -> InnerSweep:
    """Find owners and keys first, then delete owner by owner.

    Args:
        owner: What the table is sharded by.
        key: What is told apart within it; the rows of one key are all over or not found.
        is_over: Compares a column with the parameter `before`.
    """
    return InnerSweep(
        select(owner, key).where(is_over).limit(ROWS_AT_ONCE).execution_options(all_spaces=True),
        delete(owner.table).where(
            owner == bindparam("owner"), key.in_(bindparam("keys", expanding=True)), is_over
        ),
    )


async def sweep_within(work: Work, over: InnerSweep, before: object) -> int:
    """Delete some of what is over; return how many were found."""
    rows = await work.db.rows(over.found, before=before)
    by_owner: dict[object, list[object]] = {}
    for owner, key in rows:
        by_owner.setdefault(owner, []).append(key)
    for owner, keys in by_owner.items():
        await work.db.run(over.forget, owner=owner, keys=keys, before=before)
    return len(rows)


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
