"""Work off the event loop, with a bounded queue."""

import asyncio
import threading

import pytest

from backend.kernel.db import StorageUnavailable
from backend.kernel.threads import BoundedThreads


def bounded(*, waiting_max: int) -> BoundedThreads:
    """Return one thread, before which so many may wait."""
    return BoundedThreads(
        1, waiting_max, name="test", busy=lambda: StorageUnavailable("All is taken.")
    )


async def test_who_comes_when_all_is_taken_is_asked_to_wait():
    """A flood is refused, and what was accepted is still done."""
    release = threading.Event()
    threads = bounded(waiting_max=2)
    accepted = [asyncio.create_task(threads.run(release.wait)) for _ in range(3)]
    await asyncio.sleep(0)

    with pytest.raises(StorageUnavailable):
        await threads.run(release.wait)

    release.set()
    assert await asyncio.gather(*accepted) == [True, True, True]
    threads.close()


async def test_places_are_given_back():
    """After a success, a failure or a caller who left, there is room again."""
    threads = bounded(waiting_max=0)

    def fail() -> None:
        raise ValueError("no result")

    with pytest.raises(ValueError, match="no result"):
        await threads.run(fail)
    held = threading.Event()
    left = asyncio.create_task(threads.run(held.wait))
    await asyncio.sleep(0)
    left.cancel()
    with pytest.raises(StorageUnavailable):
        await threads.run(fail)  # The thread is still at work, though its caller has gone.
    held.set()
    for _ in range(200):
        if threads._taken == 0:
            break
        await asyncio.sleep(0.01)

    assert await threads.run(lambda: "done") == "done"
    threads.close()
