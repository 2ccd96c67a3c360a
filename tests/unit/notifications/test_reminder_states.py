"""Who may move a reminder where, and when it rings."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from notifications.core.reminder import (
    MOVES,
    Mover,
    Reminder,
    ReminderKind,
    State,
    Wanted,
    is_open,
    job_id,
    may_move,
    reminder_id,
    rings,
)
from notifications.core.text import Text

DUE = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
SPACE = UUID(int=7)


def reminder(**given):
    """Make a reminder of an appointment."""
    wanted = Wanted(
        kind=ReminderKind.APPOINTMENT,
        subject="a",
        occurrence="2027-03-01T09:00Z",
        due_at=DUE,
        time_zone="Europe/Paris",
        lead_minutes=(1440, 120),
        title=Text(fr="Kiné", en="Physio"),
        why=Text(fr="Rendez-vous", en="Appointment"),
        text_key="appointment",
    )
    return Reminder(reminder_id=UUID(int=1), wanted=wanted, **given)


def test_the_table_of_moves_is_whole():
    """Every mover knows every state."""
    for mover in Mover:
        assert set(MOVES[mover]) == set(State)


@pytest.mark.parametrize("state", list(State))
def test_nobody_but_the_plan_takes_back_what_the_plan_ended(state):
    """A phone does not un-cancel, nor does what is sent."""
    assert may_move(State.CANCELLED, state, Mover.PERSON) is (state is State.CANCELLED)
    assert may_move(State.CANCELLED, state, Mover.DISPATCH) is (state is State.CANCELLED)
    assert may_move(State.CANCELLED, State.PLANNED, Mover.PLAN)


@pytest.mark.parametrize("ended", [State.DONE, State.DISMISSED])
@pytest.mark.parametrize("mover", [Mover.PLAN, Mover.DISPATCH])
def test_what_a_person_ended_the_server_does_not_touch(ended, mover):
    """Sent never overwrites done, and no plan begins it anew."""
    assert [state for state in State if may_move(ended, state, mover)] == [ended]


def test_what_a_person_ended_they_may_take_back():
    """And only take back: another phone, long offline, does not wake it by the way."""
    for ended in (State.DONE, State.DISMISSED):
        assert {state for state in State if may_move(ended, state, Mover.PERSON)} == {
            ended,
            State.PLANNED,
        }


def test_no_phone_says_that_something_was_sent_or_cancelled():
    """That is the server's word."""
    for before in set(State) - {State.SENT, State.CANCELLED}:
        assert not may_move(before, State.SENT, Mover.PERSON)
        assert not may_move(before, State.CANCELLED, Mover.PERSON)


def test_an_open_reminder_rings_at_each_lead():
    """The first one first."""
    found = rings(reminder())

    assert [(ring.lead_minutes, ring.ring_at) for ring in found] == [
        (1440, DUE - timedelta(days=1)),
        (120, DUE - timedelta(hours=2)),
    ]


@pytest.mark.parametrize("state", [state for state in State if not is_open(state)])
def test_what_is_over_does_not_ring(state):
    """Done, dismissed, cancelled."""
    assert rings(reminder(state=state)) == ()


def test_a_snoozed_reminder_rings_when_that_ends_and_later():
    """What comes before is silent."""
    until = DUE - timedelta(hours=5)
    found = rings(reminder(state=State.SNOOZED, snoozed_until=until))

    assert [ring.ring_at for ring in found] == [until, DUE - timedelta(hours=2)]
    assert found[0].lead_minutes == 300


def test_identifiers_follow_from_what_they_are_about():
    """And differ with every part of it."""
    of = [
        reminder_id(space, kind, subject, occurrence)
        for space in (SPACE, UUID(int=8))
        for kind in (ReminderKind.OWN, ReminderKind.VACCINE)
        for subject in ("a", "b")
        for occurrence in ("1", "2")
    ]
    jobs = [job_id(of[0], party, lead) for party in (UUID(int=1), UUID(int=2)) for lead in (0, 5)]

    assert len(set(of)) == 16
    assert len(set(jobs)) == 4
    assert of[0] == reminder_id(SPACE, ReminderKind.OWN, "a", "1")
