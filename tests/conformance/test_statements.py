"""Every statement of the product: on both databases, within one space, never glued together."""

import ast
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import (
    Boolean,
    DateTime,
    Executable,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    delete,
    exists,
    insert,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.dml import Insert, Update

from backend.identity.tables import accounts, memberships, patients
from backend.kernel.dialects import PostgresqlDialect, SqliteDialect
from backend.kernel.statements import Prepared, refuse_without_space
from sync.storage.tables import feeds, records, spaces, viewers
from tests.databases import postgresql_database, sqlite_folder
from tests.product import modules

ROOT = Path(__file__).resolve().parents[2]
Plan = Callable[[str, list[Any]], Awaitable[object]]

_SAMPLES: dict[type, object] = {
    Uuid: uuid4(),
    DateTime: datetime.now(UTC),
    Boolean: True,
    Integer: 1,
    LargeBinary: b"x",
    Text: "x",
}
DIALECTS: dict[str, Dialect] = {
    "sqlite": SqliteDialect(paramstyle="named"),
    "postgresql": PostgresqlDialect(paramstyle="named"),  # type: ignore[no-untyped-call]
}
# The reference client writes to a file of its own, on the phone; it has no space of others.
_CLIENT = "sync.replica"


def executables(value: object) -> Iterator[Executable]:
    """Find statements in a value, however deep it keeps them."""
    if isinstance(value, Executable):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from executables(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from executables(item)


@cache
def statements() -> dict[str, Executable]:
    """Return every statement that a module holds, by where it stands."""
    found: dict[int, tuple[str, Executable]] = {}
    for module in modules():
        for name, value in vars(module).items():
            for i, statement in enumerate(executables(value)):
                place = f"{module.__name__}.{name}" + (f"[{i}]" if i else "")
                found.setdefault(id(statement), (place, statement))
    return dict(found.values())


def sample(statement: Executable) -> dict[str, object]:
    """Make a value of the right kind for each parameter of a statement."""
    compiled = statement.compile()  # type: ignore[attr-defined]
    values: dict[str, object] = {}
    for name, parameter in compiled.binds.items():
        one = next((v for kind, v in _SAMPLES.items() if isinstance(parameter.type, kind)), 1)
        values[name] = [one, one, one] if parameter.expanding else one
    return values


def rendered(statement: Executable, dialect: str) -> tuple[str, list[Any]]:
    """Return the text and values that a driver would be given."""
    return Prepared(statement, DIALECTS[dialect]).text(sample(statement))  # type: ignore[arg-type]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_statement_compiles(dialect: str) -> None:
    """One text each, with a place for each value, on SQLite and on PostgreSQL."""
    assert len(statements()) > 80
    for place, statement in statements().items():
        sql, values = rendered(statement, dialect)
        places = re.findall(r"\$\d+" if dialect == "postgresql" else r"\?", sql)
        assert len(places) == len(values), place
        assert not re.search(r"(?<!:):\w|POSTCOMPILE", sql), place


async def test_every_statement_is_one_that_the_database_can_plan(
    database_kind: str, tmp_path: Path, cache_folder: Path
) -> None:
    """The database itself reads each, against the migrated schema, with values of its kinds."""
    assert len(statements()) > 80
    async with _planner(database_kind, tmp_path, cache_folder) as plan:
        for place, statement in statements().items():
            sql, values = rendered(statement, database_kind)
            try:
                await plan(f"EXPLAIN {sql}", values)
            except Exception as error:  # Whatever a driver raises, with the place.
                raise AssertionError(f"{place}: {error}\n{sql}") from error


@asynccontextmanager
async def _planner(kind: str, folder: Path, cache_folder: Path) -> AsyncIterator[Plan]:
    if kind == "sqlite":
        data = await sqlite_folder(folder / "data", cache_folder)
        with closing(sqlite3.connect(data / "carnet.sqlite3")) as file:

            async def ask_file(sql: str, values: list[Any]) -> object:
                return file.execute(sql, values).fetchall()

            yield ask_file
        return
    import asyncpg

    async with postgresql_database() as url:
        server = await asyncpg.connect(url)
        try:

            async def ask_server(sql: str, values: list[Any]) -> object:
                return await server.fetch(sql, *values)

            yield ask_server
        finally:
            await server.close()


def test_every_statement_stays_in_one_space() -> None:
    """Those that look at all spaces say so, and are these."""
    everywhere = {
        place
        for place, statement in statements().items()
        if statement.get_execution_options().get("all_spaces")
    }

    for statement in statements().values():
        refuse_without_space(statement)  # type: ignore[arg-type]  # Each is an element too.
    assert everywhere == {
        "backend.access.journal.log_store._WAITING",
        "backend.access.journal.store._HEADS",
        "backend.access.journal.store._JOURNALS",
        "backend.documents.register._UNNAMED",
        "backend.documents.store._PAGE",
        "backend.identity.letters.store._LISTED",
        "backend.identity.letters.store._WAITING",
        "backend.identity.spaces.majorities._DUE",
        "backend.identity.spaces.majorities._UNKNOWN",
        "backend.access.reviews._LIST",
        "notifications.storage.sql._JOBS_DUE",
        "notifications.storage.sql._PLANS_DUE",
        "sync.storage.spaces._NEXT_EPOCH",
        "sync.storage.spaces._NEXT_HEADS",
        "sync.storage.statements.SPACES_DUE",
    }


def test_no_statement_does_what_a_distributed_one_cannot() -> None:
    """Rules 5, 9 and 11: no key moves, nothing volatile is compared, no query is inserted."""
    for place, statement in statements().items():
        sql = rendered(statement, "postgresql")[0].lower()
        assert not re.search(r"\b(clock_timestamp|random|gen_random_uuid|nextval)\b", sql), place
        assert not re.search(r"\b(merge|skip locked|pg_advisory|unnest)\b", sql), place
        if isinstance(statement, Update):
            key = statement.table.info["shard_by"]
            written = sql.split(" set ")[1].split(" where ")[0]
            assert not re.search(rf"\b{key} =", written), place
        if isinstance(statement, Insert):
            assert statement.select is None, place


def test_a_parameter_left_out_is_an_error() -> None:
    """A value forgotten is a bug that shows, never a NULL that finds nothing."""
    prepared = Prepared(select(spaces.c.head).where(_OF_SPACE), DIALECTS["sqlite"])

    with pytest.raises((AttributeError, KeyError, sqlite3.ProgrammingError)):
        sqlite3.connect(":memory:").execute("SELECT ?", prepared.text({})[1])


_OF_SPACE = spaces.c.space_id == bindparam("space_id")
_OF_FEED = feeds.c.space_id == bindparam("space_id")
_OF_RECORD = records.c.space_id == bindparam("space_id")
_TIED = records.c.space_id == feeds.c.space_id
_BOTH = select(feeds.c.seq, records.c.rev)

CROSSING: dict[str, Any] = {
    "no condition": select(records.c.rev),
    "another column": select(records.c.rev).where(records.c.record_id == bindparam("r")),
    "two tables, one held": _BOTH.where(_OF_FEED),
    "two tables, tied to each other only": _BOTH.where(_TIED),
    "a join, tied to each other only": select(feeds.c.seq).select_from(feeds.join(records, _TIED)),
    "held or something else": select(records.c.rev).where(
        or_(_OF_RECORD, records.c.deleted.is_(True))
    ),
    "all but one": select(records.c.rev).where(records.c.space_id != bindparam("space_id")),
    "more than": select(records.c.rev).where(records.c.space_id > bindparam("space_id")),
    "not this one": select(records.c.rev).where(~and_(_OF_RECORD, records.c.rev > 0)),
    "in a case": select(records.c.rev).where(case((_OF_RECORD, True), else_=True)),
    "only shown": select(_OF_RECORD.label("is_mine"), records.c.rev),
    "equal to itself": select(records.c.rev).where(records.c.space_id == records.c.space_id),
    "of a directory": select(records.c.rev).where(
        records.c.space_id.in_(select(memberships.c.space_id))
    ),
    "within another query": select(spaces.c.head).where(_OF_SPACE, exists(select(records.c.rev))),
    "in a union": union_all(select(records.c.rev).where(_OF_RECORD), select(feeds.c.seq)),
    "a sorted union": union_all(select(feeds.c.seq), select(feeds.c.seq)).order_by("seq"),
    "an update": update(viewers).values(is_open=False),
    "an update of others": update(records).values(deleted=True).where(_OF_FEED),
    "a deletion": delete(records).where(records.c.deleted),
    "an insert of a query": insert(feeds).from_select(["seq"], select(feeds.c.seq)),
    "a table in a text": select(text("* FROM record")),
    "nothing but a text": text("DELETE FROM record"),
    "a table under another name": select(records.alias("r").c.rev).where(_OF_FEED),
}


@pytest.mark.parametrize("way", CROSSING)
def test_a_statement_beyond_one_space_is_refused(way: str) -> None:
    """Each way to forget `space_id` fails the first time that it is run anywhere."""
    with pytest.raises(AssertionError):
        refuse_without_space(CROSSING[way])


WITHIN: dict[str, Any] = {
    "held": select(records.c.rev).where(_OF_RECORD),
    "held to a constant": select(records.c.rev).where(records.c.space_id == uuid4()),
    "a list of spaces": select(patients.c.sealed_identity).where(
        patients.c.space_id.in_(bindparam("space_ids", expanding=True))
    ),
    "tied, and one held": _BOTH.where(_OF_FEED, _TIED),
    "tied the other way round": _BOTH.where(_TIED, _OF_RECORD),
    "an outer join": select(feeds.c.seq)
    .select_from(feeds.outerjoin(records, and_(_TIED, records.c.record_id == feeds.c.record_id)))
    .where(_OF_FEED),
    "three in a row": select(feeds.c.seq).where(
        _OF_SPACE, feeds.c.space_id == spaces.c.space_id, _TIED
    ),
    "an inner query, tied": select(spaces.c.head).where(
        _OF_SPACE, exists(select(records.c.rev).where(records.c.space_id == spaces.c.space_id))
    ),
    "a choice beside it": select(records.c.rev).where(
        _OF_RECORD, or_(records.c.deleted, records.c.rev > 3)
    ),
    "values": insert(records),
    "another shard": select(accounts.c.password_hash),
    "an update": update(viewers).values(is_open=False).where(viewers.c.space_id == bindparam("s")),
    "said to be for all": delete(records).execution_options(all_spaces=True),
}


@pytest.mark.parametrize("way", WITHIN)
def test_a_statement_within_one_space_is_taken(way: str) -> None:
    """The rule stands in the way of nothing that keeps it."""
    refuse_without_space(WITHIN[way])


_SQL = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT\s+INTO|UPDATE\b.+\bSET|DELETE\s+FROM|PRAGMA|CREATE\s+TABLE"
    r"|ALTER\s+TABLE|DROP\s+TABLE|WHERE\b.+=|ORDER\s+BY|RETURNING)",
    re.DOTALL,
)


def glued(source: str) -> list[int]:
    """Return the lines on which SQL is put together from pieces."""
    return [node.lineno for node in ast.walk(ast.parse(source)) if _glues(node)]


def _glues(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(v, ast.FormattedValue) for v in node.values) and _is_sql(node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        return _is_sql([node.left, node.right])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("format", "join", "replace") and _is_sql([node.func.value])
    return False


def _is_sql(parts: Sequence[ast.expr]) -> bool:
    words = [p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)]
    return bool(_SQL.search(" ".join(words)))


def test_no_statement_is_put_together_from_pieces() -> None:
    """Values travel beside a statement, and names in it are our own, written out."""
    sources = {
        module.__name__: Path(module.__file__).read_text()
        for module in modules()
        if module.__file__ and not module.__name__.startswith(_CLIENT)
    }

    assert len(sources) > 80
    assert {name: lines for name, source in sources.items() if (lines := glued(source))} == {}


@pytest.mark.parametrize(
    "source",
    [
        'f"SELECT a FROM b WHERE c = {c}"',
        'f"DELETE FROM {table}"',
        '"SELECT a FROM b WHERE c = %s" % c',
        '"SELECT a FROM " + table',
        '"UPDATE {} SET a = 1".format(table)',
        '" ORDER BY ".join(parts)',
        'f"PRAGMA user_version = {n}"',
    ],
)
def test_the_lint_sees_pieces(source: str) -> None:
    """Each usual way to glue SQL together is one that the lint knows."""
    assert glued(source) == [1]
