"""SQLite: one writer that commits in groups, readers that never block it.

Source: docs/decisions/0004-group-commit.md.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import Executable, Insert

from backend.kernel.db import Sql, StorageUnavailable, Transaction, first
from backend.kernel.dialects import SqliteDialect
from backend.kernel.statements import Params, Row, Statements
from backend.kernel.supervision import Supervisor
from backend.settings import LOCK_FILE

T = TypeVar("T")

GROUP_MAX = 64
QUEUE_MAX = 1024
REMEMBERED_MAX = 20_000
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # NORMAL loses acknowledged writes at power loss; a phone has dropped them by then.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA cache_size=-16000",
    # A page that many changes touch is copied back once, not at each small checkpoint.
    "PRAGMA wal_autocheckpoint=8000",
)


_OF_THE_FILE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)


class DatabaseInUse(Exception):
    """Another process holds the lock of this database file."""


class Lock:
    """The right to write to one file: held by one process, freed by the kernel at its end."""

    def __init__(self, path: Path, *, address: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise DatabaseInUse(
                "Another Carnet is using this data folder. Stop it first, "
                "or set CARNET_DATA to another folder."
            ) from None
        os.ftruncate(self._file, 0)
        os.write(self._file, json.dumps({"pid": os.getpid(), "address": address}).encode())

    def release(self) -> None:
        """Let another process write."""
        os.ftruncate(self._file, 0)
        os.close(self._file)


class _Writing:
    """Statements on the writing connection, each a hop to its thread."""

    def __init__(self, connection: aiosqlite.Connection, statements: Statements) -> None:
        self._connection = connection
        self._statements = statements

    async def rows(self, statement: Executable, **params: object) -> list[Row]:
        prepared = self._statements.prepare(statement)
        raw = await self._connection.execute_fetchall(*prepared.text(params))
        return prepared.rows(list(raw))

    async def row(self, statement: Executable, **params: object) -> Row | None:
        row: Row | None = first(await self.rows(statement, **params))
        return row

    async def run(self, statement: Executable, **params: object) -> int:
        prepared = self._statements.prepare(statement)
        cursor = await self._connection.execute(*prepared.text(params))
        return cursor.rowcount

    async def run_many(self, statement: Insert, rows: Sequence[Params]) -> None:
        prepared = self._statements.prepare(statement)
        sql, _ = prepared.text(rows[0])
        await self._connection.executemany(sql, [prepared.values(row) for row in rows])


class _Reading:
    """Statements on a reading connection, answered in the event loop.

    A point read takes less time than the hop to a thread and back.
    """

    def __init__(self, connection: sqlite3.Connection, statements: Statements) -> None:
        self.connection = connection
        self._statements = statements

    async def rows(self, statement: Executable, **params: object) -> list[Row]:
        prepared = self._statements.prepare(statement)
        return prepared.rows(self.connection.execute(*prepared.text(params)).fetchall())

    async def row(self, statement: Executable, **params: object) -> Row | None:
        prepared = self._statements.prepare(statement)
        return prepared.one(self.connection.execute(*prepared.text(params)).fetchone())

    async def run(self, statement: Executable, **params: object) -> int:
        raise AssertionError("A read does not write.")

    async def run_many(self, statement: Insert, rows: Sequence[Params]) -> None:
        raise AssertionError("A read does not write.")


class _Looking:
    """Point reads that remember their answers until the next commit.

    This process alone writes to the file, so an answer stays true until its own
    next commit, which empties the memory: what is remembered is never stale.
    """

    def __init__(self, reading: _Reading, answers: dict[tuple[object, ...], Row | None]) -> None:
        self._reading = reading
        self._answers = answers

    async def rows(self, statement: Executable, **params: object) -> list[Row]:
        return await self._reading.rows(statement, **params)

    async def row(self, statement: Executable, **params: object) -> Row | None:
        key = (id(statement), *params.items())
        try:
            return self._answers[key]
        except KeyError:
            pass
        except TypeError:  # A list to look up: not worth remembering.
            return await self._reading.row(statement, **params)
        answer = await self._reading.row(statement, **params)
        if len(self._answers) >= REMEMBERED_MAX:
            self._answers.clear()
        self._answers[key] = answer
        return answer

    async def run(self, statement: Executable, **params: object) -> int:
        return await self._reading.run(statement, **params)

    async def run_many(self, statement: Insert, rows: Sequence[Params]) -> None:
        await self._reading.run_many(statement, rows)


class SqliteDatabase:
    """A file database with one writing connection."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, lock: Lock) -> None:
        self._path = path
        self._writer = writer
        self._lock = lock
        self._statements = Statements(SqliteDialect(paramstyle="named"))
        self._idle: list[_Reading] = []
        self._answers: dict[tuple[object, ...], Row | None] = {}
        self._queue: deque[tuple[Transaction[Any], asyncio.Future[Any]]] = deque()
        self._wake = asyncio.Event()
        self._stopping = False
        self._hear: list[Callable[[str], None]] = []
        self._loop = asyncio.create_task(self._commit_groups(), name="sqlite writer")

    @classmethod
    async def open(cls, path: Path, *, address: str) -> "SqliteDatabase":
        """Take the lock, then open the file."""
        lock = Lock(path.with_name(LOCK_FILE), address=address)
        try:
            writer = await aiosqlite.connect(path, isolation_level=None, cached_statements=512)
        except BaseException:
            lock.release()
            raise
        await asyncio.to_thread(path.chmod, 0o600)
        for pragma in _PRAGMAS:
            await writer.execute(pragma)
        return cls(path, writer, lock)

    async def look(self, work: Transaction[T]) -> T:
        with self._reader() as reading:
            return await work(_Looking(reading, self._answers))

    async def read(self, work: Transaction[T]) -> T:
        with self._reader() as reading:
            reading.connection.execute("BEGIN")
            try:
                return await work(reading)
            finally:
                reading.connection.execute("COMMIT")

    async def write(self, work: Transaction[T]) -> T:
        if self._stopping or self._loop.done() or len(self._queue) >= QUEUE_MAX:
            raise StorageUnavailable("The server cannot take more writes now.")
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append((work, done))
        self._wake.set()
        return await done

    async def listen(self, hear: Callable[[str], None], supervisor: Supervisor) -> None:
        self._hear.append(hear)

    async def announce(self, text: str) -> None:
        for hear in self._hear:
            hear(text)

    async def close(self) -> None:
        self._stopping = True
        self._wake.set()
        await self._loop
        # Readers first: the last connection to close checkpoints, and only the writer may.
        for reading in self._idle:
            reading.connection.close()
        await self._writer.close()
        self._lock.release()

    @contextlib.contextmanager
    def _reader(self) -> Iterator[_Reading]:
        """Lend a reading connection; one that failed is not lent again."""
        try:
            reading = self._idle.pop() if self._idle else self._connect_reader()
            try:
                yield reading
            except sqlite3.Error:
                reading.connection.close()
                raise
            except BaseException:
                self._idle.append(reading)
                raise
            self._idle.append(reading)
        except sqlite3.DatabaseError as error:
            if not _is_of_the_file(error):
                raise
            name = error.sqlite_errorname
            raise StorageUnavailable(f"The database cannot be read: {name}.") from error

    def _connect_reader(self) -> _Reading:
        connection = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA busy_timeout=2000")
        return _Reading(connection, self._statements)

    async def _commit_groups(self) -> None:
        while True:
            await self._wake.wait()
            if not self._queue:
                if self._stopping:
                    return
                self._wake.clear()
                continue
            group = [self._queue.popleft() for _ in range(min(GROUP_MAX, len(self._queue)))]
            waiting = [(work, done) for work, done in group if not done.cancelled()]
            if waiting:
                await self._commit(waiting)

    async def _commit(self, group: list[tuple[Transaction[Any], asyncio.Future[Any]]]) -> None:
        """Run each transaction in a savepoint, commit them all, then answer them all."""
        answers: list[tuple[asyncio.Future[Any], Any, BaseException | None]] = []
        try:
            await self._writer.execute("BEGIN IMMEDIATE")
            for work, done in group:
                await self._writer.execute("SAVEPOINT work")
                try:
                    answers.append((done, await work(self._sql()), None))
                    await self._writer.execute("RELEASE work")
                except sqlite3.OperationalError:
                    raise  # Full, locked or broken: this concerns the whole group.
                except Exception as error:  # noqa: BLE001  # Each caller gets its own back.
                    answers.append((done, None, error))
                    await self._writer.execute("ROLLBACK TO work")
                    await self._writer.execute("RELEASE work")
            await self._writer.execute("COMMIT")
            self._answers.clear()
        except sqlite3.Error as error:
            # Whatever it is, a damaged file included: the next group still has its turn.
            with contextlib.suppress(sqlite3.Error):
                await self._writer.execute("ROLLBACK")
            name = getattr(error, "sqlite_errorname", type(error).__name__)
            refusal = StorageUnavailable(f"The database cannot write: {name}.")
            answers = [(done, None, refusal) for _, done in group]
        for done, value, failure in answers:
            if done.cancelled():
                continue
            if failure is None:
                done.set_result(value)
            else:
                done.set_exception(failure)

    def _sql(self) -> Sql:
        return _Writing(self._writer, self._statements)


def _is_of_the_file(error: sqlite3.DatabaseError) -> bool:
    """Say whether an error is of the disk or the file, and not of a statement of ours."""
    # The lower byte is the kind; what stands above it says more.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _OF_THE_FILE
