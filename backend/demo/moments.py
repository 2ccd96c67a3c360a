"""Days and instants as the data files write them: counted from today, or from a birth.

today-3w            three weeks before the day of seeding
birth+11m           eleven months of age
autumn-1y+12d       twelve days into the vaccination campaign of a year before the latest one
birth+9y@year       that year, and no more is known (or @month)
today+10d 14:30     at this local time
"""

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

ZONE_NAME = "Europe/Paris"
_ZONE = ZoneInfo(ZONE_NAME)
_CAMPAIGN_STARTS = (10, 15)
_FORM = re.compile(
    r"(today|birth|autumn)((?:[+-]\d{1,3}[ymwd])*)(?:@(year|month))?(?: (\d\d):(\d\d))?"
)
_STEP = re.compile(r"([+-]\d+)([ymwd])")
_WRITTEN = {"year": "%Y", "month": "%Y-%m", None: "%Y-%m-%d"}
_SATURDAY = 5
# French holidays of fixed date; those of Easter are left to chance.
_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)})


def local_day(now: datetime) -> date:
    """Return the day it is where the family lives."""
    return now.astimezone(_ZONE).date()


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """What a person's dates are counted from."""

    today: date
    birth: date

    def day(self, text: str) -> date:
        """Return the day that *text* means."""
        return self._read(text)[0]

    def partial(self, text: str, *, working_day: bool = False) -> str:
        """Return a PartialDate, as precise as *text* is."""
        day, match = self._read(text)
        if working_day:
            day = self._open_day(day)
        return day.strftime(_WRITTEN[match[3]])

    def instant(self, text: str, *, working_day: bool = False) -> datetime:
        """Return an aware instant in the family's zone.

        With *working_day*, one that falls on a closed day moves to the next open one.

        Raises:
            ValueError: It cannot be read, or has no time.
        """
        day, match = self._read(text)
        if match[4] is None:
            raise ValueError(f"An instant has a time: {text}")
        if working_day:
            day = self._open_day(day)
        return at_local_time(day, time(int(match[4]), int(match[5])))

    def _open_day(self, day: date) -> date:
        # Never too early for an age or an interval; but what is past stays past.
        later = _next_open(day, 1)
        return later if day >= self.today or later < self.today else _next_open(day, -1)

    def _read(self, text: str) -> tuple[date, re.Match[str]]:
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"Not a moment: {text}")
        starts = {"today": self.today, "birth": self.birth, "autumn": _campaign(self.today)}
        day = starts[match[1]]
        for count, unit in _STEP.findall(match[2]):
            day = _step(day, int(count), unit)
        return day, match


def at_local_time(day: date, clock: time) -> datetime:
    """Return an aware instant in the family's zone, with the offset of that day."""
    return datetime.combine(day, clock, _ZONE)


def add_months(day: date, months: int) -> date:
    """Move by calendar months; a day that the month lacks becomes its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _step(day: date, count: int, unit: str) -> date:
    if unit in "ym":
        return add_months(day, count * 12 if unit == "y" else count)
    return day + timedelta(days=count * 7 if unit == "w" else count)


def _campaign(today: date) -> date:
    """Return the day on which the latest seasonal vaccination campaign began."""
    begun = date(today.year, *_CAMPAIGN_STARTS)
    return begun if begun <= today else add_months(begun, -12)


def _next_open(day: date, step: int) -> date:
    while day.weekday() >= _SATURDAY or (day.month, day.day) in _HOLIDAYS:
        day += timedelta(days=step)
    return day
