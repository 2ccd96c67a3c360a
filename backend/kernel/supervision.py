"""Tasks that must never end: started again when they do, and missed while they are away."""

import asyncio
import functools
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

log = logging.getLogger("carnet")

PAUSES_SECONDS = (0.2, 1.0, 2.0, 5.0, 15.0, 30.0)
# Whoever worked this long did not fail at its start: it begins again with a short pause.
STEADY_SECONDS = 10.0

Up = Callable[[], None]
KeptWork = Callable[[Up], Awaitable[None]]
"""Work without an end. It calls what it is given once it is able to do its duty."""


class Watch(Protocol):
    """Whoever counts what becomes of tasks."""

    def task_up(self, name: str) -> None:
        """Note that a task does its duty."""

    def task_down(self, name: str) -> None:
        """Note that a task does not, or not yet."""


class Supervisor:
    """Keeps the tasks of one process at work."""

    def __init__(
        self, watch: Watch | None = None, *, pauses: Sequence[float] = PAUSES_SECONDS
    ) -> None:
        self._watch = watch
        self._pauses = pauses
        self._down: set[str] = set()
        self._keepers: list[asyncio.Task[None]] = []

    @property
    def down(self) -> frozenset[str]:
        """The names of the tasks that do not do their duty now."""
        return frozenset(self._down)

    def keep(self, name: str, work: KeptWork) -> None:
        """Run a task, and run it again whenever it ends, whatever it ends of."""
        self._fall(name)
        keeper = asyncio.create_task(self._keep(name, work), name=f"keeper of {name}")
        self._keepers.append(keeper)

    async def close(self) -> None:
        """End every task."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        self._keepers.clear()

    async def _keep(self, name: str, work: KeptWork) -> None:
        ends = 0
        while True:
            began = time.monotonic()
            await self._run(name, work)
            ends = 0 if time.monotonic() - began >= STEADY_SECONDS else ends
            await asyncio.sleep(self._pauses[min(ends, len(self._pauses) - 1)])
            ends += 1

    async def _run(self, name: str, work: KeptWork) -> None:
        """Run a task to its end, and say of what it ended."""
        task = asyncio.ensure_future(work(functools.partial(self._rise, name)))
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
        self._fall(name)
        failure = None if task.cancelled() else task.exception()
        log.error("task ended", exc_info=failure, extra={"task": name})

    def _rise(self, name: str) -> None:
        self._down.discard(name)
        if self._watch is not None:
            self._watch.task_up(name)

    def _fall(self, name: str) -> None:
        self._down.add(name)
        if self._watch is not None:
            self._watch.task_down(name)
