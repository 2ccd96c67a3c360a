"""The clockwork: two ticks, plan and dispatch, and no state of its own.

Any number of processes may tick: what is due lives in the database, where one of
them takes it.
"""

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

PLAN_SECONDS = 20
DISPATCH_SECONDS = 5


def tick(
    clock: AsyncIOScheduler,
    *,
    plan: Callable[[], Awaitable[None]],
    dispatch: Callable[[], Awaitable[None]],
) -> None:
    """Let a clock tick for both; a tick that is still at work is not begun a second time."""
    for work, seconds in ((plan, PLAN_SECONDS), (dispatch, DISPATCH_SECONDS)):
        clock.add_job(work, "interval", seconds=seconds, max_instances=1, coalesce=True)
