"""Counters in the database, so that they hold for any number of processes."""

from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, bindparam, case, select, update
from sqlalchemy.dialects.postgresql import insert

from backend.identity.errors import TooManyTries
from backend.identity.rules.counters import Limit, events_held, microseconds, wait_seconds
from backend.identity.tables import counters
from backend.kernel.work import Work

_NOW = bindparam("now", type_=BigInteger)
_INTERVAL = bindparam("interval", type_=BigInteger)
_KEY = counters.c.key_hash == bindparam("counter_key")

_CHARGE = (
    insert(counters)
    .values(key_hash=bindparam("key"), tat=bindparam("first", type_=BigInteger))
    .on_conflict_do_update(
        index_elements=[counters.c.key_hash],
        set_={"tat": case((counters.c.tat > _NOW, counters.c.tat), else_=_NOW) + _INTERVAL},
        where=counters.c.tat <= bindparam("latest", type_=BigInteger),
    )
)
_REFUND = update(counters).where(_KEY).values(tat=counters.c.tat - _INTERVAL)
_TAT = select(counters.c.tat).where(_KEY)


async def charge(work: Work, subject: str, limits: Sequence[Limit]) -> int:
    """Count one event of *subject* in each of *limits*, or in none of them.

    Returns:
        0 when it was counted, else the seconds until it could be.
    """
    now = microseconds(work.now)
    charged: list[Limit] = []
    for limit in limits:
        key = _key(work, subject, limit)
        counted = await work.db.run(
            _CHARGE,
            key=key,
            first=now + limit.interval,
            now=now,
            interval=limit.interval,
            latest=now + limit.tolerance,
        )
        if not counted:
            await refund(work, subject, charged)
            row = await work.db.row(_TAT, counter_key=key)
            return max(1, wait_seconds(limit, row[0] if row else now, now))
        charged.append(limit)
    return 0


async def refund(work: Work, subject: str, limits: Iterable[Limit]) -> None:
    """Take back one event of *subject* that was charged in this transaction."""
    for limit in limits:
        await work.db.run(_REFUND, counter_key=_key(work, subject, limit), interval=limit.interval)


async def charge_or_refuse(work: Work, subject: str, limits: Sequence[Limit]) -> None:
    """Count one event of *subject*, for a counter that may be seen.

    Raises:
        TooManyTries: One of the limits is reached.
    """
    wait = await charge(work, subject, limits)
    if wait:
        raise TooManyTries(wait)


async def held(work: Work, subject: str, limit: Limit) -> int:
    """Say how many events of *subject* a counter still remembers."""
    row = await work.db.row(_TAT, counter_key=_key(work, subject, limit))
    return events_held(limit, row[0], microseconds(work.now)) if row else 0


def _key(work: Work, subject: str, limit: Limit) -> bytes:
    # Hashed with a key, so that no address or number stands in the database.
    return work.keys.provider.index("counter", f"{limit.name}|{subject}")
