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
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import msgspec
from sqlalchemy import Executable, Insert

from backend.kernel.db import Database, Narrowing, Sql, StorageUnavailable, Transaction, first
from backend.kernel.db_guard import Guard, reading_guard, writing_guard
from backend.kernel.db_readers import Looking, Reading, lent
from backend.kernel.dialects import SqliteDialect
from backend.kernel.statements import Params, Row, Statements, Step
from backend.kernel.supervision import Supervisor
from backend.settings import LOCK_FILE

T = TypeVar("T")

GROUP_MAX = 64
QUEUE_MAX = 1024
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
# Compiled once for every file that this process opens.
_STATEMENTS = Statements(SqliteDialect(paramstyle="named"))


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

    def ahead(self, statement: Executable, **params: object) -> None:
        return

    async def run(self, statement: Executable, **params: object) -> int:
        prepared = self._statements.prepare(statement)
        cursor = await self._connection.execute(*prepared.text(params))
        return cursor.rowcount

    async def run_many(self, statement: Insert, rows: Sequence[Params]) -> None:
        await self.run_all([(statement, rows)])

    async def run_all(self, steps: Sequence[Step]) -> None:
        texts = []
        for statement, rows in steps:
            prepared = self._statements.prepare(statement)
            sql, _ = prepared.text(rows[0])
            texts.append((sql, [prepared.values(row) for row in rows]))
        await in_one_hop(self._connection, texts)


async def in_one_hop(
    connection: aiosqlite.Connection, texts: Sequence[tuple[str, Sequence[Sequence[Any]]]]
) -> None:
    """Run texts one after the other, each for all its rows: a hop costs more than a statement.

    The one place that uses a method of aiosqlite which it keeps to itself.
    """
    execute, execute_many = connection._conn.execute, connection._conn.executemany

    def run() -> None:
        for sql, rows in texts:
            if rows:
                execute_many(sql, rows)
            else:
                execute(sql)

    await connection._execute(run)  # type: ignore[no-untyped-call]


async def _told(connection: aiosqlite.Connection, *texts: str) -> None:
    await in_one_hop(connection, [(text, ()) for text in texts])


class _Waiting(msgspec.Struct, frozen=True):
    """A transaction that waits for its turn, and what it may touch if not everything."""

    work: Transaction[Any]
    done: asyncio.Future[Any]
    guard: Guard | None


class SqliteDatabase:
    """A file database with one writing connection."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, lock: Lock) -> None:
        self._path = path
        self._writer = writer
        self._lock = lock
        self._statements = _STATEMENTS
        self._idle: list[Reading] = []
        self._answers: dict[tuple[object, ...], Row | None] = {}
        self._queue: deque[_Waiting] = deque()
        self._narrowed: list[_NarrowedFile] = []
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
        with lent(self._idle, self.connect_reader) as reading:
            return await work(Looking(reading, self._answers))

    async def read(self, work: Transaction[T]) -> T:
        with lent(self._idle, self.connect_reader) as reading:
            reading.connection.execute("BEGIN")
            try:
                return await work(reading)
            finally:
                reading.connection.execute("COMMIT")

    async def write(self, work: Transaction[T]) -> T:
        return await self.write_guarded(work, None)

    async def write_guarded(self, work: Transaction[T], guard: Guard | None) -> T:
        """Do what `write` does, within what *guard* allows.

        Raises:
            StorageUnavailable: It stops, or too many writes wait.
        """
        if self._stopping or self._loop.done() or len(self._queue) >= QUEUE_MAX:
            raise StorageUnavailable("The server cannot take more writes now.")
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(work, done, guard))
        self._wake.set()
        return await done

    async def listen(self, hear: Callable[[str], None], supervisor: Supervisor) -> None:
        self._hear.append(hear)

    async def announce(self, text: str) -> None:
        for hear in self._hear:
            hear(text)

    async def narrowed(self, to: Narrowing) -> Database:
        self._narrowed.append(_NarrowedFile(self, to))
        return self._narrowed[-1]

    async def close(self) -> None:
        self._stopping = True
        self._wake.set()
        await self._loop
        # Readers first: the last connection to close checkpoints, and only the writer may.
        for narrowed in self._narrowed:
            await narrowed.close()
        for reading in self._idle:
            reading.connection.close()
        await self._writer.close()
        self._lock.release()

    def connect_reader(self) -> Reading:
        """Open one more connection that only reads."""
        connection = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA busy_timeout=2000")
        return Reading(connection, self._statements)

    async def _commit_groups(self) -> None:
        while True:
            await self._wake.wait()
            if not self._queue:
                if self._stopping:
                    return
                self._wake.clear()
                continue
            group = [self._queue.popleft() for _ in range(min(GROUP_MAX, len(self._queue)))]
            waiting = [one for one in group if not one.done.cancelled()]
            if waiting:
                await self._commit(waiting)

    async def _commit(self, group: list[_Waiting]) -> None:
        """Run each transaction in a savepoint, commit them all, then answer them all."""
        answers: list[tuple[asyncio.Future[Any], Any, BaseException | None]] = []
        try:
            before = ["BEGIN IMMEDIATE"]
            for one in group:
                await _told(self._writer, *before, "SAVEPOINT work")
                try:
                    async with self._guarded(one.guard):
                        answer = await one.work(self._sql())
                    answers.append((one.done, answer, None))
                    before = ["RELEASE work"]
                except sqlite3.OperationalError:
                    raise  # Full, locked or broken: this concerns the whole group.
                except Exception as error:  # noqa: BLE001  # Each caller gets its own back.
                    answers.append((one.done, None, error))
                    before = ["ROLLBACK TO work", "RELEASE work"]
            await _told(self._writer, *before, "COMMIT")
            self._answers.clear()
        except sqlite3.Error as error:
            # Whatever it is, a damaged file included: the next group still has its turn.
            with contextlib.suppress(sqlite3.Error):
                await self._writer.execute("ROLLBACK")
            name = getattr(error, "sqlite_errorname", type(error).__name__)
            refusal = StorageUnavailable(f"The database cannot write: {name}.")
            answers = [(one.done, None, refusal) for one in group]
        for done, value, failure in answers:
            if done.cancelled():
                continue
            if failure is None:
                done.set_result(value)
            else:
                done.set_exception(failure)

    @contextlib.asynccontextmanager
    async def _guarded(self, guard: Guard | None) -> AsyncIterator[None]:
        """Hold the one writing connection to what a guard allows, for one transaction.

        SQLite asks the guard again for statements that it has prepared before.
        """
        if guard is None:
            yield
            return
        await self._writer.set_authorizer(guard)
        try:
            yield
        finally:
            await self._writer.set_authorizer(None)

    def _sql(self) -> Sql:
        return _Writing(self._writer, self._statements)


class _NarrowedFile:
    """The same file for few tables: readers of its own, and turns of the one writer."""

    def __init__(self, whole: SqliteDatabase, to: Narrowing) -> None:
        self._whole = whole
        self._to = to
        self._writing = writing_guard(to.tables)
        self._idle: list[Reading] = []

    async def look(self, work: Transaction[T]) -> T:
        # What the whole database remembers of others' reads is not for these eyes.
        return await self.read(work)

    async def read(self, work: Transaction[T]) -> T:
        with lent(self._idle, self._connect) as reading:
            reading.connection.execute("BEGIN")
            try:
                return await work(reading)
            finally:
                reading.connection.execute("COMMIT")

    async def write(self, work: Transaction[T]) -> T:
        return await self._whole.write_guarded(work, self._writing)

    async def listen(self, hear: Callable[[str], None], supervisor: Supervisor) -> None:
        await self._whole.listen(hear, supervisor)

    async def announce(self, text: str) -> None:
        await self._whole.announce(text)

    async def narrowed(self, to: Narrowing) -> Database:
        both = self._to.tables & to.tables
        return await self._whole.narrowed(msgspec.structs.replace(to, tables=both))

    async def close(self) -> None:
        for reading in self._idle:
            reading.connection.close()
        self._idle.clear()

    def _connect(self) -> Reading:
        reading = self._whole.connect_reader()
        reading.connection.set_authorizer(reading_guard(self._to.tables))
        return reading
