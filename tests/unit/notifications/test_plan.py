"""Facts to reminders, and what planning again changes."""

from datetime import UTC, date, datetime, timedelta, timezone

import msgspec
import pytest

from notifications.core import appointments
from notifications.core.recommendation import Kind, Level, Status
from notifications.core.reminder import State
from notifications.customs import customs
from notifications.plan import next_plan_at, wanted_of
from tests.unit.notifications.planning import (
    NOW,
    SPACE,
    advice,
    change,
    own,
    states,
    told,
    visit,
    wanted,
)


def moved(one, state):
    """Let a person move a reminder."""
    return msgspec.structs.replace(one, state=state)


def test_an_appointment_within_the_horizon_is_wanted_once():
    """Not one that was called off, is past, or is far away."""
    far = NOW + timedelta(days=91)
    past = NOW - timedelta(minutes=1)

    assert len(wanted(told(appointments=(visit(),)))) == 1
    for other in (visit(status="cancelled"), visit(starts_at=far), visit(starts_at=past)):
        assert wanted(told(appointments=(other,))) == ()


def test_a_recommendation_rings_at_ten_on_its_day():
    """By the clock of the person, which winter does not move."""
    (one,) = wanted(told(advice(status=Status.NOT_YET, due_on=date(2027, 1, 15))))

    assert one.due_at == datetime(2027, 1, 15, 9, 0, tzinfo=UTC)
    assert one.occurrence == "2027-01-15"


def test_what_is_due_already_rings_on_the_next_day_that_there_is():
    """Tomorrow at ten: today's ten o'clock is over."""
    (one,) = wanted(told(advice(due_on=date(2020, 1, 1), status=Status.OVERDUE)))

    assert one.due_at == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_what_is_only_offered_is_shown_and_never_rings():
    """Nor what waits for an answer."""
    for one in (
        advice(level=Level.OPTIONAL),
        advice(level=Level.PENDING),
        advice(status=Status.UNKNOWN),
    ):
        assert [found.lead_minutes for found in wanted(told(one))] == [()]
    offered_later = advice(level=Level.OPTIONAL, status=Status.NOT_YET, due_on=date(2027, 1, 1))
    assert wanted(told(offered_later)) == ()


@pytest.mark.parametrize("status", [Status.DONE, Status.REFUSED, Status.CONTRAINDICATED])
def test_what_is_settled_is_not_wanted(status):
    """A person who said no is not asked."""
    assert wanted(told(advice(status=status))) == ()


def test_reminders_come_again_as_their_kind_does():
    """A screening after six and twelve months, each at ten by the clock of that day."""
    (one,) = wanted(told(advice(kind=Kind.SCREENING, due_on=date(2026, 12, 1))))

    assert [(one.due_at - timedelta(minutes=lead)) for lead in one.lead_minutes] == [
        datetime(2026, 12, 1, 9, 0, tzinfo=UTC),
        datetime(2027, 6, 1, 8, 0, tzinfo=UTC),
        datetime(2027, 12, 1, 9, 0, tzinfo=UTC),
    ]


def test_planning_again_changes_nothing():
    """The same day, or each day that something is overdue."""
    of = told(advice(), advice(item="dtp", due_on=None), appointments=(visit(),), rules=(own(),))
    standing = {}
    change(of, standing)

    assert change(of, standing).put == ()
    later = change(
        told(advice(status=Status.OVERDUE), advice(item="dtp", due_on=None)),
        standing,
        NOW + timedelta(days=3),
    )
    assert [one.wanted.kind.value for one in later.put if one.state is State.PLANNED] == ["vaccine"]
    assert {one.wanted.due_at for one in later.put if one.wanted.kind.value == "vaccine"} == {
        datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    }


def test_a_day_called_ideal_that_wanders_is_one_occurrence():
    """A rule that says "from today" each day does not ask each day."""
    standing = {}
    for day in range(5):
        now = NOW + timedelta(days=day)
        change(told(advice(due_on=now.date())), standing, now)

    assert len(standing) == 1


def test_a_dose_that_was_given_ends_its_reminder_and_begins_the_next():
    """And one that was entered by mistake begins it again."""
    standing = {}
    change(told(advice()), standing)
    change(told(advice(status=Status.NOT_YET, due_on=date(2027, 1, 20))), standing)

    assert states(standing) == [State.CANCELLED, State.PLANNED]
    change(told(advice()), standing)
    assert states(standing) == [State.PLANNED, State.CANCELLED]


def test_what_was_dismissed_does_not_come_back():
    """However often it is planned, and whatever day is called ideal."""
    standing = {}
    change(told(advice()), standing)
    (one,) = standing.values()
    standing[one.reminder_id] = moved(one, State.DISMISSED)

    for day in range(1, 200, 40):
        now = NOW + timedelta(days=day)
        change(told(advice(status=Status.OVERDUE, due_on=now.date())), standing, now)

    assert states(standing) == [State.DISMISSED]


def test_the_next_season_is_another_occurrence():
    """Who put this year's aside is asked next year."""
    standing = {}
    change(told(advice(latest_on=date(2027, 2, 28))), standing)
    (one,) = standing.values()
    standing[one.reminder_id] = moved(one, State.DISMISSED)

    then = NOW + timedelta(days=340)
    change(told(advice(due_on=date(2027, 10, 12), latest_on=date(2028, 2, 28))), standing, then)

    assert states(standing) == [State.PLANNED]
    assert one.reminder_id not in standing


def test_a_rule_keeps_its_hour_when_clocks_change():
    """Eight o'clock in Paris, on both sides of the last Sunday of March."""
    now = datetime(2027, 3, 27, 0, 0, tzinfo=UTC)
    found = wanted(told(rules=(own(starts_at=datetime(2027, 3, 26, 7, 0, tzinfo=UTC)),)), now)

    assert [one.due_at.hour for one in found[:3]] == [7, 6, 6]


@pytest.mark.parametrize(
    ("first", "at"),
    [
        (datetime(2027, 3, 27, 1, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        (datetime(2027, 10, 30, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
)
def test_half_past_two_rings_once_when_clocks_change(first, at):
    """Once at 03:30 in spring, once in autumn."""
    now = first + timedelta(hours=1)
    found = wanted(told(rules=(own(starts_at=first),)), now)
    day = at.date()

    assert [one.due_at for one in found if one.due_at.date() == day] == [at]


def test_what_is_past_is_not_called_off():
    """An appointment of yesterday is history, and stays what it was."""
    standing = {}
    change(told(appointments=(visit(),)), standing)

    change(told(), standing, NOW + timedelta(days=21))

    assert states(standing) == [State.PLANNED]


def test_a_phone_whose_clock_is_a_year_ahead_puts_nothing_to_sleep():
    """It said "in an hour", which is in a year: the reminder is planned again."""
    standing = {}
    change(told(appointments=(visit(),)), standing)
    (one,) = standing.values()
    asleep = msgspec.structs.replace(
        one, state=State.SNOOZED, snoozed_until=NOW + timedelta(days=365, hours=1)
    )
    awake = msgspec.structs.replace(asleep, snoozed_until=NOW + timedelta(hours=1))

    for snoozed, state in ((asleep, State.PLANNED), (awake, State.SNOOZED)):
        standing[one.reminder_id] = snoozed
        change(told(appointments=(visit(),)), standing)
        assert states(standing) == [state]


def test_rules_of_a_zone_that_change_between_plan_and_ring_move_the_ring(monkeypatch):
    """The country gives up summer time: the same occurrence, at its new instant."""
    now = datetime(2027, 4, 1, tzinfo=UTC)
    standing = {}
    change(told(rules=(own(),)), standing, now)
    before = {key: one.wanted.due_at for key, one in standing.items()}

    monkeypatch.setattr(appointments, "zone_of", lambda _: timezone(timedelta(hours=1)))
    change(told(rules=(own(),)), standing, now)

    open_ones = {key: one for key, one in standing.items() if one.state is State.PLANNED}
    assert {one.wanted.due_at.hour for one in open_ones.values()} == {7}
    moved = [one.wanted.due_at - before[key] for key, one in open_ones.items() if key in before]
    assert set(moved) == {timedelta(hours=1)}
    assert len(moved) >= 89


def test_29_february_and_midnight_are_days_like_others():
    """A rule of each month's first instant, and one of a leap day."""
    now = datetime(2028, 2, 1, tzinfo=UTC)
    midnight = own(starts_at=datetime(2028, 1, 31, 23, 0, tzinfo=UTC), rrule="FREQ=DAILY")
    leap = own(rule_id="l", starts_at=datetime(2024, 2, 29, 9, 0, tzinfo=UTC), rrule="FREQ=YEARLY")

    found = wanted(told(rules=(midnight, leap)), now)

    keys = [one.occurrence for one in found]
    assert "2028-02-29T00:00" in keys
    assert [one.due_at for one in found if one.subject == "l"] == [
        datetime(2028, 2, 29, 9, 0, tzinfo=UTC)
    ]
    assert len(keys) == len(set(keys)) == 91


def test_what_came_while_nobody_planned_is_not_lost():
    """The plan was due an hour ago; what rang before that was none of its business."""
    rule = own(starts_at=NOW - timedelta(minutes=30), rrule=None)
    since = NOW - timedelta(hours=1)

    assert wanted(told(rules=(rule,))) == ()
    assert len(wanted_of(told(rules=(rule,)), customs(), NOW, since=since).wanted) == 1
    late = wanted_of(told(rules=(rule,)), customs(), NOW + timedelta(days=3), since=since)
    assert late.wanted == ()


def test_a_traveller_takes_the_hours_of_the_new_zone():
    """The occurrences stay the same, their instants move, and phones plan them anew."""
    standing = {}
    change(told(rules=(own(),)), standing)
    taken = {
        key: msgspec.structs.replace(one, state=State.TAKEN, taken_by=(SPACE,))
        for key, one in standing.items()
    }

    away = own(time_zone="America/Guadeloupe", starts_at=datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
    change(told(rules=(away,)), taken)

    open_ones = [one for one in taken.values() if one.state is not State.CANCELLED]
    assert {one.wanted.due_at.hour for one in open_ones} == {12}
    assert {one.taken_by for one in open_ones} == {()}
    today = {one.reminder_id for one in open_ones} - standing.keys()
    assert len(today) == 1  # Of which the hour in the old zone was over.


def test_one_entry_that_cannot_be_planned_silences_no_other():
    """It is counted."""
    bad = own(rule_id="b", rrule="FREQ=SECONDLY")
    lost = visit(appointment_id="z", time_zone="Europe/Nowhere")
    found = wanted_of(told(rules=(bad, own()), appointments=(visit(), lost)), customs(), NOW)

    assert found.problems == 2
    assert {one.subject for one in found.wanted} == {"r", "a"}


def test_what_is_long_past_goes():
    """After thirty days, unless it is asked for still."""
    standing = {}
    change(told(advice(), appointments=(visit(),)), standing)

    changes = change(told(advice(status=Status.OVERDUE)), standing, NOW + timedelta(days=60))

    assert len(changes.drop) == 1
    assert [one.wanted.kind.value for one in standing.values()] == ["vaccine"]


def test_a_person_of_whom_nothing_is_known_is_not_planned_again():
    """Only the next thing that time brings counts."""
    idle = msgspec.structs.replace(told(), plan=None)
    far = msgspec.structs.replace(idle, appointments=(visit(starts_at=NOW + timedelta(days=100)),))

    assert next_plan_at(idle, customs(), SPACE, NOW) is None
    assert next_plan_at(far, customs(), SPACE, NOW) == NOW + timedelta(days=10)


def test_who_has_a_calendar_is_planned_each_night():
    """In the small hours of their own clock, not all at one instant."""
    at = next_plan_at(told(), customs(), SPACE, NOW)

    assert at is not None
    assert NOW < at < NOW + timedelta(days=1)
    assert 1 <= at.hour < 4
