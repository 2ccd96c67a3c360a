"""PostgreSQL: statements on a connection, and point reads that are asked together.

Source: docs/decisions/0036-hot-paths-again.md.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
from sqlalchemy import Executable, Insert

from backend.kernel.db import StorageUnavailable, first
from backend.kernel.many_keys import Key, ManyKeys, for_many_keys
from backend.kernel.statements import Params, Row, Statements, Step

if TYPE_CHECKING:
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Connection: TypeAlias = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]

# Enough to ask the next round while one is on its way; more of them are smaller ones.
READERS_MAX = 2
KEYS_PER_STATEMENT_MAX = 64
ACQUIRE_SECONDS = 5
AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InvalidParameterValueError,  # A role to become that nobody has made.
    ConnectionError,
    TimeoutError,
)
_FULL = (asyncpg.DiskFullError, asyncpg.QueryCanceledError)
_UNABLE = (*AWAY, *_FULL)
_Found = dict[Key, Row | Exception | None]


class Connected:
    """Statements on one connection."""

    def __init__(self, connection: "Connection", statements: Statements) -> None:
        self._connection = connection
        self._statements = statements

    async def rows(self, statement: Executable, **params: object) -> list[Row]:
        prepared = self._statements.prepare(statement)
        sql, values = prepared.text(params)
        return prepared.rows(await self._connection.fetch(sql, *values))

    async def row(self, statement: Executable, **params: object) -> Row | None:
        row: Row | None = first(await self.rows(statement, **params))
        return row

    def ahead(self, statement: Executable, **params: object) -> None:
        return

    async def run(self, statement: Executable, **params: object) -> int:
        prepared = self._statements.prepare(statement)
        sql, values = prepared.text(params)
        status = await self._connection.execute(sql, *values)
        return int(status.rsplit(" ", 1)[-1])

    async def run_many(self, statement: Insert, rows: Sequence[Params]) -> None:
        for prepared, params in self._statements.batches(statement, rows):
            sql, values = prepared.text(params)
            await self._connection.execute(sql, *values)

    async def run_all(self, steps: Sequence[Step]) -> None:
        for statement, rows in steps:
            if isinstance(statement, Insert):
                await self.run_many(statement, rows)
            else:
                for row in rows:
                    await self.run(statement, **row)


class Asked:
    """A row that somebody asked for, and its answer once its round is over."""

    __slots__ = ("answer", "key", "of", "round")

    def __init__(self, of: ManyKeys, key: Key, round_: "Round") -> None:
        self.of = of
        self.key = key
        self.round = round_
        self.answer: Row | Exception | None = None


class Round:
    """What is asked for at the same moment, and who waits for it."""

    def __init__(self) -> None:
        self.asked: dict[ManyKeys, list[Asked]] = {}
        self.is_over = False
        self._waiters: list[asyncio.Future[None]] = []

    def add(self, of: ManyKeys, key: Key) -> Asked:
        """Ask for one more row; whoever asks for several wakes up once."""
        asked = Asked(of, key, self)
        of_same = self.asked.get(of)
        if of_same is None:
            self.asked[of] = [asked]
        else:
            of_same.append(asked)
        return asked

    async def wait(self) -> None:
        """Wait until every answer is there."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        await waiter

    def end(self) -> None:
        """Wake up whoever waits."""
        self.is_over = True
        self.asked.clear()  # No ring of references, which would wait for a collector.
        for waiter in self._waiters:
            if not waiter.done():  # Or who waited has gone.
                waiter.set_result(None)

    def fail(self, error: Exception) -> None:
        """Answer everybody with an error."""
        for of_same in self.asked.values():
            for asked in of_same:
                asked.answer = error
        self.end()


class Together:
    """Collects point reads, and asks for all that wait whenever a reader is free.

    What is asked for waits at most for the rounds that are under way, and is read by
    a statement that begins after it was asked for: nobody is given an older answer.
    """

    def __init__(self, pool: "Pool", statements: Statements) -> None:
        self._pool = pool
        self._statements = statements
        self._known: dict[int, tuple[Executable, ManyKeys | None]] = {}
        self._next = Round()
        self._readers: set[asyncio.Task[None]] = set()
        self._starts = False  # A reader is to begin, and will take what waits.
        self._reading = 0

    def key(
        self, statement: Executable, params: Params
    ) -> tuple[ManyKeys, Key | None] | tuple[None, None]:
        """Say how a row is asked for with others, and by which key; None where it cannot be."""
        found = self._known.get(id(statement))
        if found is None:
            many = for_many_keys(statement, self._statements.dialect)
            found = self._known[id(statement)] = (statement, many)
        of = found[1]
        return (None, None) if of is None else (of, of.key(params))

    def ask(self, of: ManyKeys, key: Key) -> Asked:
        """Ask for one row, with whoever else asks before the next round begins."""
        asked = self._next.add(of, key)
        if not self._starts and self._reading < READERS_MAX:
            self._starts = True
            reader = asyncio.create_task(self._read(), name="postgresql reader")
            self._readers.add(reader)
            reader.add_done_callback(self._readers.discard)
        return asked

    async def alone(self, statement: Executable, params: Params) -> list[Row]:
        """Ask for rows by themselves."""
        with refusing():
            async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                return await Connected(connection, self._statements).rows(statement, **params)

    async def close(self) -> None:
        """Finish what was asked for."""
        await asyncio.gather(*self._readers)

    async def _read(self) -> None:
        self._starts = False
        self._reading += 1
        try:
            while self._next.asked:
                await self._read_on()
        finally:
            # With no pause after the last look at what waits: nobody is left without a reader.
            self._reading -= 1

    async def _read_on(self) -> None:
        """Ask for what waits by one connection, for as long as that serves."""
        try:
            with refusing():
                async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                    while self._next.asked and await self._ask_next(connection):
                        pass
        except Exception as error:  # noqa: BLE001  # Nobody who waits may wait for ever.
            self._take_next().fail(error)
        except asyncio.CancelledError:
            self._take_next().fail(_stopping())
            raise

    async def _ask_next(self, connection: "Connection") -> bool:
        """Answer a round; return False where the connection serves no more."""
        asked = self._take_next()
        try:
            with refusing():
                for of, of_same in asked.asked.items():
                    await _answer(connection, of, of_same)
        except Exception as error:  # noqa: BLE001  # As above; the next round has another one.
            asked.fail(error)
            return False
        except asyncio.CancelledError:
            asked.fail(_stopping())
            raise
        asked.end()
        return True

    def _take_next(self) -> Round:
        taken, self._next = self._next, Round()
        return taken


class Looking:
    """Point reads of one look, each asked together with those of others."""

    def __init__(self, together: Together) -> None:
        self._together = together
        self._ahead: list[Asked] = []

    async def rows(self, statement: Executable, **params: object) -> list[Row]:
        return await self._together.alone(statement, params)

    async def row(self, statement: Executable, **params: object) -> Row | None:
        of, key = self._together.key(statement, params)
        if of is None or key is None:
            row: Row | None = first(await self._together.alone(statement, params))
            return row
        for asked in self._ahead:
            if asked.of is of and asked.key == key:
                self._ahead.remove(asked)
                break
        else:
            asked = self._together.ask(of, key)
        if not asked.round.is_over:
            await asked.round.wait()
        if isinstance(asked.answer, Exception):
            raise asked.answer
        return asked.answer

    def ahead(self, statement: Executable, **params: object) -> None:
        of, key = self._together.key(statement, params)
        if of is not None and key is not None:
            self._ahead.append(self._together.ask(of, key))

    async def run(self, statement: Executable, **params: object) -> int:
        raise AssertionError("A read does not write.")

    async def run_many(self, statement: Insert, rows: Sequence[Params]) -> None:
        raise AssertionError("A read does not write.")

    async def run_all(self, steps: Sequence[Step]) -> None:
        raise AssertionError("A read does not write.")


def _stopping() -> StorageUnavailable:
    return StorageUnavailable("The server stops.")


async def _answer(connection: "Connection", of: ManyKeys, asked: list[Asked]) -> None:
    """Answer what is asked of one statement; one that fails leaves the others alone."""
    try:
        found = await _found(connection, of, [*{one.key: None for one in asked}])
    except _UNABLE:
        raise
    except Exception as error:  # noqa: BLE001  # Whoever asked gets it.
        for one in asked:
            one.answer = error
    else:
        for one in asked:
            one.answer = found.get(one.key)


async def _found(connection: "Connection", of: ManyKeys, keys: Sequence[Key]) -> _Found:
    """Return what is under each key: a row, nothing, or why the database takes no such key."""
    found: _Found = {}
    for start in range(0, len(keys), KEYS_PER_STATEMENT_MAX):
        some = keys[start : start + KEYS_PER_STATEMENT_MAX]
        try:
            sql, values = of.text(some)
            found.update(of.rows(await connection.fetch(sql, *values)))
        except (ValueError, asyncpg.DataError) as error:
            if len(keys) == 1:
                return {keys[0]: error}
            for key in some:
                found |= await _found(connection, of, [key])
    return found


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """Say of a database that is away, full or too slow that it cannot serve now."""
    try:
        yield
    except _UNABLE as error:
        raise StorageUnavailable(f"The database cannot serve: {type(error).__name__}.") from error
