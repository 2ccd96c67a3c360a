"""The history of the schema: there and back again, and the same as what the code says."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Boolean,
    Connection,
    DateTime,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    create_engine,
    func,
    inspect,
    pool,
    select,
)
from sqlalchemy.ext.asyncio import create_async_engine

import backend.migrations
from backend.kernel.db import Sql, Transaction, open_database
from backend.migrations import HEAD
from backend.migrations.runner import current_revision, head_revision, migrate, migrate_down
from backend.schema import all_metadata, all_tables
from notifications.storage.sql import SqlJobStore, plans_due
from sync.core.audience import Viewer
from sync.storage.spaces import add_viewer, open_space
from tests.databases import empty_postgresql_database
from tests.product import modules

T = TypeVar("T")

_SAMPLES: dict[type, Callable[[], object]] = {
    Uuid: uuid4,
    DateTime: lambda: datetime.now(UTC),
    Boolean: lambda: True,
    Integer: lambda: 1,
    LargeBinary: lambda: uuid4().bytes,
    Text: lambda: "open",
}


class Home:
    """One empty database, and a way to look into it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder

    async def ask(self, question: Callable[[Connection], T]) -> T:
        """Run something on a connection of SQLAlchemy's own."""
        if self.url == "sqlite":
            return await asyncio.to_thread(self._ask_file, question)
        address = self.url.replace("postgresql://", "postgresql+asyncpg://")
        engine = create_async_engine(address, poolclass=pool.NullPool)
        async with engine.begin() as connection:
            answer = await connection.run_sync(question)
        await engine.dispose()
        return answer

    def _ask_file(self, question: Callable[[Connection], T]) -> T:
        path = self.folder / "carnet.sqlite3"
        engine = create_engine(f"sqlite:///{path}", poolclass=pool.NullPool)
        with engine.begin() as connection:
            return question(connection)

    async def write(self, work: Transaction[T]) -> T:
        """Run something as the product does."""
        database = await open_database(self.url, self.folder, address="test")
        try:
            return await database.write(work)
        finally:
            await database.close()

    async def up(self, revision: str = "head") -> None:
        """Bring it up to a revision."""
        await migrate(self.url, self.folder, revision)

    async def down(self, revision: str) -> None:
        """Take it back to a revision."""
        await migrate_down(self.url, self.folder, revision)


@pytest.fixture
async def home(database_kind: str, tmp_path: Path) -> AsyncIterator[Home]:
    """An empty database of each kind."""
    async with _home(database_kind, tmp_path) as opened:
        yield opened


@asynccontextmanager
async def _home(kind: str, folder: Path) -> AsyncIterator[Home]:
    if kind == "sqlite":
        yield Home("sqlite", folder)
        return
    async with empty_postgresql_database() as url:
        yield Home(url, folder)


def revisions() -> list[str]:
    """Return every revision, oldest first."""
    folder = Path(backend.migrations.__file__).parent
    script = ScriptDirectory(str(folder))
    return [step.revision for step in reversed([*script.walk_revisions()])]


def tables_of(connection: Connection) -> set[str]:
    """Name the tables of a database, without Alembic's own."""
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def fill(connection: Connection) -> None:
    """Put a row into every table, and into those that they refer to."""
    shared: dict[str, object] = {}
    for table in all_tables():
        connection.execute(table.insert().values(_row(table, shared)))


def _row(table: Table, shared: dict[str, object]) -> dict[str, object]:
    """Make a row whose identifiers are those of the other tables."""
    row = {}
    for column in table.c:
        kind = next(k for k in _SAMPLES if isinstance(column.type, k))
        row[column.name] = shared.setdefault(f"{column.name} {kind}", _SAMPLES[kind]())
    return row


def counted(connection: Connection) -> dict[str, int]:
    """Count the rows of every table."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in all_tables()
    }


async def test_up_down_and_up_again_with_rows_in_between(home: Home) -> None:
    """Going back leaves nothing behind, and coming again finds nothing in its way."""
    await home.up()
    await home.ask(fill)
    full = await home.ask(counted)

    await home.down("base")
    left = await home.ask(tables_of)
    await home.up()

    assert set(full.values()) == {1}
    assert left == set()
    assert set((await home.ask(counted)).values()) == {0}
    assert await current_revision(home.url, home.folder) == HEAD


async def test_each_step_can_be_taken_back_alone(home: Home) -> None:
    """Whoever has to go back one version can, and forward again."""
    before = "base"
    for revision in revisions():
        await home.up(revision)
        there = await home.ask(tables_of)
        await home.down(before)
        await home.up(revision)

        assert await home.ask(tables_of) == there
        before = revision


async def test_migrating_twice_does_nothing(home: Home) -> None:
    """Rows stay when there is nothing to do."""
    await home.up()
    await home.ask(fill)

    await home.up()

    assert set((await home.ask(counted)).values()) == {1}


@pytest.mark.parametrize(
    ("revision", "role", "is_due"),
    [("0010", "holder", True), ("0016", "caregiver", True), ("0016", "holder", False)],
)
async def test_who_was_there_is_planned_by_the_first_tick(
    home: Home, revision: str, role: str, is_due: bool
) -> None:
    """Before there were plans; and where a caregiver shared reminders, who now has their own."""
    space_id, now = uuid4(), datetime.now(UTC)

    async def before(sql: Sql) -> None:
        await open_space(sql, space_id)
        await add_viewer(sql, space_id, Viewer(viewer_id=uuid4(), party_id=uuid4(), role=role))
        if revision == "0016":
            await SqlJobStore(sql, space_id).planned(now + timedelta(days=1))

    await home.up(revision)
    await home.write(before)

    await home.up()

    due = await home.write(lambda sql: plans_due(sql, now, 10))
    assert due == [space_id] * is_due


async def test_the_migrated_schema_is_the_one_in_the_code(home: Home) -> None:
    """Alembic, asked for the next migration, has nothing to write."""
    await home.up()

    assert await home.ask(differences) == []
    assert await home.ask(tables_of) == {table.name for table in all_tables()}


async def test_alembic_would_see_a_difference(home: Home) -> None:
    """The comparison has eyes: a column more, an index less and another type all show."""
    await home.up()
    for ddl in (
        "ALTER TABLE account ADD COLUMN extra TEXT",
        "DROP INDEX ix_op_answered_at",
        "DROP TABLE totp",
    ):
        await home.ask(lambda connection, ddl=ddl: connection.exec_driver_sql(ddl).close())

    found = {str(one[0]) for one in await home.ask(differences)}

    assert found == {"remove_column", "add_index", "add_table"}


def differences(connection: Connection) -> list[Any]:
    """Return what Alembic would change."""
    context = MigrationContext.configure(connection, opts={"compare_type": _is_other_type})
    return compare_metadata(context, all_metadata())  # type: ignore[arg-type]  # It takes several.


def _is_other_type(
    context: MigrationContext, found: Any, expected: Any, found_type: Any, expected_type: Any
) -> bool:
    """Compare types as the database writes them: several of ours are one of SQLite's."""
    dialect = context.dialect
    return bool(found_type.compile(dialect) != expected_type.compile(dialect))


def test_the_code_names_the_newest_revision() -> None:
    """A server knows which schema it needs without loading Alembic."""
    assert head_revision() == HEAD
    assert revisions()[-1] == HEAD


def test_no_table_is_forgotten_by_the_schema() -> None:
    """The one module that migrations ask knows every table, whatever else is imported."""
    names = "import backend.schema as s; print(*sorted(t.name for t in s.all_tables()))"
    alone = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", names], capture_output=True, text=True, check=True
    )

    declared = {
        value.name
        for module in modules()
        for value in vars(module).values()
        if isinstance(value, Table)
    }
    assert set(alone.stdout.split()) == declared
