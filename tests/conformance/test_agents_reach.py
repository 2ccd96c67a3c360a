"""The agents' connection: the database itself refuses every table that it does not reach."""

import sqlite3
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
from sqlalchemy import Executable, Table, delete, func, insert, select, text, update

from backend.identity.tables import counters
from backend.kernel.db import Database, Narrowing, StorageUnavailable, open_database
from backend.kernel.statements import Statements
from backend.migrations.runner import grant_roles
from backend.schema import all_tables
from backend.workshops.reach import CLOSED, REACHED, ROLE, narrowing
from tests.conformance.test_statements import sample
from tests.databases import postgresql_database

try:
    import asyncpg

    DENIED: tuple[type[Exception], ...] = (
        sqlite3.DatabaseError,
        asyncpg.InsufficientPrivilegeError,
    )
except ImportError:
    DENIED = (sqlite3.DatabaseError,)

_ANYWHERE = {"all_spaces": True}


@pytest.fixture
async def agents(database: Database) -> Database:
    """The way in that agents have."""
    return await database.narrowed(narrowing())


def ways_to(table: Table) -> dict[str, Executable]:
    """Return each way to touch a table, on purpose beyond one space."""
    first = next(iter(table.primary_key.columns))
    return {
        "read": select(*table.c).execution_options(**_ANYWHERE),
        "count": select(func.count()).select_from(table).execution_options(**_ANYWHERE),
        "insert": insert(table),
        "update": update(table).values({first.name: first}).execution_options(**_ANYWHERE),
        "delete": delete(table).execution_options(**_ANYWHERE),
    }


async def attempt(agents: Database, way: str, statement: Executable) -> None:
    """Run a statement as agents would, by reading and by writing."""
    values = sample(statement) if way == "insert" else {}
    if way in ("read", "count"):
        await agents.read(lambda sql: sql.rows(statement))
        await agents.look(lambda sql: sql.rows(statement))
        await agents.write(lambda sql: sql.rows(statement))
    else:
        await agents.write(lambda sql: sql.run(statement, **values))


def test_every_table_is_reached_or_closed() -> None:
    """A new table is declared one or the other, and what is kept by space is closed."""
    tables = all_tables()

    assert {table.name for table in tables} == REACHED | CLOSED
    assert not REACHED & CLOSED
    by_space = {table.name for table in tables if table.info["shard_by"] == "space_id"}
    assert by_space <= CLOSED
    assert {"record", "feed", "patient", "document_index"} <= by_space


async def test_a_closed_table_cannot_be_touched(agents: Database) -> None:
    """Select, count, insert, update, delete: each is refused, whatever the transaction."""
    closed = [table for table in all_tables() if table.name in CLOSED]
    for table in closed:
        for way, statement in ways_to(table).items():
            with pytest.raises(DENIED):
                await attempt(agents, way, statement)
    assert len(closed) == len(CLOSED)


async def test_each_transaction_of_agents_is_refused_alone(agents: Database) -> None:
    """A refusal in one kind of transaction does not stand for the others."""
    table = next(table for table in all_tables() if table.name == "record")
    statement = ways_to(table)["read"]

    for run in (agents.read, agents.look, agents.write):
        with pytest.raises(DENIED):
            await run(lambda sql: sql.rows(statement))


async def test_a_reached_table_can_be_used(agents: Database) -> None:
    """What agents need works, so that the refusals above are of the tables."""
    used = 0
    for table in all_tables():
        if table.name in REACHED:
            for way, statement in ways_to(table).items():
                await attempt(agents, way, statement)
                used += 1
    assert used == 5 * len(REACHED)


async def test_everybody_else_goes_on_as_before(database: Database, agents: Database) -> None:
    """The guard ends with its transaction, also when that is refused."""
    table = next(table for table in all_tables() if table.name == "space")
    ways = ways_to(table)
    for way in ("insert", "read", "delete"):
        with pytest.raises(DENIED):
            await attempt(agents, way, ways[way])
        await database.write(lambda sql, way=way: sql.run(ways[way], **sample(ways[way])))
    assert await database.read(lambda sql: sql.rows(ways["read"])) == []


async def test_what_was_refused_leaves_nothing(database: Database, agents: Database) -> None:
    """A transaction that reaches too far is undone as a whole."""
    add = insert(counters)
    table = next(table for table in all_tables() if table.name == "account")

    async def reach_too_far(sql) -> None:
        await sql.run(add, **sample(add))
        await sql.rows(ways_to(table)["read"])

    with pytest.raises(DENIED):
        await agents.write(reach_too_far)

    assert await database.read(lambda sql: sql.rows(ways_to(counters)["read"])) == []


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)  # Only it has roles.
async def test_without_its_role_only_agents_are_shut_out(database: Database) -> None:
    """They are told to come later; everybody else is served."""
    shut = await database.narrowed(Narrowing(tables=REACHED, role="made_by_nobody"))
    statement = ways_to(counters)["read"]

    with pytest.raises(StorageUnavailable):
        await shut.write(lambda sql: sql.rows(statement))
    assert await database.read(lambda sql: sql.rows(statement)) == []


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("database_kind")
async def test_agents_with_a_sign_in_of_their_own() -> None:
    """It reaches the same; and an account that may not make roles says so."""
    login = f"agents_{uuid4().hex}"
    async with postgresql_database() as url:
        admin = await asyncpg.connect(url)
        await admin.execute(f"CREATE ROLE {login} LOGIN IN ROLE {ROLE}")
        try:
            own = urlunsplit(urlsplit(url)._replace(netloc=f"{login}@{urlsplit(url).netloc[7:]}"))
            whole = await open_database(url, Path("unused"), address="test")
            agents = await whole.narrowed(narrowing(own))
            closed = next(table for table in all_tables() if table.name == "record")

            with pytest.raises(DENIED):
                await agents.read(lambda sql: sql.rows(ways_to(closed)["read"]))
            assert await agents.read(lambda sql: sql.rows(ways_to(counters)["read"])) == []
            assert not await grant_roles(own, Path("unused"))
            assert await grant_roles(url, Path("unused"))
            await whole.close()
        finally:
            await admin.execute(f"DROP ROLE {login}")
            await admin.close()


# The guard is that of SQLite: on PostgreSQL grants hold the tables, as other tests here see.
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "words",
    [
        "SELECT name FROM sqlite_master",
        "SELECT name FROM pragma_table_info('record')",
        "SELECT load_extension('x')",
        "ATTACH ':memory:' AS other",
        "PRAGMA query_only=OFF",
        "DROP TABLE counter",
        "CREATE TABLE mine (x)",
        "SELECT * FROM counter WHERE EXISTS (SELECT 1 FROM record)",
    ],
)
async def test_no_way_around_the_guard(
    agents: Database, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever smuggles text into a statement still finds nothing."""
    monkeypatch.setattr(Statements, "prepare", lambda self, statement: _Raw(words))

    for run in (agents.read, agents.write):
        with pytest.raises((*DENIED, StorageUnavailable)):
            await run(lambda sql: sql.rows(text("x")))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # Only it commits in groups.
async def test_agents_cannot_commit_for_others(
    agents: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of a group of transactions is not theirs to choose."""
    monkeypatch.setattr(Statements, "prepare", lambda self, statement: _Raw("COMMIT"))

    with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
        await agents.write(lambda sql: sql.rows(text("x")))


class _Raw:
    """A statement that nobody has checked."""

    def __init__(self, words: str) -> None:
        self.words = words

    def text(self, params: object) -> tuple[str, list[object]]:
        return self.words, []

    def rows(self, raw: list[object]) -> list[object]:
        return raw
