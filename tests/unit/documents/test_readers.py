"""Reading off the event loop, with a bounded queue."""

import asyncio
import threading

import pytest

from backend.documents.errors import DocumentsBusy
from backend.documents.reading import Readers


async def test_who_comes_when_all_is_taken_is_asked_to_wait():
    """A flood of documents is refused, and what was accepted is still read."""
    release = threading.Event()
    readers = Readers(threads=1, waiting_max=2)
    accepted = [asyncio.create_task(readers.run(release.wait)) for _ in range(3)]
    await asyncio.sleep(0)

    with pytest.raises(DocumentsBusy) as refused:
        await readers.run(release.wait)

    release.set()
    assert await asyncio.gather(*accepted) == [True, True, True]
    assert refused.value.retry_after_seconds


async def test_places_are_given_back():
    """After a success, a failure or a caller who left, there is room again."""
    readers = Readers(threads=1, waiting_max=0)

    def fail() -> None:
        raise ValueError("no document")

    with pytest.raises(ValueError, match="no document"):
        await readers.run(fail)
    held = threading.Event()
    left = asyncio.create_task(readers.run(held.wait))
    await asyncio.sleep(0)
    left.cancel()
    with pytest.raises(DocumentsBusy):
        await readers.run(fail)  # The thread is still at work, though its caller has gone.
    held.set()
    for _ in range(200):
        if readers._taken == 0:
            break
        await asyncio.sleep(0.01)

    assert await readers.run(lambda: "read") == "read"
