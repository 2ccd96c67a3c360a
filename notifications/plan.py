"""Facts to reminders: what is wanted, and what that changes in what stands.

Nothing here reads a clock or a database. Planning again, later the same day or
by another process, finds nothing to do.

Source: docs/decisions/0030-reminders-are-records.md.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from notifications.core.appointments import Appointment, OwnRule, of_appointment, of_rule
from notifications.core.clock import ZoneUnknown, day_of, instant_on, zone_of
from notifications.core.customs import Customs
from notifications.core.recommendation import Plan, Recommendation, Status
from notifications.core.recurrence import RuleRefused
from notifications.core.reminder import (
    ADVISED,
    Mover,
    Reminder,
    ReminderKind,
    State,
    Wanted,
    is_open,
    may_move,
    reminder_id,
)

_DAY = timedelta(days=1)
_SNOOZE_MAX = timedelta(days=28)
# After an outage that was longer, what came meanwhile is of no use to anybody.
_LATE_MAX = timedelta(days=1)
# Nobody takes as much; whoever has a program ask for more must not stop all others' plans.
RULES_MAX = 200
REMINDERS_MAX = 2000
_SHOWN = frozenset({Status.DUE, Status.OVERDUE, Status.UNKNOWN})


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the host tells of one person. `plan` is None where no calendar can be asked."""

    time_zone: str
    appointments: tuple[Appointment, ...] = ()
    rules: tuple[OwnRule, ...] = ()
    plan: Plan | None = None


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """What planning asks for: reminders, and how many things could not be planned."""

    wanted: tuple[Wanted, ...]
    problems: int


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written, and what is over for so long that it may go; what is asked for."""

    put: tuple[Reminder, ...] = ()
    drop: tuple[UUID, ...] = ()
    asked: frozenset[UUID] = frozenset()


def wanted_of(
    told: Told, customs: Customs, now: datetime, *, since: datetime | None = None
) -> Planned:
    """Say which reminders a person is to have at an instant, soonest first.

    Args:
        told: What is known of the person.
        customs: The rings of this installation.
        now: This instant.
        since: From when on, if planning comes late: what came meanwhile is not lost.

    Returns:
        At most REMINDERS_MAX of them, of at most RULES_MAX rules.
    """
    after = now if since is None else max(min(since, now), now - _LATE_MAX)
    before = now + timedelta(days=customs.settings.horizon_days)
    # The rules that began last: those before them are more likely over.
    rules = sorted(told.rules, key=lambda rule: (rule.starts_at, rule.rule_id))[-RULES_MAX:]
    found: list[Wanted] = []
    problems = len(told.rules) - len(rules)
    makers: list[Callable[[], Iterable[Wanted]]] = [
        lambda: _of_plan(told, customs, now),
        *(_appointing(one, customs, after, before) for one in told.appointments),
        *(_ruling(rule, customs, after, before) for rule in rules),
    ]
    for make in makers:
        try:
            found.extend(make())
        except (RuleRefused, ZoneUnknown, OverflowError):
            # One entry that cannot be planned must not silence the others.
            problems += 1
    found.sort(key=lambda one: (one.due_at, one.subject, one.occurrence))
    # What is later than these has its turn when it comes nearer.
    return Planned(wanted=tuple(found[:REMINDERS_MAX]), problems=problems)


def _appointing(
    one: Appointment, customs: Customs, after: datetime, before: datetime
) -> Callable[[], Iterable[Wanted]]:
    def make() -> Iterable[Wanted]:
        found = of_appointment(one, customs, after=after, before=before)
        return () if found is None else (found,)

    return make


def _ruling(
    rule: OwnRule, customs: Customs, after: datetime, before: datetime
) -> Callable[[], Iterable[Wanted]]:
    return lambda: of_rule(rule, customs, after=after, before=before)


def _of_plan(told: Told, customs: Customs, now: datetime) -> Iterable[Wanted]:
    if told.plan is None:
        return
    zone = zone_of(told.time_zone)
    last = day_of(now, zone) + timedelta(days=customs.settings.horizon_days)
    for one in told.plan.recommendations:
        is_near = one.due_on is None or one.due_on <= last
        is_shown = one.status in _SHOWN or (one.status is Status.NOT_YET and one.due_on is not None)
        if is_shown and is_near and (one.is_chased or one.status in _SHOWN):
            yield _of_recommendation(one, told.time_zone, customs, now)


def _of_recommendation(
    one: Recommendation, time_zone: str, customs: Customs, now: datetime
) -> Wanted:
    """Return the reminder of a recommendation: on its day, or on the next one that there is.

    What is only offered, or waits for an answer, is shown and never rings.
    """
    zone = zone_of(time_zone)
    kind = ReminderKind(one.kind.value)
    on = max(one.due_on or date.min, _next_day(customs, zone, now))
    due_at, leads = customs.leads_on(kind, on, zone)
    return Wanted(
        kind=kind,
        subject=f"{one.item}#{one.step}",
        occurrence="any" if one.due_on is None else one.due_on.isoformat(),
        due_at=due_at,
        time_zone=time_zone,
        lead_minutes=leads if one.is_chased else (),
        title=one.name,
        why=one.reason,
        text_key=f"{kind.value}-{one.status.value}",
        source=", ".join(source.title for source in one.sources) or None,
        status=one.status.value,
        level=one.level.value,
        earliest_on=one.earliest_on,
        due_on=one.due_on,
        latest_on=one.latest_on,
        must_confirm=one.must_confirm,
    )


def _next_day(customs: Customs, zone: ZoneInfo, now: datetime) -> date:
    """Return the first day of which the hour of recommendations is still to come."""
    today = day_of(now, zone)
    is_past = instant_on(today, customs.settings.hour, zone) <= now
    return today + _DAY if is_past else today


def settle(
    namespace: UUID,
    wanted: Sequence[Wanted],
    standing: Sequence[Reminder],
    *,
    customs: Customs,
    now: datetime,
) -> Changes:
    """Say what a plan changes in the reminders that stand.

    A recommendation that was due and still is stays the occurrence that it was,
    whatever day a rule now calls ideal: nobody is asked anew for what they put
    aside. What is over and asked for again begins anew, unless a person ended it.
    """
    by_id = {one.reminder_id: one for one in standing}
    by_subject: dict[tuple[ReminderKind, str], list[Wanted]] = {}
    for stood in standing:
        about = (stood.wanted.kind, stood.wanted.subject)
        by_subject.setdefault(about, []).append(stood.wanted)
    asked: dict[UUID, Reminder] = {}
    for one in wanted:
        if one.kind in ADVISED:
            one = _continued(one, by_subject.get((one.kind, one.subject), ()), now)  # noqa: PLW2901
        key = reminder_id(namespace, one.kind, one.subject, one.occurrence)
        stands = by_id.get(key)
        new = Reminder(reminder_id=key, wanted=one)
        asked[key] = new if stands is None else _moved(stands, one, now)
    rest = [stood for stood in standing if stood.reminder_id not in asked]
    limit = now - timedelta(days=customs.settings.kept_days)
    past = frozenset(stood.reminder_id for stood in rest if stood.wanted.due_at < limit)
    ended = [_cancelled(stood, now) for stood in rest if stood.reminder_id not in past]
    put = [one for one in (*asked.values(), *ended) if one != by_id.get(one.reminder_id)]
    return Changes(put=tuple(put), drop=tuple(sorted(past)), asked=frozenset(asked))


def _continued(asked: Wanted, before: Iterable[Wanted], now: datetime) -> Wanted:
    """Return what is asked as the occurrence that stands for it, if one does.

    Once it is due its hours stay as they were planned: each day of being overdue
    is no new one. What was only shown until now rings from now on.
    """
    today = day_of(now, zone_of(asked.time_zone))
    if asked.due_on is not None and asked.due_on > today:
        return asked
    same = [one for one in before if _is_same(one, asked, today)]
    if not same:
        return asked
    one = max(same, key=lambda found: (found.occurrence == asked.occurrence, found.due_at))
    asked = msgspec.structs.replace(asked, occurrence=one.occurrence)
    if asked.lead_minutes and not one.lead_minutes:
        return asked
    return msgspec.structs.replace(
        asked,
        due_at=one.due_at,
        time_zone=one.time_zone,
        lead_minutes=asked.lead_minutes and one.lead_minutes,
    )


def _is_same(one: Wanted, asked: Wanted, today: date) -> bool:
    """Say whether two of one subject are one occurrence: of one day, or both due by now.

    What comes after the last day of another is the next one: another season.
    """
    if one.occurrence == asked.occurrence:
        return True
    if one.due_on is not None and one.due_on > today:
        return False
    return one.latest_on is None or asked.due_on is None or asked.due_on <= one.latest_on


def _moved(stands: Reminder, wanted: Wanted, now: datetime) -> Reminder:
    """Return a reminder as a plan leaves it: planned anew where it was cancelled or retimed.

    Or where it sleeps for longer than anybody asks for: a phone's clock was a year ahead.
    """
    state, taken_by, snoozed = stands.state, stands.taken_by, stands.snoozed_until
    retimed = stands.wanted.due_at != wanted.due_at and wanted.due_at > now
    oversleeps = state is State.SNOOZED and snoozed is not None and now + _SNOOZE_MAX < snoozed
    if state is State.CANCELLED or oversleeps or (retimed and is_open(state)):
        assert may_move(state, State.PLANNED, Mover.PLAN)
        state, taken_by, snoozed = State.PLANNED, (), None
    return Reminder(
        reminder_id=stands.reminder_id,
        wanted=wanted,
        state=state,
        taken_by=taken_by,
        snoozed_until=snoozed,
    )


def _cancelled(one: Reminder, now: datetime) -> Reminder:
    """Return a reminder that no plan asks for, which is over unless it is merely past."""
    is_past = one.wanted.kind not in ADVISED and one.wanted.due_at <= now
    if is_past or not may_move(one.state, State.CANCELLED, Mover.PLAN):
        return one
    return msgspec.structs.replace(one, state=State.CANCELLED, taken_by=(), snoozed_until=None)


def next_plan_at(told: Told, customs: Customs, space_id: UUID, now: datetime) -> datetime | None:
    """Say when time alone may change a plan; None for never.

    What depends on days is planned anew each night, at an hour that spreads
    persons over the small hours; an appointment beyond the horizon when it comes
    into it.
    """
    if told.plan is not None or any(rule.rrule is not None for rule in told.rules):
        return _next_night(told.time_zone, space_id, now)
    horizon = timedelta(days=customs.settings.horizon_days)
    starts = [one.starts_at for one in told.appointments]
    far = [at - horizon for at in (*starts, *(rule.starts_at for rule in told.rules))]
    return min((at.astimezone(UTC) for at in far if at > now), default=None)


def _next_night(time_zone: str, space_id: UUID, now: datetime) -> datetime:
    try:
        zone = zone_of(time_zone)
    except ZoneUnknown:
        zone = ZoneInfo("UTC")
    minutes = 120 + space_id.int % 180
    today = day_of(now, zone)
    midnight = datetime.min.time()
    for on in (today, today + _DAY, today + 2 * _DAY):
        at = instant_on(on, midnight, zone) + timedelta(minutes=minutes)
        if at > now:
            return at
    raise AssertionError("One of three nights is still to come.")
