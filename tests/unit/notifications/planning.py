"""Persons to plan for, by example."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from notifications.core.appointments import Appointment, OwnRule
from notifications.core.recommendation import Kind, Level, Plan, Recommendation, Status
from notifications.core.reminder import Reminder, State, Wanted
from notifications.core.text import Text
from notifications.customs import customs
from notifications.plan import Changes, Told, settle, wanted_of

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SPACE = UUID(int=7)
PARIS = "Europe/Paris"


def advice(**given: object) -> Recommendation:
    """Recommend something, by default a vaccine that is due today."""
    values = {
        "item": "flu",
        "step": "1",
        "kind": Kind.VACCINE,
        "level": Level.RECOMMENDED,
        "status": Status.DUE,
        "name": Text(fr="Grippe", en="Influenza"),
        "reason": Text(fr="À partir de 65 ans.", en="From 65 years."),
        "sources": (),
        "due_on": date(2026, 11, 21),
    }
    return Recommendation(**{**values, **given})


def told(*recommendations: Recommendation, **given: object) -> Told:
    """Tell of a person."""
    plan = Plan(calendar="test 1", on=NOW.date(), recommendations=recommendations, silences=())
    return Told(**{"time_zone": PARIS, "plan": plan, **given})


def visit(**given: object) -> Appointment:
    """Book something in twenty days."""
    values = {
        "appointment_id": "a",
        "status": "booked",
        "starts_at": NOW + timedelta(days=20),
        "time_zone": PARIS,
        "title": "Kiné",
    }
    return Appointment(**{**values, **given})


def own(**given: object) -> OwnRule:
    """Ask to be reminded each day at eight."""
    values = {
        "rule_id": "r",
        "title": "Comprimé",
        "starts_at": datetime(2026, 11, 21, 7, 0, tzinfo=UTC),
        "time_zone": PARIS,
        "rrule": "FREQ=DAILY",
    }
    return OwnRule(**{**values, **given})


def wanted(of: Told, now: datetime = NOW) -> tuple[Wanted, ...]:
    """Plan somebody."""
    return wanted_of(of, customs(), now).wanted


def change(of: Told, standing: dict[UUID, Reminder], now: datetime = NOW) -> Changes:
    """Plan somebody over what stands, and let it stand."""
    asked = wanted(of, now)
    changes = settle(SPACE, asked, [*standing.values()], customs=customs(), now=now)
    standing.update({one.reminder_id: one for one in changes.put})
    for reminder_id in changes.drop:
        del standing[reminder_id]
    return changes


def states(standing: dict[UUID, Reminder]) -> list[State]:
    """Return the states that stand, by their instants."""
    return [one.state for one in sorted(standing.values(), key=lambda one: one.wanted.due_at)]


def reading(text: str) -> datetime:
    """Write what a wall clock reads."""
    return datetime.fromisoformat(text)
