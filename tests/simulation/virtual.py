"""Time that passes only when everybody waits: a year takes no longer than its events."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class NothingHappens(Exception):
    """Everybody waits for somebody else."""


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop without input or output, whose clock jumps to the next timer.

    It is its own selector: asked to wait, it moves the clock instead. What runs
    on it runs in an order that depends on nothing outside.
    """

    def __init__(self) -> None:
        super().__init__()
        self._seconds = 0.0
        self._selector = self
        self._clock_resolution = 1e-3

    def time(self) -> float:
        return self._seconds

    def select(self, timeout: float | None) -> Sequence[object]:
        """Let time pass."""
        if timeout is None:
            raise NothingHappens
        self._seconds += timeout
        return ()

    def _process_events(self, event_list: Sequence[object]) -> None:
        """There is nothing to read or write."""

    def _write_to_self(self) -> None:
        """No other thread wakes this loop."""


def run(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end in virtual time, from second nought."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(make())
    finally:
        left = sorted(asyncio.all_tasks(loop), key=asyncio.Task.get_name)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        asyncio.set_event_loop(None)
        loop.close()
