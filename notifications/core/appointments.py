"""What is to be reminded of an appointment, and of what a person asked for."""

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from notifications.core.clock import instant, local, zone_of
from notifications.core.customs import Customs
from notifications.core.recurrence import Recurrence, occurrences, read_rule
from notifications.core.reminder import ReminderKind, Wanted
from notifications.core.text import Text

_IN_FORCE = frozenset({"proposed", "booked"})


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting, as far as reminders are concerned. `time_zone` is that of its place."""

    appointment_id: str
    status: Literal["proposed", "booked", "fulfilled", "cancelled", "noshow"]
    starts_at: datetime
    time_zone: str
    title: str
    place: str | None = None


class OwnRule(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person asked to be reminded of, once or again and again.

    It rings by the clock of `time_zone`, whatever becomes of its offset.
    """

    rule_id: str
    title: str
    starts_at: datetime
    time_zone: str
    rrule: str | None = None
    lead_minutes: tuple[int, ...] = (0,)
    ends_at: datetime | None = None
    comment: str | None = None


def of_appointment(
    appointment: Appointment, customs: Customs, *, after: datetime, before: datetime
) -> Wanted | None:
    """Return the reminder of an appointment that is in force and starts between two instants.

    Its occurrence is its instant: an appointment that is moved is reminded of anew.
    """
    starts_at = appointment.starts_at.astimezone(UTC)
    if appointment.status not in _IN_FORCE or not after < starts_at <= before:
        return None
    at = local(starts_at, zone_of(appointment.time_zone))
    where = "" if appointment.place is None else f" · {appointment.place}"
    return Wanted(
        kind=ReminderKind.APPOINTMENT,
        subject=appointment.appointment_id,
        occurrence=_written(starts_at) + "Z",
        due_at=starts_at,
        time_zone=appointment.time_zone,
        lead_minutes=customs.leads_before(ReminderKind.APPOINTMENT),
        title=Text(fr=appointment.title, en=appointment.title),
        why=Text(
            fr=f"Rendez-vous le {at:%d/%m/%Y} à {at:%H:%M}{where}",
            en=f"Appointment on {at:%Y-%m-%d} at {at:%H:%M}{where}",
        ),
        text_key="appointment",
    )


def of_rule(rule: OwnRule, customs: Customs, *, after: datetime, before: datetime) -> list[Wanted]:
    """Return the reminders of a person's own rule between two instants.

    An occurrence is known by its reading of the wall clock, so that a change of
    offsets, or of zone, moves a reminder and makes no second one.

    Raises:
        RuleRefused: The rule was not written here, and cannot be expanded.
    """
    zone = zone_of(rule.time_zone)
    start = local(rule.starts_at, zone)
    recurrence = None if rule.rrule is None else read_rule(rule.rrule)
    found = occurrences(
        recurrence,
        start,
        after=local(after, zone),
        before=local(before, zone),
        until=_end_of(recurrence, rule, zone),
    )
    leads = rule.lead_minutes or (0,)
    return [
        Wanted(
            kind=ReminderKind.OWN,
            subject=rule.rule_id,
            occurrence=_written(at),
            due_at=instant(at, zone),
            time_zone=rule.time_zone,
            lead_minutes=leads,
            title=Text(fr=rule.title, en=rule.title),
            why=_why_own(rule),
            text_key="own",
        )
        for at in found
        if after < instant(at, zone) <= before
    ]


def _end_of(recurrence: Recurrence | None, rule: OwnRule, zone: ZoneInfo) -> datetime | None:
    """Return the last reading of the wall clock that a rule allows."""
    ends = [] if rule.ends_at is None else [local(rule.ends_at, zone)]
    if recurrence is not None and recurrence.until is not None:
        until = recurrence.until
        if recurrence.until_is_utc:
            until = local(until.replace(tzinfo=UTC), zone)
        ends.append(until)
    return min(ends, default=None)


def _why_own(rule: OwnRule) -> Text:
    asked = Text(fr="Rappel demandé dans ce carnet.", en="Asked for in this record.")
    if not rule.comment:
        return asked
    return Text(fr=f"{asked.fr} {rule.comment}", en=f"{asked.en} {rule.comment}")


def _written(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="minutes")
