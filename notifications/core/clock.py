"""Local hours as instants, where clocks are put forward and back.

An hour that a clock change leaves out rings as if it had not been left out: 02:30
becomes 03:30. An hour that comes twice rings the first time alone.

Source: docs/decisions/0031-rings-and-clocks.md.
"""

from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class ZoneUnknown(ValueError):
    """IANA lists no such time zone."""


@cache
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name.

    Raises:
        ZoneUnknown: There is none of this name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ZoneUnknown("IANA lists no such time zone.") from None


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a wall clock's reading; *local* is naive.

    Raises:
        OverflowError: The instant is beyond all years.
    """
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def instant_on(on: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the instant of an hour of a day."""
    return instant(datetime.combine(on, at), zone)


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """Return what a wall clock reads at an instant, naive."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """Return the day of an instant by a wall clock."""
    return local(at, zone).date()
