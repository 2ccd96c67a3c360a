"""Time zones written out: every change of their clocks in some years, none left out.

The library that writes calendars looks for changes by months, and misses the
shorter ones: the month of Ramadan in Morocco.

Source: RFC 5545, 3.6.5.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct

if TYPE_CHECKING:
    import icalendar  # Loaded below, where a calendar is written: not at every start.

_STEP = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_CACHED_MAX = 64


class Clock(Struct, frozen=True):
    """How the clocks of a zone stand."""

    offset: timedelta
    name: str
    is_summer: bool


class Turn(Struct, frozen=True):
    """A change of clocks: when, from what, to what."""

    at: datetime
    before: Clock
    after: Clock


@lru_cache(maxsize=_CACHED_MAX)
def described(name: str, first: int, last: int) -> "icalendar.Timezone":
    """Describe a zone from the beginning of a year to the end of another."""
    zone = ZoneInfo(name)
    start = datetime(first, 1, 1, tzinfo=UTC)
    clock = clock_at(start, zone)
    import icalendar

    written = icalendar.Timezone()
    written.add("tzid", name)
    written.add_component(_observance([Turn(start, clock, clock)]))
    alike: dict[tuple[Clock, Clock], list[Turn]] = {}
    for turn in turns(zone, start, datetime(last + 1, 1, 1, tzinfo=UTC)):
        alike.setdefault((turn.before, turn.after), []).append(turn)
    for found in alike.values():
        written.add_component(_observance(found))
    return written


def turns(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Turn]:
    """Yield each change of the clocks of a zone; no two of them come on one day."""
    at, before = start, clock_at(start, zone)
    while at < end:
        after = clock_at(at + _STEP, zone)
        if after != before:
            yield Turn(_first(zone, at, at + _STEP, after), before, after)
        at, before = at + _STEP, after


def clock_at(at: datetime, zone: ZoneInfo) -> Clock:
    """Say how the clocks of a zone stand."""
    local = at.astimezone(zone)
    offset = local.utcoffset()
    assert offset is not None, "A zone has an offset at any instant."
    return Clock(offset, local.tzname() or "", bool(local.dst()))


def _first(zone: ZoneInfo, low: datetime, high: datetime, after: Clock) -> datetime:
    """Find the first second at which the clocks stand as they do at *high*."""
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        middle -= timedelta(microseconds=middle.microsecond)
        if clock_at(middle, zone) == after:
            high = middle
        else:
            low = middle
    return high


def _observance(found: list[Turn]) -> "icalendar.TimezoneStandard | icalendar.TimezoneDaylight":
    """Write changes that are alike: each at the hour that the clocks showed before it."""
    before, after = found[0].before, found[0].after
    import icalendar

    written = icalendar.TimezoneDaylight() if after.is_summer else icalendar.TimezoneStandard()
    onsets = [(turn.at + before.offset).replace(tzinfo=None) for turn in found]
    written.add("dtstart", onsets[0])
    if onsets[1:]:
        written.add("rdate", onsets[1:])
    written.add("tzname", after.name)
    written.add("tzoffsetfrom", before.offset)
    written.add("tzoffsetto", after.offset)
    return written
