"""Databases: what a transaction offers, and which home the data has."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Executable, Insert

from backend.kernel.errors import Refusal
from backend.kernel.statements import Params, Row, Step
from backend.kernel.supervision import Supervisor
from backend.settings import DATABASE_FILE

T = TypeVar("T")


class StorageUnavailable(Refusal):
    """The database cannot take this now: full, locked, stopping or away."""

    code = "storage-unavailable"
    status = 503
    retry_after_seconds = 5


class Sql(Protocol):
    """What may be done inside one transaction."""

    async def rows(self, statement: Executable, **params: object) -> list[Row]:
        """Return every row."""

    async def row(self, statement: Executable, **params: object) -> Row | None:
        """Return the first row, or None."""

    def ahead(self, statement: Executable, **params: object) -> None:
        """Say that this row will be asked for: where that takes long, it is asked for now."""

    async def run(self, statement: Executable, **params: object) -> int:
        """Write, and return how many rows it touched."""

    async def run_many(self, statement: Insert, rows: Sequence[Params]) -> None:
        """Insert many rows at once; they all have the same keys."""

    async def run_all(self, steps: Sequence[Step]) -> None:
        """Write statement after statement, each for every row that it is given, in one go.

        Rows name every value of their statement, and no list.
        """


Transaction = Callable[[Sql], Awaitable[T]]


class Narrowing(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection for few may touch: these tables, and nothing else.

    `role` is who it is on PostgreSQL, where grants hold the tables; `url` is how
    it gets there when it has a sign-in of its own.
    """

    tables: frozenset[str]
    role: str
    url: str = ""


class Database(Protocol):
    """One home for the data. Nobody else begins, commits or rolls back."""

    async def look(self, work: Transaction[T]) -> T:
        """Run point reads, each seeing the newest commit."""

    async def read(self, work: Transaction[T]) -> T:
        """Run reads that all see one instant of the database."""

    async def write(self, work: Transaction[T]) -> T:
        """Run a transaction and return after it is durable.

        An exception out of *work* undoes all that it did and comes out here.

        Raises:
            StorageUnavailable: The database could not commit.
        """

    async def listen(self, hear: Callable[[str], None], supervisor: Supervisor) -> None:
        """Call *hear* with each announced text, whichever process announced it."""

    async def announce(self, text: str) -> None:
        """Tell every process; a hint that may get lost, never data."""

    async def narrowed(self, to: Narrowing) -> "Database":
        """Open a way to the same data for which the database itself refuses the rest.

        It is closed with this one.

        Source: docs/decisions/0020-support-agents.md.
        """

    async def close(self) -> None:
        """Finish what was accepted, then let go."""


async def open_database(url: str, data_folder: Path, *, address: str) -> Database:
    """Open the database that *url* names.

    Args:
        url: `sqlite` for a file in *data_folder*, or `postgresql://…`.
        data_folder: Where a file database and its lock live.
        address: Where this process answers, written into the lock for others.

    Raises:
        DatabaseInUse: Another process writes to this file.
        ValueError: *url* names no database that this code knows.
    """
    scheme = urlsplit(url).scheme or url
    if scheme == "sqlite":
        from backend.kernel.db_sqlite import SqliteDatabase

        return await SqliteDatabase.open(data_folder / DATABASE_FILE, address=address)
    if scheme == "postgresql":
        from backend.kernel.db_postgresql import PostgresqlDatabase

        return await PostgresqlDatabase.open(url)
    raise ValueError("CARNET_DATABASE_URL is either `sqlite` or a postgresql:// address.")


def first(rows: list[Any]) -> Any:
    """Return the first item, or None."""
    return rows[0] if rows else None
