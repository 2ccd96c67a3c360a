"""SQLAlchemy Core statements, compiled once and run on the raw driver.

Why not run them through SQLAlchemy: docs/decisions/0005-raw-driver-on-hot-paths.md.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeGuard

from sqlalchemy import (
    BindParameter,
    ClauseElement,
    Delete,
    Executable,
    Insert,
    Join,
    Select,
    Table,
    TextClause,
    Update,
    bindparam,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, ColumnClause, Grouping
from sqlalchemy.sql.operators import and_, eq, in_op

Row = tuple[Any, ...]
Params = Mapping[str, object]
Step = tuple[Executable, Sequence[Params]]

ALL_SPACES = "all_spaces"
ROWS_PER_INSERT_MAX = 64


class _Forgotten:
    """Stands for a value that was not passed. No driver takes it, where NULL would find nothing."""


_FORGOTTEN = _Forgotten()
_Slot = tuple[str, Callable[[Any], Any] | None, object]

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
        self._fixed: tuple[str, list[_Slot]] | None = None
        if not self._expanding:
            sql, order = self._render({})
            slots = [
                (name, self._bind.get(name), self._constants.get(name, _FORGOTTEN))
                for name, _ in order
            ]
            self._fixed = sql, slots
        fixed = self._fixed[1] if self._fixed else []
        self._pick = picker([name for name, _, _ in fixed])
        self._converted = [(i, process) for i, (_, process, _) in enumerate(fixed) if process]

    def text(self, params: Params) -> tuple[str, list[Any]]:
        """Give the SQL text and its values in order.

        A list value is padded to the next power of two with its own last item,
        so that few distinct texts exist and the driver's cache of prepared
        statements keeps them all.
        """
        if self._fixed is not None:
            sql, slots = self._fixed
            return sql, [
                process(params.get(name, constant)) if process else params.get(name, constant)
                for name, process, constant in slots
            ]
        lists = {name: self._list(name, params[name]) for name in self._expanding}
        sizes = tuple(len(lists[name]) for name in sorted(lists))
        rendered = self._rendered.get(sizes)
        if rendered is None:
            rendered = self._rendered[sizes] = self._render(lists)
        sql, order = rendered
        values = []
        for name, index in order:
            if index >= 0:
                values.append(lists[name][index])
                continue
            value = params[name] if name in params else self._constants[name]
            process = self._bind.get(name)
            values.append(value if process is None else process(value))
        return sql, values

    def _list(self, name: str, values: Any) -> list[Any]:
        process = self._bind.get(name)
        return _padded(values if process is None else [process(value) for value in values])

    def values(self, params: Params) -> list[Any]:
        """Give the values in order, of a statement without lists that is given every one.

        What `text` does, for inserts of many rows: they take half of a push.
        """
        values = list(self._pick(params))
        for i, process in self._converted:
            values[i] = process(values[i])
        return values

    def one(self, raw: Row | None) -> Row | None:
        """Turn the one row that the driver gave, if it gave one, into our types."""
        if raw is None or not self._results:
            return raw
        values = list(raw)
        for i, process in self._results:
            values[i] = process(values[i])
        return tuple(values)

    def rows(self, raw: list[Any]) -> list[Row]:
        """Turn what the driver gave into plain tuples of our types."""
        if not self._results:
            return raw if not raw or type(raw[0]) is tuple else [tuple(row) for row in raw]
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


def picker(names: list[str]) -> Callable[[Params], tuple[Any, ...]]:
    """Return what picks the values of these names, in their order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda params: tuple(params[name] for name in names)


class Statements:
    """The prepared statements of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._prepared: dict[int, tuple[ClauseElement, Prepared]] = {}
        self._many: dict[tuple[int, int], Prepared] = {}

    def prepare(self, statement: Executable) -> Prepared:
        """Compile a statement the first time it is seen; it must be a module constant."""
        found = self._prepared.get(id(statement))
        if found is None:
            assert isinstance(statement, ClauseElement)
            found = self._prepared[id(statement)] = (statement, Prepared(statement, self.dialect))
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
            found = self._many[key] = Prepared(many, self.dialect)
        return found


def _padded(values: Sequence[Any]) -> list[Any]:
    if not values:
        raise ValueError("A list of values to look up is never empty.")
    size = 1 << (len(values) - 1).bit_length()
    return [*values, *[values[-1]] * (size - len(values))]


def refuse_without_space(statement: ClauseElement) -> None:
    """Fail on a statement that reads or writes patients' tables beyond one space.

    Every space table that it touches must be held by its `space_id` to a value
    that is passed in, directly or by equality with another table so held, in
    conditions that cannot be otherwise: not within an OR, nor a NOT. Work on all
    spaces (a sweeper's scan) says so with `execution_options(all_spaces=True)`.

    Source: docs/decisions/0002-numbering.md; rules 8 and 11 of the distribution rules.
    """
    elements = [*visitors.iterate(statement)]
    texts = [str(one).lower() for one in elements if isinstance(one, TextClause)]
    assert not any(" from " in f" {text} " for text in texts), "A text names tables unseen."
    if isinstance(statement, Executable) and statement.get_execution_options().get(ALL_SPACES):
        return
    if isinstance(statement, Insert):
        # A primary key that begins with space_id makes its value compulsory.
        assert statement.select is None, "Write values: an insert of a query may cross spaces."
        return
    target = statement.table if isinstance(statement, Update | Delete) else None
    tables = {one for one in (*elements, target) if _is_of_spaces(one)}
    missing = sorted(table.name for table in tables - _held(elements))
    assert not missing, f"A statement touches {missing} without their space_id."


def _is_of_spaces(table: object) -> TypeGuard[Table]:
    return isinstance(table, Table) and table.info.get("shard_by") == "space_id"


def _held(elements: Sequence[object]) -> set[object]:
    """Return the tables whose `space_id` equals a value, directly or through others."""
    held: set[object] = set()
    ties: list[tuple[object, object]] = []
    for condition in _conditions(elements):
        if condition.operator not in (eq, in_op):
            continue
        sides = (condition.left, condition.right)
        keyed = [side.table for side in sides if _is_space_id(side)]
        if len(keyed) == 2:
            ties.append((keyed[0], keyed[1]))
        elif keyed and any(isinstance(side, BindParameter) for side in sides):
            held.add(keyed[0])
    for _ in ties:
        for one, other in ties:
            if one in held or other in held:
                held |= {one, other}
    return held


def _is_space_id(element: object) -> TypeGuard[ColumnClause[Any]]:
    return isinstance(element, ColumnClause) and element.name == "space_id"


def _conditions(elements: Sequence[object]) -> Iterator[BinaryExpression[Any]]:
    """Yield the comparisons that every row touched must pass."""
    for element in elements:
        if isinstance(element, Select | Update | Delete):
            yield from conjuncts(element.whereclause)
        elif isinstance(element, Join):
            yield from conjuncts(element.onclause)


def conjuncts(clause: object) -> Iterator[BinaryExpression[Any]]:
    """Yield the comparisons that all have to be true, of those that a clause makes."""
    if isinstance(clause, BinaryExpression):
        yield clause
    elif isinstance(clause, BooleanClauseList) and clause.operator is and_:
        for part in clause.clauses:
            yield from conjuncts(part)
    elif isinstance(clause, Grouping):
        yield from conjuncts(clause.element)
