"""When to ask again, and when to stop."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from sync.replica.errors import SyncGaveUp, TransportFailure
from sync.replica.limits import (
    BACKOFF_BASE_SECONDS,
    BACKOFF_CAP_SECONDS,
    RETRY_AFTER_SECONDS_MAX,
)
from sync.replica.transport import Clock, Random

T = TypeVar("T")


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How often a request is made, and by which clock and chance it waits."""

    attempts: int
    clock: Clock
    random: Random


def delay_seconds(failures: int, *, chance: float, retry_after_seconds: float | None) -> float:
    """Say how long to wait after some failures in a row.

    Full jitter: anything from nothing to twice as much as before, so that phones
    that failed together do not come back together. What the server asked for is
    waited out first.
    """
    span = min(BACKOFF_CAP_SECONDS, BACKOFF_BASE_SECONDS * 2.0 ** (failures - 1))
    return (retry_after_seconds or 0.0) + chance * span


async def until_answered(attempt: Callable[[], Awaitable[T]], patience: Patience) -> T:
    """Make an attempt until one brings an answer.

    Raises:
        SyncGaveUp: None did, or the server asks for more time than a sync may take.
        TransportFailure: The server says no, and would again.
    """
    for failures in range(1, patience.attempts + 1):
        try:
            return await attempt()
        except TransportFailure as failure:
            if not failure.is_passing:
                raise
            asked = failure.retry_after_seconds
            is_too_long = asked is not None and asked > RETRY_AFTER_SECONDS_MAX
            if failures == patience.attempts or is_too_long:
                raise SyncGaveUp(attempts=failures, retry_after_seconds=asked) from failure
            chance = patience.random.random()
            wait = delay_seconds(failures, chance=chance, retry_after_seconds=asked)
        await patience.clock.sleep(wait)
    raise SyncGaveUp(attempts=patience.attempts)
