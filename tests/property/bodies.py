"""Bodies at random: any that the annotations of a struct let through."""

from datetime import datetime, timedelta, timezone
from functools import cache, singledispatch

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from backend.record import ALL

COLLECTIONS = tuple(ALL.values())
LIST_ITEMS_MAX = 3
TEXT_MAX = 40

offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@cache
def bodies_of(body):
    """Draw instances of *body*."""
    return _values(inspect.type_info(body))


@singledispatch
def _values(annotation):
    raise AssertionError(f"No body has a field like this yet: {annotation}")


@_values.register
def _(annotation: inspect.Metadata):
    return _values(annotation.type)


@_values.register
def _(annotation: inspect.UnionType):
    return st.one_of([_values(member) for member in annotation.types])


@_values.register
def _(_: inspect.NoneType):
    return st.none()


@_values.register
def _(_: inspect.BoolType):
    return st.booleans()


@_values.register
def _(annotation: inspect.StrType):
    if annotation.pattern is None:
        return st.text(min_size=annotation.min_length or 0, max_size=TEXT_MAX)
    words = st.from_regex(annotation.pattern)
    return words.filter(lambda word: len(word) <= (annotation.max_length or len(word)))


@_values.register
def _(annotation: inspect.IntType):
    return st.integers(annotation.ge, annotation.le)


@_values.register
def _(annotation: inspect.FloatType):
    low = annotation.ge if annotation.gt is None else annotation.gt
    high = annotation.le if annotation.lt is None else annotation.lt
    return st.floats(
        low, high, exclude_min=annotation.gt is not None, exclude_max=annotation.lt is not None
    )


@_values.register
def _(annotation: inspect.LiteralType):
    return st.sampled_from(annotation.values)


@_values.register
def _(annotation: inspect.EnumType):
    return st.sampled_from(annotation.cls)


@_values.register
def _(_: inspect.UUIDType):
    return st.uuids()


@_values.register
def _(_: inspect.DateType):
    return st.dates()


@_values.register
def _(_: inspect.DateTimeType):
    # A day in from both ends of the calendar, so that each has its UTC.
    return st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=offsets)  # noqa: DTZ001


@_values.register
def _(annotation: inspect.VarTupleType):
    items = _values(annotation.item_type)
    return st.lists(items, min_size=annotation.min_length or 0, max_size=LIST_ITEMS_MAX).map(tuple)


@_values.register
def _(annotation: inspect.StructType):
    required = {field.name: _values(field.type) for field in annotation.fields if field.required}
    optional = {
        field.name: _values(field.type) for field in annotation.fields if not field.required
    }
    fields = st.fixed_dictionaries(required, optional=optional)
    return fields.map(lambda given: _built(annotation.cls, given))


def _built(body: type[msgspec.Struct], given):
    return body(**given)
