"""Hours in which nobody is disturbed, in the person's own zone and through its clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

LATE_AFTER = timedelta(minutes=30)
"""A ring that is looked at within this is in time: ticks come when they can, and phones
that could ring by themselves are given a while to say so."""

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


class QuietHours(msgspec.Struct, frozen=True, kw_only=True):
    """From one local time to another, the next day's if it is not later.

    Both ends may ring: only what lies between them is quiet. Two equal ends are
    no quiet hours at all.
    """

    starts: time = time(21, 0)
    ends: time = time(8, 0)


class Night(msgspec.Struct, frozen=True):
    """One stretch of quiet hours, as aware UTC instants."""

    starts_at: datetime
    ends_at: datetime


def is_quiet(at: datetime, quiet: QuietHours | None, zone: ZoneInfo) -> bool:
    """Say whether an instant lies within quiet hours."""
    return night_of(at, quiet, zone) is not None


def before_quiet_hours(at: datetime, quiet: QuietHours | None, zone: ZoneInfo) -> datetime:
    """Return *at*, or the last instant before the quiet hours that it lies in."""
    night = night_of(at, quiet, zone)
    return at if night is None else night.starts_at


def after_quiet_hours(at: datetime, quiet: QuietHours | None, zone: ZoneInfo) -> datetime:
    """Return *at*, or the first instant after the quiet hours that it lies in."""
    night = night_of(at, quiet, zone)
    return at if night is None else night.ends_at


def when_to_send(  # noqa: PLR0913  # The whole of what decides, in one place.
    ring_at: datetime,
    due_at: datetime,
    *,
    now: datetime,
    quiet: QuietHours | None,
    zone: ZoneInfo,
    is_before: bool,
) -> datetime:
    """Say when a ring leaves, so that it neither disturbs nor comes too late.

    Args:
        ring_at: When it would ring for somebody whom nothing disturbs.
        due_at: What it is for.
        now: When this is asked: ahead of the ring, or at it, or later.
        quiet: The person's, or None.
        zone: The person's.
        is_before: Of an appointment, for which one can be late: it moves to the
            last instant before the quiet hours; anything else to the first one
            after them.

    Returns:
        An instant that is past where it is to leave at once. What was not sent in
        time waits for the end of quiet hours that it would fall in now, unless it
        would then be too late.

    Source: docs/decisions/0033-preferences-of-reminders.md.
    """
    moved = before_quiet_hours if is_before else after_quiet_hours
    meant = moved(ring_at, quiet, zone)
    if now - meant <= LATE_AFTER or not is_quiet(now, quiet, zone):
        return meant
    morning = after_quiet_hours(now, quiet, zone)
    return max(ring_at, meant) if is_before and morning > due_at else morning


def night_of(at: datetime, quiet: QuietHours | None, zone: ZoneInfo) -> Night | None:
    """Return the quiet hours that an instant lies in, or None.

    Args:
        at: Aware.
        quiet: None for somebody who may be disturbed at any hour.
        zone: The person's.
    """
    if quiet is None or quiet.starts == quiet.ends:
        return None
    today = at.astimezone(zone).date()
    # The day before for a night that began then; one more for a zone that skipped a day.
    for day in (today, today - _DAY, today - 2 * _DAY):
        night = _night_from(day, quiet, zone)
        if night.starts_at < at < night.ends_at:
            return night
    return None


def _night_from(day: date, quiet: QuietHours, zone: ZoneInfo) -> Night:
    last = day if quiet.starts < quiet.ends else day + _DAY
    return Night(
        # Where the clock shows a time twice, quiet hours are as long as they can be.
        starts_at=_instant(datetime.combine(day, quiet.starts), zone, fold=0),
        ends_at=_instant(datetime.combine(last, quiet.ends), zone, fold=1),
    )


def _instant(wall: datetime, zone: ZoneInfo, *, fold: int) -> datetime:
    """Return when a clock shows *wall*; if it jumps over it, the moment of the jump."""
    at = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at
    early, late = sorted(wall.replace(tzinfo=zone, fold=side).astimezone(UTC) for side in (0, 1))
    while late - early > _SECOND:
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            early = middle
        else:
            late = middle
    return late
