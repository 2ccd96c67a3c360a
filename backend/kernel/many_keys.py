"""A point read, written anew to be asked for many keys at once.

Source: docs/decisions/0036-hot-paths-again.md.
"""

from collections.abc import Collection, Iterator, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Executable,
    Select,
    bindparam,
    select,
    true,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import BinaryExpression, ColumnClause
from sqlalchemy.sql.operators import eq

from backend.kernel.statements import Params, Prepared, Row, conjuncts, picker

Key = tuple[Any, ...]


class ManyKeys:
    """A point read for many keys: its rows say which key they belong to.

    Where a key has several values, rows may come that nobody asked for, such as
    another party's viewer of a space: they are told by their keys.
    """

    def __init__(
        self, one: Select[Any], keys: dict[str, ColumnElement[Any]], dialect: Dialect
    ) -> None:
        self._one = Prepared(one, dialect)
        shown = [*one.selected_columns]
        self._width = len(shown)
        for column in keys.values():
            if not any(column is other for other in shown):
                shown.append(column)
        self._has_more = len(shown) > self._width
        self._key_in = itemgetter(*[_place(column, shown) for column in keys.values()])
        self._names = tuple(keys)
        self._pick = picker([*keys])
        self._kinds = tuple(column.type.python_type for column in keys.values())
        self._many = Prepared(select(*shown).where(*_held_to_lists(one, keys)), dialect)

    def key(self, params: Params) -> Key | None:
        """Return the key that these values are; None where they have to be asked alone.

        A value of another type may be equal in the database and not here.
        """
        if len(params) != len(self._names):
            return None
        key = self._pick(params)
        return key if all(map(isinstance, key, self._kinds)) else None

    def text(self, keys: Collection[Key]) -> tuple[str, list[Any]]:
        """Give the SQL text for these keys, and its values in order."""
        lists = zip(self._names, zip(*keys, strict=True), strict=True)
        return self._many.text({name: [*dict.fromkeys(values)] for name, values in lists})

    def rows(self, raw: Sequence[Any]) -> Iterator[tuple[Key, Row | None]]:
        """Yield each row that the driver gave after its key."""
        is_one = len(self._names) == 1
        for values in raw:
            key = self._key_in(values)
            row = values[: self._width] if self._has_more else tuple(values)
            yield (key,) if is_one else key, self._one.one(row)


def for_many_keys(statement: Executable, dialect: Dialect) -> ManyKeys | None:
    """Write a point read for many keys; None of one that cannot be.

    It can where each value that is passed in is one that a column must equal,
    and nothing else is said than where and which columns: no order, no limit, no lock.
    """
    if not isinstance(statement, Select) or statement.whereclause is None:
        return None
    conditions = [*conjuncts(statement.whereclause)]
    keys: dict[str, ColumnElement[Any]] = {}
    for condition in conditions:
        name = _passed(condition)
        if name is not None:
            keys.setdefault(name, condition.left)
    whole = statement.compile(dialect=dialect)
    again = select(*statement.selected_columns).where(*conditions).compile(dialect=dialect)
    values = {name for name, value in whole.binds.items() if value.required}
    if values != {*keys} or whole.string != again.string:
        return None
    return ManyKeys(statement, keys, dialect) if any(map(_is_of_shard, keys.values())) else None


def _held_to_lists(
    one: Select[Any], keys: dict[str, ColumnElement[Any]]
) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of a point read, each value a list, each other use of it a tie."""
    for condition in conjuncts(one.whereclause):
        name = _passed(condition)
        if name is None:
            yield condition
        elif condition.left is not keys[name]:
            yield condition.left == keys[name]
        elif _is_of_shard(keys[name]):
            yield keys[name].in_(bindparam(name, expanding=True))
        else:
            # Two lists would be looked up in an index each with each. So said, the second
            # one is held against the few rows that the first one finds.
            yield keys[name].in_(bindparam(name, expanding=True)).is_(true())


def _passed(condition: BinaryExpression[Any]) -> str | None:
    """Return the name of the value that a column must equal, if that is what is said."""
    value = condition.right
    if condition.operator is not eq or not isinstance(condition.left, ColumnClause):
        return None
    return value.key if isinstance(value, BindParameter) and value.required else None


def _is_of_shard(column: ColumnElement[Any]) -> bool:
    return isinstance(column, Column) and column.table.info.get("shard_by") == column.name


def _place(column: ColumnElement[Any], shown: Sequence[ColumnElement[Any]]) -> int:
    return next(i for i, other in enumerate(shown) if other is column)
