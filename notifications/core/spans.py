"""Ages and intervals as calendars write them: `8w`, `2m`, `6y`, `25y completed`.

Adding months keeps the day of the month, clamped to the month's end: 30 August
and six months is 28 February. One who has completed 25 years is 25 up to the eve
of the 26th birthday.
"""

import calendar
import re
from datetime import date, timedelta
from enum import Enum

import msgspec

_WRITTEN = re.compile(r"(?P<count>\d{1,3})(?P<unit>wa|[dwmy])(?P<completed> completed)?")
_MONTHS_IN_YEAR = 12
_DAYS_IN_EVERY_MONTH = 28


class SpanInvalid(ValueError):
    """A text is no age and no interval."""


class Unit(Enum):
    """What a span counts."""

    DAY = "d"
    WEEK = "w"
    MONTH = "m"
    YEAR = "y"
    WEEK_OF_AMENORRHOEA = "wa"
    """Counted from the first day of the last period: never from a birth."""


class Span(msgspec.Struct, frozen=True):
    """So many days, weeks, months or years; *completed* is the whole of the last one."""

    count: int
    unit: Unit
    completed: bool = False


def parse_span(text: str) -> Span:
    """Read a span.

    Raises:
        SpanInvalid: It is not written as `8w`, `2m`, `6y`, `20wa` or `25y completed`.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise SpanInvalid(f"{text!r} is no age: write 14d, 8w, 2m, 6y, 20wa or 25y completed.")
    return Span(int(found["count"]), Unit(found["unit"]), found["completed"] is not None)


def after(start: date, span: Span) -> date:
    """Return the first day that is *span* after *start*; of a completed one, its first day too.

    Raises:
        OverflowError: There is no such year.
    """
    if span.unit is Unit.DAY:
        return start + timedelta(days=span.count)
    if span.unit in (Unit.WEEK, Unit.WEEK_OF_AMENORRHOEA):
        return start + timedelta(weeks=span.count)
    months = span.count * (_MONTHS_IN_YEAR if span.unit is Unit.YEAR else 1)
    return add_months(start, months)


def last_day(start: date, span: Span) -> date:
    """Return the last day that is within *span* of *start*.

    The eve of the birthday by which a completed span ends; of any other, the
    eve of the day itself: `to = "6m"` closes before six months are reached.
    """
    if span.completed:
        span = Span(span.count + 1, span.unit)
    return after(start, span) - timedelta(days=1)


def add_months(start: date, months: int) -> date:
    """Add months and keep the day, or take the month's last one.

    Raises:
        OverflowError: The calendar has no such year.
    """
    index = start.year * _MONTHS_IN_YEAR + start.month - 1 + months
    year, month = divmod(index, _MONTHS_IN_YEAR)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError("The calendar has no such year.")
    if start.day <= _DAYS_IN_EVERY_MONTH:
        return date(year, month + 1, start.day)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
