"""However much somebody asks to be reminded of, a plan stays small and is made in little time."""

import time
from datetime import timedelta

import msgspec

from notifications.core.reminder import ReminderKind
from notifications.customs import customs
from notifications.plan import REMINDERS_MAX, RULES_MAX, wanted_of
from tests.unit.notifications.planning import NOW, own, told, visit

OFTEN = "FREQ=DAILY;BYHOUR=8,12,16,20"


def test_rules_without_number_make_no_plan_without_end():
    """What is soonest is planned, what is left out is counted, and the visit is still there."""
    rules = tuple(own(rule_id=f"{i:04}", rrule=OFTEN) for i in range(5 * RULES_MAX))
    soon = visit(starts_at=NOW + timedelta(days=2))
    began = time.perf_counter()

    planned = wanted_of(
        msgspec.structs.replace(told(), rules=rules, appointments=(soon,)), customs(), NOW
    )

    assert time.perf_counter() - began < 20
    assert len(planned.wanted) == REMINDERS_MAX
    assert planned.problems == 4 * RULES_MAX
    assert ReminderKind.APPOINTMENT in {one.kind for one in planned.wanted}
    assert max(one.due_at for one in planned.wanted) < NOW + timedelta(days=10)


def test_the_rules_that_began_last_are_planned():
    """A rule of this week is not crowded out by those of former years."""
    old = tuple(
        own(rule_id=f"{i:04}", starts_at=NOW - timedelta(days=900), ends_at=NOW)
        for i in range(RULES_MAX + 1)
    )
    new = own(rule_id="new", starts_at=NOW + timedelta(hours=1))

    planned = wanted_of(msgspec.structs.replace(told(), rules=(new, *old)), customs(), NOW)

    assert "new" in {one.subject for one in planned.wanted}
    assert planned.problems == 2
