"""SQLAlchemy Core statements, compiled once and run on the raw driver.

Why not run them through SQLAlchemy: docs/decisions/0005-raw-driver-on-hot-paths.md.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ClauseElement, Delete, Executable, Insert, Select, Table, Update, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression, ColumnClause
from sqlalchemy.sql.operators import eq, in_op

Row = tuple[Any, ...]
Params = Mapping[str, object]

ALL_SPACES = "all_spaces"
ROWS_PER_INSERT_MAX = 64

_TOKEN = re.compile(r"(?<!:):(\w+)|__\[POSTCOMPILE_(\w+)\]")


class Prepared:
    """One statement in one dialect: its text, the order of its values, its conversions."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        refuse_without_space(statement)
        compiled = statement.compile(dialect=dialect)
        self._template = compiled.string
        self._constants = {k: v for k, v in compiled.params.items() if v is not None}
        self._expanding = {b.key for b in compiled.post_compile_params}  # type: ignore[attr-defined]
        self._bind: dict[str, Callable[[Any], Any]] = {}
        for name, parameter in compiled.binds.items():  # type: ignore[attr-defined]
            process = parameter.type.dialect_impl(dialect).bind_processor(dialect)
            if isinstance(name, str) and process is not None:
                self._bind[name] = process
        self._results = [
            (i, process)
            for i, column in enumerate(getattr(compiled, "_result_columns", ()))
            if (process := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]
        self._numbered = dialect.name == "postgresql"
        self._rendered: dict[tuple[int, ...], tuple[str, list[tuple[str, int]]]] = {}

    def text(self, params: Params) -> tuple[str, list[Any]]:
        """Give the SQL text and its values in order.

        A list value is padded to the next power of two with its own last item,
        so that few distinct texts exist and the driver's cache of prepared
        statements keeps them all.
        """
        lists = {name: _padded(params[name]) for name in self._expanding}  # type: ignore[arg-type]
        sizes = tuple(len(lists[name]) for name in sorted(lists))
        rendered = self._rendered.get(sizes)
        if rendered is None:
            rendered = self._rendered[sizes] = self._render(lists)
        sql, order = rendered
        values = []
        for name, index in order:
            if index >= 0:
                value = lists[name][index]
            elif name in params:
                value = params[name]
            else:
                value = self._constants[name]
            process = self._bind.get(name)
            values.append(value if process is None else process(value))
        return sql, values

    def rows(self, raw: Sequence[Sequence[Any]]) -> list[Row]:
        """Turn what the driver gave into plain tuples of our types."""
        if not self._results:
            return [tuple(row) for row in raw]
        rows = []
        for row in raw:
            values = list(row)
            for i, process in self._results:
                values[i] = process(values[i])
            rows.append(tuple(values))
        return rows

    def _render(self, lists: Mapping[str, Sequence[Any]]) -> tuple[str, list[tuple[str, int]]]:
        order: list[tuple[str, int]] = []

        def slot() -> str:
            return f"${len(order)}" if self._numbered else "?"

        def put(match: re.Match[str]) -> str:
            scalar, expanding = match.groups()
            if scalar is not None:
                order.append((scalar, -1))
                return slot()
            slots = []
            for i in range(len(lists[expanding])):
                order.append((expanding, i))
                slots.append(slot())
            return ", ".join(slots)

        return _TOKEN.sub(put, self._template), order


class Statements:
    """The prepared statements of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._prepared: dict[int, tuple[ClauseElement, Prepared]] = {}
        self._many: dict[tuple[int, int], Prepared] = {}

    def prepare(self, statement: Executable) -> Prepared:
        """Compile a statement the first time it is seen; it must be a module constant."""
        found = self._prepared.get(id(statement))
        if found is None:
            assert isinstance(statement, ClauseElement)
            found = self._prepared[id(statement)] = (statement, Prepared(statement, self._dialect))
        return found[1]

    def batches(
        self, statement: Insert, rows: Sequence[Params]
    ) -> list[tuple[Prepared, dict[str, object]]]:
        """Cut an insert of many rows into multi-row VALUES of a few fixed sizes."""
        batches = []
        start = 0
        while start < len(rows):
            size = min(ROWS_PER_INSERT_MAX, 1 << ((len(rows) - start).bit_length() - 1))
            params = {
                f"{name}_{i}": value
                for i, row in enumerate(rows[start : start + size])
                for name, value in row.items()
            }
            batches.append((self._prepare_many(statement, rows[start], size), params))
            start += size
        return batches

    def _prepare_many(self, statement: Insert, row: Params, size: int) -> Prepared:
        self.prepare(statement)  # Holds a reference, so that the id stays this statement's.
        key = (id(statement), size)
        found = self._many.get(key)
        if found is None:
            columns = statement.table.c
            many = statement.values(
                [
                    {name: bindparam(f"{name}_{i}", type_=columns[name].type) for name in row}
                    for i in range(size)
                ]
            )
            found = self._many[key] = Prepared(many, self._dialect)
        return found


def _padded(values: Sequence[Any]) -> Sequence[Any]:
    if not values:
        raise ValueError("A list of values to look up is never empty.")
    size = 1 << (len(values) - 1).bit_length()
    return [*values, *[values[-1]] * (size - len(values))]


@lru_cache(maxsize=4096)
def _space_tables(statement: ClauseElement) -> frozenset[Table]:
    return frozenset(
        element
        for element in visitors.iterate(statement)
        if isinstance(element, Table) and element.info.get("shard_by") == "space_id"
    )


def refuse_without_space(statement: ClauseElement) -> None:
    """Fail on a statement that reads or writes patients' tables beyond one space.

    Every space table that it touches must be held to one `space_id`, by a value
    or by equality with another's. Work on all spaces (a sweeper's scan) says so
    with `execution_options(all_spaces=True)`.

    Source: docs/decisions/0002-numbering.md; rule 8 of the distribution rules.
    """
    if not isinstance(statement, Select | Insert | Update | Delete):
        return
    if statement.get_execution_options().get(ALL_SPACES):
        return
    tables = set(_space_tables(statement))
    if isinstance(statement, Insert | Update | Delete):
        target = statement.table
        if isinstance(target, Table) and target.info.get("shard_by") == "space_id":
            tables.add(target)
    if isinstance(statement, Insert):
        return  # A primary key that begins with space_id makes its value compulsory.
    held = {
        side.table
        for element in visitors.iterate(statement)
        if isinstance(element, BinaryExpression) and element.operator in (eq, in_op)
        for side in (element.left, element.right)
        if isinstance(side, ColumnClause) and side.name == "space_id"
    }
    missing = sorted(table.name for table in tables if table not in held)
    assert not missing, f"A statement touches {missing} without their space_id."
