"""What makes a rule of reminders sound, and what may become of a reminder."""

from backend.kernel.errors import InvalidInput
from backend.kernel.values import EndBeforeStart, check_time_zone, check_year
from backend.reminders.errors import RecurrenceRefused, ReminderSettled
from backend.reminders.model import Reminder, ReminderRule
from notifications.core.clock import local, zone_of
from notifications.core.recurrence import RuleRefused, check_density, read_rule
from notifications.core.reminder import Mover, State, may_move


def check_reminder(body: Reminder) -> None:
    """Refuse a reminder that sleeps without an end.

    Raises:
        ImpossibleDate: A year is out of range.
        InvalidInput: It is snoozed, and not until when; or the reverse.
    """
    check_year(body.due_at, pointer="/due_at")
    check_year(body.snoozed_until, pointer="/snoozed_until")
    for name in ("earliest_on", "due_on", "latest_on"):
        check_year(getattr(body, name), pointer=f"/{name}")
    if body.state == State.SNOOZED.value and body.snoozed_until is None:
        raise InvalidInput("A reminder is snoozed until an instant.", pointer="/snoozed_until")


def check_answer(before: Reminder, after: Reminder) -> None:
    """Refuse what a person cannot make of a reminder.

    Raises:
        ReminderSettled: It is over, or the server alone moves it so.
    """
    if not may_move(State(before.state), State(after.state), Mover.PERSON):
        raise ReminderSettled("A reminder cannot be moved so.", pointer="/state")


def check_reminder_rule(body: ReminderRule) -> None:
    """Refuse a rule that cannot be put on a calendar, or that would ring without an end.

    Raises:
        ImpossibleDate: A year is out of range.
        EndBeforeStart: It ends before it starts.
        UnknownTimeZone: IANA does not list its zone.
        RecurrenceRefused: It is not understood, never comes, or comes too often.
    """
    check_year(body.starts_at, pointer="/starts_at")
    check_year(body.ends_at, pointer="/ends_at")
    check_time_zone(body.time_zone, pointer="/time_zone")
    if body.ends_at is not None and body.ends_at < body.starts_at:
        raise EndBeforeStart("A rule ends after it starts.", pointer="/ends_at")
    if body.rrule is None:
        return
    try:
        check_density(read_rule(body.rrule), local(body.starts_at, zone_of(body.time_zone)))
    except RuleRefused as error:
        raise RecurrenceRefused(str(error), pointer="/rrule") from None
