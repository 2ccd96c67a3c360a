"""PostgreSQL, and Citus unmodified: a pool of connections for several processes."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeVar

import asyncpg

from backend.kernel.db import Database, Narrowing, StorageUnavailable, Transaction
from backend.kernel.db_postgresql_readers import (
    ACQUIRE_SECONDS,
    AWAY,
    Connected,
    Looking,
    Together,
    refusing,
)
from backend.kernel.dialects import PostgresqlDialect
from backend.kernel.statements import Statements
from backend.kernel.supervision import Supervisor, Up

T = TypeVar("T")

CHANNEL = "carnet"
POOL_MAX = 16
NARROWED_POOL_MAX = 4
RETRIES_MAX = 5
ASK_SECONDS = 30.0
CLOSE_SECONDS = 5.0
_SETTINGS = {
    "application_name": "carnet",
    "statement_timeout": "10000",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": "15000",
}
# These pass when tried again: the other transaction has ended by then.
_TRANSIENT = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
)


# Compiled once for every way to a server that this process opens.
_STATEMENTS = Statements(PostgresqlDialect(paramstyle="named"))  # type: ignore[no-untyped-call]


class PostgresqlDatabase:
    """A server database. Reads go to the primary like writes: a replica may be behind on rights."""

    def __init__(self, url: str, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._url = url
        self._pool = pool
        self._statements = _STATEMENTS
        self._together = Together(pool, _STATEMENTS)
        self._narrowed: list[PostgresqlDatabase] = []

    @classmethod
    async def open(cls, url: str) -> "PostgresqlDatabase":
        """Connect; fail at once when nobody answers."""
        return cls(url, await _pool(url, connections=(1, POOL_MAX)))

    async def look(self, work: Transaction[T]) -> T:
        return await work(Looking(self._together))

    async def read(self, work: Transaction[T]) -> T:
        with refusing():
            async with (
                self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                return await work(Connected(connection, self._statements))

    async def write(self, work: Transaction[T]) -> T:
        for attempt in range(RETRIES_MAX):
            try:
                with refusing():
                    async with (
                        self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection,
                        connection.transaction(),
                    ):
                        return await work(Connected(connection, self._statements))
            except _TRANSIENT:
                await asyncio.sleep(0.01 * 2**attempt)
        raise StorageUnavailable("Too many writers at once.")

    async def listen(self, hear: Callable[[str], None], supervisor: Supervisor) -> None:
        supervisor.keep("listener", lambda up: _listen(self._url, hear, up))

    async def announce(self, text: str) -> None:
        with contextlib.suppress(*AWAY):
            await self._pool.execute("SELECT pg_notify($1, $2)", CHANNEL, text)

    async def narrowed(self, to: Narrowing) -> Database:
        # Connects when it is first used: without the role, everybody else is served.
        url = to.url or self._url
        role = None if to.url else to.role
        pool = await _pool(url, connections=(0, NARROWED_POOL_MAX), role=role)
        self._narrowed.append(PostgresqlDatabase(url, pool))
        return self._narrowed[-1]

    async def close(self) -> None:
        for narrowed in self._narrowed:
            await narrowed.close()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._together.close()
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()


async def _pool(
    url: str, *, connections: tuple[int, int], role: str | None = None
) -> "asyncpg.Pool[asyncpg.Record]":
    return await asyncpg.create_pool(
        url,
        min_size=connections[0],
        max_size=connections[1],
        statement_cache_size=512,
        reset=_as_it_is,
        max_inactive_connection_lifetime=300,
        timeout=5,
        command_timeout=15,
        server_settings=_SETTINGS if role is None else {**_SETTINGS, "role": role},
    )


async def _as_it_is(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Leave a connection that is given back as it is, which saves a round trip each time.

    No statement of ours outlives its transaction, and the pool has ended that by now.
    """


async def _listen(url: str, hear: Callable[[str], None], up: Up) -> None:
    """Hold one connection for announcements, until it breaks."""
    connection = await asyncpg.connect(url, timeout=5)
    gone = asyncio.Event()
    connection.add_termination_listener(lambda _: gone.set())
    try:
        await connection.add_listener(CHANNEL, lambda *said: hear(str(said[-1])))
        up()
        while not gone.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ASK_SECONDS):
                    await gone.wait()
            # A line that was cut without a word is only noticed by asking.
            await connection.execute("SELECT 1", timeout=5)
    finally:
        connection.terminate()
