"""Telling devices that a space has news. Never what: a poke carries no data."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from uuid import UUID

HEARTBEAT_SECONDS = 20.0
WAITING_MAX = 64
STREAMS_PER_PARTY_MAX = 20


class Pokes:
    """Who listens in this process. A party hears of its own feeds and of no other's."""

    def __init__(self) -> None:
        self._listeners: defaultdict[UUID, set[asyncio.Queue[UUID]]] = defaultdict(set)
        self._closing = asyncio.Event()

    def hear(self, announced: str) -> None:
        """Pass on an announcement of any process: a party and a space, in hex."""
        party_id, space_id = UUID(hex=announced[:32]), UUID(hex=announced[32:])
        for queue in self._listeners.get(party_id, ()):
            if not queue.full():
                queue.put_nowait(space_id)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closing.set()

    def is_full(self, party_id: UUID) -> bool:
        """Say whether a party listens on as many streams as one may."""
        return len(self._listeners.get(party_id, ())) >= STREAMS_PER_PARTY_MAX

    async def listen(self, party_id: UUID) -> AsyncIterator[UUID | None]:
        """Yield a space each time the party's feed of it moved, and None as a heartbeat."""
        queue: asyncio.Queue[UUID] = asyncio.Queue(WAITING_MAX)
        self._listeners[party_id].add(queue)
        try:
            yield None
            while not self._closing.is_set():
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        yield await self._next(queue)
                except TimeoutError:
                    yield None
        finally:
            self._listeners[party_id].discard(queue)
            if not self._listeners[party_id]:
                del self._listeners[party_id]

    async def _next(self, queue: asyncio.Queue[UUID]) -> UUID | None:
        news = asyncio.create_task(queue.get())
        closing = asyncio.create_task(self._closing.wait())
        try:
            await asyncio.wait({news, closing}, return_when=asyncio.FIRST_COMPLETED)
            return news.result() if news.done() else None
        finally:
            news.cancel()
            closing.cancel()
