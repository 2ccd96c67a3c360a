"""What a replica asks of the world: a way to the server, a clock, chance, identifiers."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID


class Transport(Protocol):
    """The way to the server, signed in already."""

    async def sync(self, request: bytes) -> bytes:
        """Send the body of `POST /v1/sync` and return that of its answer.

        Raises:
            TransportFailure: There is no answer to use. The server may have done
                everything, something or nothing of the request.
        """


@runtime_checkable
class StreamingTransport(Transport, Protocol):
    """A way that can also bring a whole space in one answer."""

    def stream(self, space_id: UUID, checkpoint: str | None) -> AsyncGenerator[bytes, None]:
        """Yield the lines of `GET /v1/spaces/{space_id}/changes` as `application/x-ndjson`.

        Raises:
            TransportFailure: It broke; the lines before were whole.
        """


class Clock(Protocol):
    """Time as this device knows it. It orders nothing and decides no conflict."""

    def now(self) -> datetime:
        """Return an aware instant."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class Random(Protocol):
    """Chance, for jitter only."""

    def random(self) -> float:
        """Return a number from 0 up to, but not including, 1."""
