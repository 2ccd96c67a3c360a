"""SQLite: connections that only read, and what becomes of one that failed."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Executable, Insert

from backend.kernel.db import StorageUnavailable
from backend.kernel.statements import Params, Row, Statements, Step

REMEMBERED_MAX = 20_000
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


class Reading:
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

    def ahead(self, statement: Executable, **params: object) -> None:
        return

    async def run(self, statement: Executable, **params: object) -> int:
        raise AssertionError("A read does not write.")

    async def run_many(self, statement: Insert, rows: Sequence[Params]) -> None:
        raise AssertionError("A read does not write.")

    async def run_all(self, steps: Sequence[Step]) -> None:
        raise AssertionError("A read does not write.")


class Looking:
    """Point reads that remember their answers until the next commit.

    This process alone writes to the file, so an answer stays true until its own
    next commit, which empties the memory: what is remembered is never stale.
    """

    def __init__(self, reading: Reading, answers: dict[tuple[object, ...], Row | None]) -> None:
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

    def ahead(self, statement: Executable, **params: object) -> None:
        return

    async def run(self, statement: Executable, **params: object) -> int:
        return await self._reading.run(statement, **params)

    async def run_many(self, statement: Insert, rows: Sequence[Params]) -> None:
        await self._reading.run_many(statement, rows)

    async def run_all(self, steps: Sequence[Step]) -> None:
        await self._reading.run_all(steps)


@contextlib.contextmanager
def lent(idle: list[Reading], connect: Callable[[], Reading]) -> Iterator[Reading]:
    """Lend a reading connection; one that failed is not lent again.

    Raises:
        StorageUnavailable: The file itself cannot be read.
    """
    try:
        reading = idle.pop() if idle else connect()
        try:
            yield reading
        except sqlite3.Error:
            reading.connection.close()
            raise
        except BaseException:
            idle.append(reading)
            raise
        idle.append(reading)
    except sqlite3.DatabaseError as error:
        if not _is_of_the_file(error):
            raise
        name = error.sqlite_errorname
        raise StorageUnavailable(f"The database cannot be read: {name}.") from error


def _is_of_the_file(error: sqlite3.DatabaseError) -> bool:
    """Say whether an error is of the disk or the file, and not of a statement of ours."""
    # The lower byte is the kind; what stands above it says more.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _OF_THE_FILE
