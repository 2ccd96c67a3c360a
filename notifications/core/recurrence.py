"""When something comes again: RFC 5545 recurrence rules, as far as a person needs them.

Rules are kept to those that cannot run away: none that never comes again, none
more frequent than a day's hours, none that is read from its first day on each
time. What is refused is refused before it is expanded.

Source: RFC 5545, 3.3.10; docs/decisions/0031-rings-and-clocks.md.
"""

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Literal

import msgspec
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday, weekdays

from notifications.core.spans import add_months

WINDOW_DAYS = 90
OCCURRENCES_MAX = 400
COUNT_MAX = 1000
INTERVAL_MAX = 400
TEXT_MAX = 300

_FREQUENCIES = MappingProxyType(
    {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY, "YEARLY": YEARLY}
)
_DAYS = tuple(map(str, weekdays))
_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
# Every weekday comes this often in a month, so that a place among them always exists.
_PLACES = 4
_LEAP_YEAR = 2028
_LEAP_CYCLE_YEARS = 400


class RuleRefused(ValueError):
    """A recurrence rule that is not understood, or that would run away."""


class Recurrence(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that was read and found harmless. `until` is local, or in UTC if `until_is_utc`."""

    frequency: Literal[0, 1, 2, 3]
    """As the library counts: yearly, monthly, weekly, daily."""
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    until_is_utc: bool = False
    days: tuple[tuple[int, int | None], ...] = ()
    """Weekdays from Monday, each with its place in the month, or None for every one."""
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    week_start: int = 0


def read_rule(text: str) -> Recurrence:
    """Read a recurrence rule.

    Raises:
        RuleRefused: It is not one, or is none that may be expanded.
    """
    if len(text) > TEXT_MAX:
        raise RuleRefused(f"A rule has at most {TEXT_MAX} characters.")
    parts: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value or name in parts:
            raise RuleRefused("A rule is written NAME=VALUE;NAME=VALUE, each name once.")
        parts[name] = value
    unknown = parts.keys() - _READERS.keys()
    if unknown:
        raise RuleRefused("This part of a rule is not taken: " + ", ".join(sorted(unknown)) + ".")
    if parts.get("FREQ") not in _FREQUENCIES:
        raise RuleRefused("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY.")
    fields: dict[str, object] = {}
    for name, value in parts.items():
        fields |= _READERS[name](value)
    found = msgspec.convert(fields, Recurrence)
    _refuse_runaway(found)
    return found


def occurrences(
    rule: Recurrence | None,
    start: datetime,
    *,
    after: datetime,
    before: datetime,
    until: datetime | None = None,
) -> list[datetime]:
    """Return when something comes between two readings of a wall clock, both included.

    Args:
        rule: How it comes again; None for once.
        start: Its first time. All instants here are naive and of one wall clock.
        after: From when.
        before: Until when.
        until: The last time that the rule allows, by that clock.

    Raises:
        RuleRefused: It never comes on any day, or more than OCCURRENCES_MAX times.
    """
    if until is not None:
        before = min(before, until)
    if rule is None:
        return [start] if after <= start <= before else []
    _refuse_never(rule, start)
    found = list(islice(_between(rule, start, after, before), OCCURRENCES_MAX + 1))
    if len(found) > OCCURRENCES_MAX:
        raise RuleRefused(f"That comes more than {OCCURRENCES_MAX} times in {WINDOW_DAYS} days.")
    return found


def check_density(rule: Recurrence | None, start: datetime) -> None:
    """Refuse a rule that comes too often, or never, in the days after it starts.

    Raises:
        RuleRefused: It does.
    """
    occurrences(rule, start, after=start, before=start + timedelta(days=WINDOW_DAYS))


def _between(
    rule: Recurrence, start: datetime, after: datetime, before: datetime
) -> Iterator[datetime]:
    first = start if rule.count is not None else _brought_forward(rule, start, after)
    for at in _expanded(rule, start, first):
        if at > before:
            return
        if at >= max(after, start):
            yield at


def _expanded(rule: Recurrence, start: datetime, first: datetime) -> rrule:
    """Make the rule of the library, whose defaults come from *start* wherever it is begun."""
    months, month_days, days = rule.months, rule.month_days, rule.days
    if rule.frequency == WEEKLY:
        days = days or ((start.weekday(), None),)
    elif rule.frequency in (MONTHLY, YEARLY) and not days and not month_days:
        month_days = (start.day,)
        if rule.frequency == YEARLY:
            months = months or (start.month,)
    return rrule(
        rule.frequency,
        dtstart=first,
        interval=rule.interval,
        count=rule.count,
        byweekday=[weekday(day, place) for day, place in days] or None,
        bymonthday=month_days or None,
        bymonth=months or None,
        byhour=rule.hours or (start.hour,),
        byminute=rule.minutes or (start.minute,),
        bysecond=(start.second,),
        bysetpos=rule.places or None,
        wkst=rule.week_start,
    )


def _brought_forward(rule: Recurrence, start: datetime, after: datetime) -> datetime:
    """Return a first day shortly before *after*, in step with the intervals from *start*."""
    if after <= start:
        return start
    passed = (after.date() - start.date()).days
    if rule.frequency in (DAILY, WEEKLY):
        step = rule.interval * (1 if rule.frequency == DAILY else 7)
        return start + timedelta(days=max(0, passed // step - 1) * step)
    step = rule.interval * (1 if rule.frequency == MONTHLY else 12)
    months = (after.year - start.year) * 12 + after.month - start.month
    steps = max(0, months // step - 1)
    if steps == 0:
        return start
    # From the first of its month, or its year: the days are named by the rule itself.
    day = add_months(date(start.year, start.month, 1), steps * step)
    if rule.frequency == YEARLY:
        day = date(day.year, 1, 1)
    return datetime.combine(day, start.time())


def _refuse_runaway(rule: Recurrence) -> None:
    narrowed = rule.days or rule.month_days or rule.months
    if rule.interval > 1 and rule.frequency == DAILY and narrowed:
        raise RuleRefused("Every so many days, or on named days: not both.")
    if rule.interval > 1 and rule.frequency == MONTHLY and rule.months:
        raise RuleRefused("Every so many months, or in named months: not both.")
    _refuse_places(rule)
    if rule.frequency == WEEKLY and rule.month_days:
        raise RuleRefused("A week has no days of the month.")
    if rule.count is not None and rule.until is not None:
        raise RuleRefused("COUNT or UNTIL: not both.")
    if len(rule.hours or (0,)) * len(rule.minutes or (0,)) > 24:
        raise RuleRefused("At most 24 times a day.")


def _refuse_places(rule: Recurrence) -> None:
    has_places = any(place is not None for _, place in rule.days)
    monthly = rule.frequency == MONTHLY or (rule.frequency == YEARLY and rule.months)
    if (has_places or rule.places) and not monthly:
        raise RuleRefused("A place in the month needs FREQ=MONTHLY, or YEARLY with BYMONTH.")
    # One day cannot answer to both, and the library would look for it until the year 9999.
    if has_places and (rule.month_days or any(place is None for _, place in rule.days)):
        raise RuleRefused("A day with its place in the month goes with no other kind of day.")
    if rule.places and (has_places or not rule.days or rule.month_days):
        raise RuleRefused("BYSETPOS goes with plain weekdays.")


def _refuse_never(rule: Recurrence, start: datetime) -> None:
    """Refuse a day that none of its months has, such as 30 February, in any of its years."""
    if rule.days and not rule.month_days:
        return
    days, months = rule.month_days, rule.months
    if not days and rule.frequency in (MONTHLY, YEARLY):
        days = (start.day,)
        months = months or ((start.month,) if rule.frequency == YEARLY else ())
    if not months and rule.frequency == MONTHLY:
        months = tuple({(start.month - 1 + i * rule.interval) % 12 + 1 for i in range(12)})
    if not days or not months:
        return
    year = _LEAP_YEAR if _meets_leap_year(rule, start) else _LEAP_YEAR - 1
    lengths = [calendar.monthrange(year, month)[1] for month in months]
    if all(abs(day) > max(lengths) for day in days):
        raise RuleRefused("No such day ever comes.")


def _meets_leap_year(rule: Recurrence, start: datetime) -> bool:
    """Say whether a rule that comes every so many years ever comes in a leap year."""
    step = 1
    if rule.frequency == YEARLY:
        step = rule.interval
    elif rule.frequency == MONTHLY and rule.interval % 12 == 0:
        step = rule.interval // 12
    return any(calendar.isleap(start.year + i * step) for i in range(_LEAP_CYCLE_YEARS))


def _one_number(field: str, highest: int) -> Callable[[str], Mapping[str, object]]:
    return lambda value: {field: _number(value, 1, highest)}


def _numbers(
    field: str, lowest: int, highest: int, *, zero: bool = True
) -> Callable[[str], Mapping[str, object]]:
    def read(value: str) -> Mapping[str, object]:
        found = {_number(one, lowest, highest) for one in value.split(",")}
        if 0 in found and not zero:
            raise RuleRefused("There is no day or place 0.")
        return {field: tuple(sorted(found))}

    return read


def _number(text: str, lowest: int, highest: int) -> int:
    if re.fullmatch(r"[+-]?[0-9]{1,4}", text) is None or not lowest <= int(text) <= highest:
        raise RuleRefused(f"A number here goes from {lowest} to {highest}.")
    return int(text)


def _days(value: str) -> Mapping[str, object]:
    found: dict[tuple[int, int | None], None] = {}
    for one in value.split(","):
        written = _DAY.fullmatch(one)
        if written is None:
            raise RuleRefused("BYDAY names days such as MO, or 1MO and -1FR within a month.")
        place, day = written.groups()
        found[_DAYS.index(day), None if place is None else int(place)] = None
    return {"days": tuple(found)}


def _week_start(value: str) -> Mapping[str, object]:
    if value not in _DAYS:
        raise RuleRefused("WKST is a day such as MO.")
    return {"week_start": _DAYS.index(value)}


def _until(value: str) -> Mapping[str, object]:
    written = _UNTIL.fullmatch(value)
    if written is None:
        raise RuleRefused("UNTIL is written 20271231, or 20271231T220000Z.")
    day, hour, utc = written.groups()
    try:
        until = datetime.strptime(day + (hour or "235959"), "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        raise RuleRefused("UNTIL names a day that does not exist.") from None
    return {"until": until, "until_is_utc": bool(utc)}


_READERS: Mapping[str, Callable[[str], Mapping[str, object]]] = MappingProxyType(
    {
        "FREQ": lambda value: {"frequency": _FREQUENCIES[value]},
        "INTERVAL": _one_number("interval", INTERVAL_MAX),
        "COUNT": _one_number("count", COUNT_MAX),
        "UNTIL": _until,
        "BYDAY": _days,
        "BYMONTHDAY": _numbers("month_days", -31, 31, zero=False),
        "BYMONTH": _numbers("months", 1, 12),
        "BYHOUR": _numbers("hours", 0, 23),
        "BYMINUTE": _numbers("minutes", 0, 59),
        "BYSETPOS": _numbers("places", -_PLACES, _PLACES, zero=False),
        "WKST": _week_start,
    }
)
