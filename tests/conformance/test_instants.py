"""Instants from outside: none at the edges of the calendar gets past a door, or into a table."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
from litestar.handlers import HTTPRouteHandler
from msgspec import inspect
from sqlalchemy import DateTime

from backend.app import create_litestar
from backend.identity.wire import Wire
from backend.kernel.dialects import SqliteDialect
from backend.kernel.values import YEAR_MAX, YEAR_MIN, ImpossibleDate, Instant
from backend.settings import Settings

FAR = [
    datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14))),
]
# Read from a file by whoever runs the server.
OF_THE_OPERATOR = {"importMatrix"}


class Asked(Wire, frozen=True, kw_only=True):
    """A body with an instant."""

    at: Instant


def structs(kind: inspect.Type, seen: set[type]) -> Iterator[inspect.StructType]:
    """Find the structs that a body is made of."""
    if isinstance(kind, inspect.StructType) and kind.cls not in seen:
        seen.add(kind.cls)
        yield kind
        for field in kind.fields:
            yield from structs(field.type, seen)
    for inner in _inside(kind):
        yield from structs(inner, seen)


def _inside(kind: inspect.Type) -> list[inspect.Type]:
    if isinstance(kind, inspect.UnionType):
        return [*kind.types]
    if isinstance(kind, inspect.Metadata):
        return [kind.type]
    if isinstance(kind, inspect.ListType | inspect.VarTupleType):
        return [kind.item_type]
    return [kind.value_type] if isinstance(kind, inspect.DictType) else []


def is_instant(kind: inspect.Type) -> bool:
    """Say whether a field may be an instant."""
    return isinstance(kind, inspect.DateTimeType) or any(is_instant(one) for one in _inside(kind))


def test_every_body_with_an_instant_is_checked_at_the_door(tmp_path: Path) -> None:
    """What the sign-in room has for bodies does it; another struct would take anything."""
    checked, unchecked = set(), set()
    for route in create_litestar(Settings(data_folder=tmp_path)).routes:
        for handler in getattr(route, "route_handlers", ()):
            field = handler.parsed_fn_signature.parameters.get("data")
            if not isinstance(handler, HTTPRouteHandler) or field is None:
                continue
            for one in structs(inspect.type_info(field.annotation), set()):
                if any(is_instant(inner.type) for inner in one.fields):
                    known = checked if issubclass(one.cls, Wire) else unchecked
                    known.add(str(handler.operation_id))

    assert unchecked == OF_THE_OPERATOR
    assert {"inviteCaregiver", "declareTeamMember", "answerConsent"} <= checked


@pytest.mark.parametrize("at", FAR)
def test_a_body_takes_no_instant_of_another_age(at: datetime) -> None:
    """It is refused with its place, whatever its zone."""
    with pytest.raises(ImpossibleDate) as refused:
        msgspec.json.decode(b'{"at":"%s"}' % at.isoformat().encode(), type=Asked)

    assert refused.value.pointer == "/at"


@pytest.mark.parametrize("year", [YEAR_MIN, 2026, YEAR_MAX])
def test_a_body_takes_every_instant_of_a_life(year: int) -> None:
    """At any hour, in any zone."""
    at = f"{year}-12-31T23:59:59-14:00"

    assert msgspec.json.decode(f'{{"at":"{at}"}}', type=Asked).at == datetime.fromisoformat(at)


@pytest.mark.parametrize("at", FAR)
def test_no_number_is_kept_that_is_no_instant(at: datetime) -> None:
    """SQLite keeps any number: a row with this one could never be read again."""
    keep = DateTime(timezone=True).dialect_impl(SqliteDialect()).bind_processor(SqliteDialect())
    assert keep is not None

    with pytest.raises(ImpossibleDate):
        keep(at)

    assert keep(datetime(YEAR_MAX, 1, 1, tzinfo=UTC)) > keep(datetime(YEAR_MIN, 1, 1, tzinfo=UTC))
