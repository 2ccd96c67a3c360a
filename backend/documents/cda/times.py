"""Times of HL7, which may lack a zone, a time of day, or a day."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from backend.documents.cda import limits
from backend.documents.cda.model import Period, Precision, TimeStamp
from backend.documents.cda.tree import attribute, child

_FORM = re.compile(
    r"(?P<year>[0-9]{4})(?:(?P<month>[0-9]{2})(?:(?P<day>[0-9]{2})(?:(?P<hour>[0-9]{2})"
    r"(?:(?P<minute>[0-9]{2})(?:(?P<second>[0-9]{2})(?:\.[0-9]{1,6})?)?)?)?)?)?"
    r"(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_PARTS: tuple[Precision, ...] = ("year", "month", "day", "hour", "minute", "second")
_HOME = ZoneInfo("Europe/Paris")
_SLACK = timedelta(hours=1)
_WIDTHS = {"min": 1 / 1440, "h": 1 / 24, "d": 1, "wk": 7, "mo": 30.4375, "a": 365.25}


def zone_of(created: str | None) -> tzinfo:
    """Choose the zone of the times that a document writes without one.

    Source: CI-SIS, times without an offset are local. Software often writes the
    winter offset all year, so one hour away from Paris still means Paris; beyond
    that, the document comes from elsewhere and its own offset holds.

    Args:
        created: When the document says it was made, as HL7 writes it.
    """
    stamp = parse_time(created, UTC)
    match = _FORM.fullmatch(created or "")
    if stamp is None or match is None or match["offset"] is None:
        return _HOME
    own = stamp.at.utcoffset()
    home = stamp.at.astimezone(_HOME).utcoffset()
    if own is None or home is None or abs(own - home) <= _SLACK:
        return _HOME
    return timezone(own)


def parse_time(value: str | None, zone: tzinfo) -> TimeStamp | None:
    """Read a point in time.

    Args:
        value: YYYY, YYYYMM… down to fractions of a second, with or without an offset.
        zone: Where it was written, should it not say.

    Returns:
        None for what no calendar has, and for years that no record can hold.
    """
    match = _FORM.fullmatch(value or "")
    if match is None or not limits.YEAR_MIN <= int(match["year"]) <= limits.YEAR_MAX:
        return None
    written = [match[part] for part in _PARTS if match[part] is not None]
    numbers = [int(part) for part in written]
    year, month, day, hour, minute, second = numbers + [1, 1, 1, 0, 0, 0][len(numbers) :]
    own_zone = _offset(match["offset"]) or zone
    try:
        at = datetime(year, month, day, hour, minute, second, tzinfo=own_zone)
    except ValueError:
        return None
    return TimeStamp(at=at, precision=_PARTS[len(written) - 1], on="-".join(written[:3]))


def instant_text(stamp: TimeStamp) -> str:
    """Write the first instant that a time may mean, as RFC 3339.

    Before 1911 the offset of Paris had seconds, which RFC 3339 does not know:
    such an instant is written in UTC.
    """
    offset = stamp.at.utcoffset() or timedelta()
    at = stamp.at if offset % timedelta(minutes=1) == timedelta() else stamp.at.astimezone(UTC)
    return at.isoformat()


def time_of(element: Element | None, zone: tzinfo) -> TimeStamp | None:
    """Read an element of type TS: its value, or the start of the period it gives."""
    stamp = parse_time(attribute(element, "value"), zone)
    return stamp or period_of(element, zone).start


def period_of(element: Element | None, zone: tzinfo) -> Period:
    """Read an element of type IVL_TS, or a TS as the start of a period."""
    point = parse_time(attribute(element, "value"), zone)
    if point is not None:
        return Period(start=point)
    start = parse_time(attribute(child(element, "low"), "value"), zone)
    end = parse_time(attribute(child(element, "high"), "value"), zone)
    if start is not None and end is None:
        end = _after(start, child(element, "width"))
    return Period(start=start, end=end)


def _after(start: TimeStamp, width: Element | None) -> TimeStamp | None:
    days = _WIDTHS.get(attribute(width, "unit") or "")
    count = attribute(width, "value")
    if days is None or count is None or not count.isdecimal() or len(count) > 4:
        return None
    if start.precision in ("year", "month"):
        return None
    try:
        at = start.at + timedelta(days=int(count) * days)
    except OverflowError:
        return None
    if at.year > limits.YEAR_MAX:
        return None
    return TimeStamp(at=at, precision="day", on=at.date().isoformat())


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    distance = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if distance >= timedelta(days=1):
        return None
    return timezone(-distance if text[0] == "-" else distance)
