"""The rules that let the schema be distributed: held here, since no CI has Citus.

Source: the distribution rules for Citus, numbered as there.
"""

from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from backend.kernel.tables import REFERENCE
from backend.schema import all_tables

# What a table may be sharded by, and of which type that is everywhere.
KEY_TYPES = {
    "space_id": Uuid,
    "account_id": Uuid,
    "agent_id": Uuid,
    "owner_id": Uuid,
    "request_id": Uuid,
    "workshop_id": Uuid,
    "challenge_id": Uuid,
    "log_id": Uuid,
    "professional_id": Uuid,
    "login_hash": LargeBinary,
    "token_hash": LargeBinary,
    "slot_hash": LargeBinary,
    "key_hash": LargeBinary,
    "ins_hash": LargeBinary,
    "code_hash": LargeBinary,
    "rpps_hash": LargeBinary,
    "ticket_hash": LargeBinary,
}


def complaints(table: Table) -> list[str]:
    """Name every rule that a table breaks."""
    key = table.info.get("shard_by")
    if key == REFERENCE["shard_by"]:
        return [f"{table.name}: {words}" for words in _of_reference(table)]
    if key not in KEY_TYPES:
        return [f"{table.name}: its info names no known shard_by"]
    if key not in table.c:
        return [f"{table.name}: it has no {key}"]
    checks = (_of_keys, _of_key_column, _of_foreign_keys, _of_order, _of_form)
    return [f"{table.name}: {words}" for check in checks for words in check(table, key)]


def _of_reference(table: Table) -> Iterator[str]:
    """Rules 2 and 4: a table that every node keeps whole has a key, and refers to no other."""
    if not table.primary_key.columns:
        yield "rule 2: no primary key"
    if table.foreign_key_constraints:
        yield "rule 4: a foreign key from a table that every node keeps"
    if {"space_id", "account_id"} & set(table.c.keys()):
        yield "rule 8: what grows with people is sharded by them"
    yield from _of_order(table, "")
    yield from _of_form(table, "")


def _of_keys(table: Table, key: str) -> Iterator[str]:
    """Rules 1 and 2: a primary key that begins with the key, which is in every unique one."""
    primary = [column.name for column in table.primary_key.columns]
    if not primary or primary[0] != key:
        yield f"rule 2: its primary key {primary} does not begin with {key}"
    for constraint in table.constraints:
        is_unique = isinstance(constraint, UniqueConstraint | ExcludeConstraint)
        if is_unique and key not in constraint.columns:
            yield f"rule 1: a unique constraint without {key}"
    for index in table.indexes:
        if index.unique and key not in index.columns:
            yield f"rule 1: a unique index without {key}"


def _of_key_column(table: Table, key: str) -> Iterator[str]:
    """Rule 5: one type for the key in all tables of a group, and never null."""
    column = table.c[key]
    if not isinstance(column.type, KEY_TYPES[key]):
        yield f"rule 5: {key} is {column.type!r}"
    if column.nullable:
        yield f"rule 5: {key} may be null"


def _of_foreign_keys(table: Table, key: str) -> Iterator[str]:
    """Rules 3 and 4: within a group, with the key at the same place on both sides."""
    for foreign in table.foreign_key_constraints:
        other = foreign.referred_table
        here = [column.name for column in foreign.columns]
        there = [element.column.name for element in foreign.elements]
        if other.info.get("shard_by") != key:
            yield f"rule 4: a foreign key to {other.name}, which is of another group"
        elif (key, key) not in zip(here, there, strict=True):
            yield f"rule 3: a foreign key to {other.name} that does not match {key} with {key}"
        for action in (foreign.ondelete, foreign.onupdate):
            if action not in (None, "CASCADE", "RESTRICT", "NO ACTION"):
                yield f"rule 3: a foreign key to {other.name} that does {action}"


def _of_order(table: Table, key: str) -> Iterator[str]:
    """Rule 7: no sequence, no identity, nothing that counts by itself."""
    for column in table.c:
        if isinstance(column.default, Sequence) or column.identity is not None:
            yield f"rule 7: {column.name} takes its value of a sequence"
        if column is table.autoincrement_column:
            yield f"rule 7: {column.name} would become a serial"


def _of_form(table: Table, key: str) -> Iterator[str]:
    """Rules 2 and 6, and what no database but one can do."""
    if {"UNLOGGED", "TEMPORARY"} & {prefix.upper() for prefix in table._prefixes}:
        yield "rule 2: neither unlogged nor temporary"
    options = table.dialect_options["postgresql"]
    if options.get("inherits") or options.get("partition_by"):
        yield "rule 6: it inherits"


@pytest.mark.parametrize("table", all_tables(), ids=lambda table: table.name)
def test_a_table_can_be_distributed(table: Table) -> None:
    """Every rule that can be told from the metadata holds for every table."""
    assert complaints(table) == []


def test_what_belongs_to_a_space_is_sharded_by_it() -> None:
    """The tables of patients are one group, whichever package they come from."""
    by_space = {table.name for table in all_tables() if table.info["shard_by"] == "space_id"}

    assert by_space >= {"space", "viewer", "record", "feed", "op", "kept_value", "patient", "trace"}
    for table in all_tables():
        is_about_records = "record_id" in table.c or "viewer_id" in table.c
        if is_about_records and table.info["shard_by"] != "space_id":
            # The directories by account and by professional, which can be rebuilt.
            assert table.name in {"membership", "deposit"}


def test_every_table_has_one_name_and_every_name_is_by_rule() -> None:
    """A migration must be able to name what it drops, on every database."""
    tables = all_tables()
    names = [table.name for table in tables]
    constraints = [c for table in tables for c in table.constraints if _needs_name(c)]
    indexes = [index for table in tables for index in table.indexes]

    assert len(set(names)) == len(names)
    assert [c for c in [*constraints, *indexes] if c.name is None] == []
    assert [n for n in names if len(f"uq_{n}") > 40] == []


def _needs_name(constraint: object) -> bool:
    kinds = PrimaryKeyConstraint | UniqueConstraint | ForeignKeyConstraint | CheckConstraint
    return isinstance(constraint, kinds)


def sound_tables() -> MetaData:
    """Make the two tables that a broken one may refer to."""
    metadata = MetaData()
    for name, key in (("space", "space_id"), ("account", "account_id")):
        Table(name, metadata, Column(key, Uuid, primary_key=True), info={"shard_by": key})
    return metadata


def of_spaces(metadata: MetaData, name: str, *parts: object, **given: object) -> Table:
    """Make a table of spaces, with the key that it must have unless *parts* bring one."""
    has_key = any(getattr(part, "name", "") == "space_id" for part in parts)
    columns = [] if has_key else [Column("space_id", Uuid, nullable=False)]
    options = {"info": {"shard_by": "space_id"}, **given}
    return Table(name, metadata, *columns, *parts, **options)  # type: ignore[arg-type]


def broken_tables() -> dict[str, Table]:
    """Make a table for each way to break a rule."""
    table, uuid, of = partial(of_spaces, sound_tables()), Uuid, PrimaryKeyConstraint

    def item() -> Column[str]:
        return Column("item", Text)

    return {
        "no shard_by": table("t1", of("space_id"), info={}),
        "rule 2: its primary key": table("t2", Column("i", uuid), of("i", "space_id")),
        "rule 2: no primary key": table("t3", Column("i", uuid)),
        "rule 1: a unique constraint": table(
            "t4", item(), of("space_id"), UniqueConstraint("item")
        ),
        "rule 1: a unique index": table(
            "t5", item(), of("space_id"), Index("x", "item", unique=True)
        ),
        "rule 5: of type": table("t6", Column("space_id", Text, primary_key=True)),
        "rule 4": table(
            "t7",
            Column("account_id", uuid),
            of("space_id"),
            ForeignKeyConstraint(["account_id"], ["account.account_id"], ondelete="CASCADE"),
        ),
        "rule 3: other columns": table(
            "t8",
            Column("other_id", uuid),
            of("space_id"),
            ForeignKeyConstraint(["other_id"], ["space.space_id"]),
        ),
        "rule 3: set null": table(
            "t9",
            of("space_id"),
            ForeignKeyConstraint(["space_id"], ["space.space_id"], ondelete="SET NULL"),
        ),
        "rule 7: identity": table("t10", Column("n", BigInteger, Identity()), of("space_id")),
        "rule 7: sequence": table(
            "t11", Column("n", BigInteger, Sequence("numbers")), of("space_id")
        ),
        "rule 7: serial": table(
            "t12", Column("n", Integer, autoincrement=True), of("space_id", "n")
        ),
        "rule 2: unlogged": table("t13", of("space_id"), prefixes=["UNLOGGED"]),
        "rule 8: of people": table("t14", of("space_id"), info=REFERENCE),
    }


@pytest.mark.parametrize("way", broken_tables())
def test_the_lint_sees_each_broken_rule(way: str) -> None:
    """Each way to break a rule is one that the lint complains of."""
    assert len(complaints(broken_tables()[way])) == 1


def test_no_column_is_computed_by_the_database() -> None:
    """What the database alone computes, no phone and no other database can check."""
    columns = [column for table in all_tables() for column in table.c]

    assert [c for c in columns if c.computed is not None or isinstance(c.default, Computed)] == []
