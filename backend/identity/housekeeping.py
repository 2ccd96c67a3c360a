"""Forgetting what is past its use: tokens, challenges, letters' codes and counters."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, bindparam, delete, select
from sqlalchemy.sql.dml import Delete

from backend.identity.rules.counters import microseconds
from backend.identity.tables import activation_codes, challenges, counters, live_challenges, tokens
from backend.kernel.work import Work

ROWS_AT_ONCE = 500
# A bug report may still need to tell a code that was wrong from one that was late.
KEPT_AFTER = timedelta(days=1)


def _forget(key: Column[Any], is_over: ColumnElement[bool]) -> tuple[Any, Delete]:
    """Find keys first, then delete by key: so each row is one shard's own work."""
    found = select(key).where(is_over).limit(ROWS_AT_ONCE)
    return found, delete(key.table).where(key.in_(bindparam("keys", expanding=True)))


_SWEEPS = (
    _forget(tokens.c.token_hash, tokens.c.expires_at < bindparam("before")),
    _forget(challenges.c.challenge_id, challenges.c.expires_at < bindparam("before")),
    _forget(live_challenges.c.slot_hash, live_challenges.c.expires_at < bindparam("before")),
    _forget(activation_codes.c.code_hash, activation_codes.c.expires_at < bindparam("before")),
)
_EMPTY_COUNTERS = _forget(counters.c.key_hash, counters.c.tat < bindparam("before"))


async def forget_expired(work: Work) -> int:
    """Delete some of what is over; return how many rows went. Safe at any time."""
    before = work.now - KEPT_AFTER
    gone = 0
    for sweep in _SWEEPS:
        gone += await _sweep(work, sweep, before)
    # An empty counter and none at all are one thing.
    return gone + await _sweep(work, _EMPTY_COUNTERS, microseconds(before))


async def _sweep(work: Work, sweep: tuple[Any, Delete], before: object) -> int:
    found, forget = sweep
    keys = [row[0] for row in await work.db.rows(found, before=before)]
    return await work.db.run(forget, keys=keys) if keys else 0
