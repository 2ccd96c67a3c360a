"""Ages and intervals as calendars write them: `8w`, `2m`, `6y`, `25y completed`.

Adding months keeps the day of the month, clamped to the month's end: 30 August
and six months is 28 February. One who has completed 25 years is 25 up to the eve
of the 26th birthday.
"""

import re
from calendar import isleap
from datetime import MAXYEAR, MINYEAR, date, timedelta
from enum import Enum
from functools import cache

import msgspec

_WRITTEN = re.compile(r"(?P<count>\d{1,3})(?P<unit>wa|[dwmy])(?P<completed> completed)?")
_MONTHS_IN_YEAR = 12
_DAYS_IN_EVERY_MONTH = 28
_FEBRUARY = 2
_DAYS_IN_MONTH = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAY = timedelta(days=1)
_MONTHS_IN = {"m": 1, "y": _MONTHS_IN_YEAR}
_DAYS_IN = {"d": 1, "w": 7, "wa": 7}


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


class Length:
    """A span, ready to be added to any day: so many months, or so many days."""

    __slots__ = ("_days", "_last_days", "_months", "_whole_months", "days", "months")

    def __init__(self, span: Span) -> None:
        whole = span.count + span.completed
        in_months = _MONTHS_IN.get(span.unit.value, 0)
        in_days = _DAYS_IN.get(span.unit.value, 0)
        self._months, self._whole_months = span.count * in_months, whole * in_months
        self._days = timedelta(days=span.count * in_days) if in_days else None
        self._last_days = timedelta(days=whole * in_days - 1)
        self.months = {self._months, self._whole_months} if in_months else set()
        """How long it is, and as the bound of an age: in months, or else in days."""
        self.days = {span.count * in_days, whole * in_days} if in_days else set()

    def after(self, start: date) -> date:
        """Return what `after` does."""
        if self._days is None:
            return add_months(start, self._months)
        return start + self._days

    def last_day(self, start: date) -> date:
        """Return what `last_day` does."""
        if self._days is None:
            return add_months(start, self._whole_months) - _DAY
        return start + self._last_days


@cache
def length(written: str) -> Length:
    """Read a span once and for all.

    Raises:
        SpanInvalid: It is none.
    """
    return Length(parse_span(written))


def after(start: date, span: Span) -> date:
    """Return the first day that is *span* after *start*; of a completed one, its first day too.

    Raises:
        OverflowError: There is no such year.
    """
    return Length(span).after(start)


def last_day(start: date, span: Span) -> date:
    """Return the last day that is within *span* of *start*.

    The eve of the birthday by which a completed span ends; of any other, the
    eve of the day itself: `to = "6m"` closes before six months are reached.
    """
    return Length(span).last_day(start)


def add_months(start: date, months: int) -> date:
    """Add months and keep the day, or take the month's last one.

    Raises:
        OverflowError: There is no such year.
    """
    index = start.year * _MONTHS_IN_YEAR + start.month - 1 + months
    year, month = index // _MONTHS_IN_YEAR, index % _MONTHS_IN_YEAR + 1
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError("The calendar has no such year.")
    day = start.day
    if day > _DAYS_IN_EVERY_MONTH:
        day = min(day, days_in(year, month))
    return date(year, month, day)


def days_in(year: int, month: int) -> int:
    """Return how many days a month has."""
    return 29 if month == _FEBRUARY and isleap(year) else _DAYS_IN_MONTH[month]
