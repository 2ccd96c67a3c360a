"""Work that takes a core for a while: on a few threads, with a bounded queue."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from backend.kernel.errors import Refusal

T = TypeVar("T")


class BoundedThreads:
    """A few threads, before which only so many may wait."""

    def __init__(
        self, threads: int, waiting_max: int, *, name: str, busy: Callable[[], Refusal]
    ) -> None:
        """Take how many run and wait at once, and what to refuse the others with."""
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._places_max = threads + waiting_max
        self._busy = busy
        self._taken = 0
        self._lock = threading.Lock()

    def refuse_when_full(self) -> None:
        """Refuse what would not find a place now.

        Raises:
            Refusal: Every place is taken.
        """
        if self._taken >= self._places_max:
            raise self._busy()

    async def run(self, task: Callable[[], T]) -> T:
        """Run a task on a thread.

        Raises:
            Refusal: Every place is taken.
        """
        with self._lock:
            self.refuse_when_full()
            self._taken += 1
        running = self._executor.submit(task)
        # Not at the end of the wait: a request may leave while its thread still works.
        running.add_done_callback(self._leave)
        return await asyncio.wrap_future(running)

    def close(self) -> None:
        """Let the threads go once they have finished."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _leave(self, _: Future[T]) -> None:
        with self._lock:
            self._taken -= 1
