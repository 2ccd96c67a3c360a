"""A calendar written out, for any program that reads one.

Source: RFC 5545; RFC 7986 (NAME, REFRESH-INTERVAL).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend.agenda.feed.limits import REFRESH, ZONES_MAX
from backend.agenda.feed.model import Event, Plan, Said, Span, Status
from backend.agenda.feed.zones import described

if TYPE_CHECKING:
    import icalendar  # Loaded below, where a calendar is written: not at every start.

FORM = b"1"
"""Grows with each change of what is written for the same plan: tags follow from it."""
_MIDNIGHT = time()
_UTC = frozenset(
    {"UTC", "UCT", "Universal", "Zulu", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu"}
)
_Moment = date | datetime


def render(plan: Plan) -> bytes:
    """Write a calendar: lines of 75 octets at most, and CRLF."""
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//Carnet//Agenda//{plan.language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", plan.name)
    calendar.add("x-wr-calname", plan.name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", icalendar.vDuration(REFRESH))
    zones = _zones_of(plan.events)
    placed = [(one, moments(one.said.span, zones.get(one.said.span.zone))) for one in plan.events]
    local: dict[str, list[Span]] = {}
    for event, (starts, _) in placed:
        if isinstance(starts, datetime) and starts.tzinfo is not UTC:
            local.setdefault(event.said.span.zone, []).append(event.said.span)
    for name, spans in sorted(local.items()):
        calendar.add_component(described(name, *_years(spans)))
    for event, (starts, ends) in placed:
        calendar.add_component(_event(event, starts, ends))
    written: bytes = calendar.to_ical()
    return written


def _event(event: Event, starts: _Moment, ends: _Moment | None) -> "icalendar.Event":
    said = event.said
    import icalendar

    written = icalendar.Event()
    written.add("uid", event.uid)
    written.add("dtstamp", event.changed_at)
    written.add("last-modified", event.changed_at)
    written.add("sequence", event.sequence)
    written.add("status", said.status.value)
    written.add("class", "PRIVATE")
    # What is off takes nobody's time.
    written.add("transp", "TRANSPARENT" if said.status is Status.CANCELLED else "OPAQUE")
    written.add("summary", said.summary)
    _add_texts(written, said)
    written.add("dtstart", starts)
    if ends is not None:
        written.add("dtend", ends)
    return written


def _add_texts(written: "icalendar.Event", said: Said) -> None:
    if said.location is not None:
        written.add("location", said.location)
    if said.description is not None:
        written.add("description", said.description)


def moments(span: Span, zone: ZoneInfo | None) -> tuple[_Moment, _Moment | None]:
    """Say how a span is written: as days, at the hours of its place, or in UTC.

    An hour that a clock shows twice would be read as the first one of the two, so
    that such a span is written in UTC. Without an end there is none: it is not made up.

    Source: RFC 5545, 3.3.5 (a local time that occurs twice), 3.6.1 (DTEND).
    """
    if zone is None or zone.key in _UTC or not _is_unmistakable(span, zone):
        ends_at = None if span.ends_at is None else span.ends_at.astimezone(UTC)
        return span.starts_at.astimezone(UTC), ends_at
    starts = span.starts_at.astimezone(zone)
    ends = None if span.ends_at is None else span.ends_at.astimezone(zone)
    if _is_whole_days(starts, ends):
        assert ends is not None
        return starts.date(), ends.date()
    return starts, ends


def _is_unmistakable(span: Span, zone: ZoneInfo) -> bool:
    instants = [at for at in (span.starts_at, span.ends_at) if at is not None]
    return all(
        local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset()
        for local in (at.astimezone(zone) for at in instants)
    )


def _is_whole_days(starts: datetime, ends: datetime | None) -> bool:
    return ends is not None and starts.time() == ends.time() == _MIDNIGHT


def _zones_of(events: Iterable[Event]) -> dict[str, ZoneInfo]:
    """Find the zones to describe, those of most events first; a zone that is gone is UTC."""
    counts: dict[str, int] = {}
    for event in events:
        counts[event.said.span.zone] = counts.get(event.said.span.zone, 0) + 1
    chosen = sorted(counts, key=lambda name: (-counts[name], name))[:ZONES_MAX]
    return {name: zone for name in chosen if (zone := _zone(name)) is not None}


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _years(spans: Sequence[Span]) -> tuple[int, int]:
    """Return the years that a description must reach: one before, one after."""
    return (
        min(span.starts_at for span in spans).year - 1,
        (max(span.over_at for span in spans) + timedelta(days=1)).astimezone(UTC).year + 1,
    )
