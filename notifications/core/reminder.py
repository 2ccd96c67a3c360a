"""What one planned notification says, when it rings, and what may become of it.

A reminder is one occurrence. Its identifier follows from what it is about, so
that planning twice makes one, and two processes never make two.

Source: docs/decisions/0030-reminders-are-records.md.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from types import MappingProxyType
from uuid import UUID, uuid5

import msgspec

from notifications.core.text import Text

_MINUTE = timedelta(minutes=1)


class ReminderKind(Enum):
    """What a reminder is about."""

    APPOINTMENT = "appointment"
    VACCINE = "vaccine"
    SCREENING = "screening"
    EXAMINATION = "examination"
    """One of a child's."""
    CHECK = "check"
    """A visit to prevent."""
    OWN = "own"
    """What a person asked to be reminded of."""


ADVISED = frozenset(ReminderKind) - {ReminderKind.APPOINTMENT, ReminderKind.OWN}
"""What a calendar advises, whoever asked for it or not."""


class State(Enum):
    """What became of a reminder."""

    PLANNED = "planned"
    TAKEN = "taken"
    """A phone has it, and rings by itself."""
    SENT = "sent"
    SEEN = "seen"
    DONE = "done"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"
    CANCELLED = "cancelled"
    """There is nothing to remind of any more: an appointment was called off, a dose given."""


class Mover(Enum):
    """Who moves a reminder from one state to another."""

    PERSON = "person"
    """Whoever is reminded, or their phone."""
    PLAN = "plan"
    """The server, when it plans."""
    DISPATCH = "dispatch"
    """The server, when it has sent."""


_OPEN = frozenset({State.PLANNED, State.TAKEN, State.SENT, State.SEEN, State.SNOOZED})
_ANSWERS = frozenset({State.TAKEN, State.SEEN, State.DONE, State.SNOOZED, State.DISMISSED})
# Who said that it is done, or to be left alone, may take that back. Nothing else comes
# after it: another phone that was long offline does not wake what is settled.
_TAKEN_BACK = frozenset({State.PLANNED})

MOVES: Mapping[Mover, Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        Mover.PERSON: {
            State.PLANNED: _ANSWERS,
            State.TAKEN: _ANSWERS | {State.PLANNED},
            State.SENT: _ANSWERS,
            State.SEEN: _ANSWERS,
            State.SNOOZED: _ANSWERS | {State.PLANNED},
            State.DONE: _TAKEN_BACK,
            State.DISMISSED: _TAKEN_BACK,
            State.CANCELLED: frozenset(),
        },
        Mover.PLAN: {
            **dict.fromkeys(_OPEN, frozenset({State.PLANNED, State.CANCELLED})),
            # What the plan ended, the plan may begin again: a dose that was entered by mistake.
            State.CANCELLED: frozenset({State.PLANNED}),
            # What a person decided stands.
            State.DONE: frozenset(),
            State.DISMISSED: frozenset(),
        },
        Mover.DISPATCH: {
            State.PLANNED: frozenset({State.SENT}),
            State.TAKEN: frozenset({State.SENT}),
            State.SNOOZED: frozenset({State.SENT}),
            State.SENT: frozenset(),
            # To have seen the first ring is more than to have been sent the second.
            State.SEEN: frozenset(),
            State.DONE: frozenset(),
            State.DISMISSED: frozenset(),
            State.CANCELLED: frozenset(),
        },
    }
)
"""From which state whom may move a reminder where. To leave it where it is, everybody may."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A reminder that a plan asks for, before anybody had a word in it.

    `subject` is what it is about, in the host's words: the record of an
    appointment, a recommendation and its step, the record of a person's own
    rule. `occurrence` tells one time from the next. Each of `lead_minutes` is a
    ring so long before `due_at`; a negative one comes after. Without any it is
    shown, and never rings. `earliest_on`, `due_on` and `latest_on` are the days of a
    recommendation, `level` how strongly it is asked for, and `status` where the
    person stands with it: in the words of `Recommendation`.
    """

    kind: ReminderKind
    subject: str
    occurrence: str
    due_at: datetime
    time_zone: str
    lead_minutes: tuple[int, ...]
    title: Text
    why: Text
    text_key: str
    source: str | None = None
    status: str | None = None
    level: str | None = None
    earliest_on: date | None = None
    due_on: date | None = None
    latest_on: date | None = None
    must_confirm: bool = False


class Reminder(msgspec.Struct, frozen=True, kw_only=True):
    """A reminder that stands: what was wanted, and what became of it."""

    reminder_id: UUID
    wanted: Wanted
    state: State = State.PLANNED
    taken_by: tuple[UUID, ...] = ()
    """The devices that ring by themselves."""
    snoozed_until: datetime | None = None


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """One time at which a reminder rings. `lead_minutes` names it among its likes."""

    lead_minutes: int
    ring_at: datetime


def reminder_id(namespace: UUID, kind: ReminderKind, subject: str, occurrence: str) -> UUID:
    """Return the identifier of an occurrence: the same wherever and whenever it is planned.

    Identifiers are stored in the clear, so *namespace* is a secret of the space: without
    it one could tell from an identifier which of all vaccines a person is reminded of.
    """
    return uuid5(namespace, f"{kind.value}/{subject}/{occurrence}")


def job_id(reminder_id: UUID, party_id: UUID, lead_minutes: int) -> UUID:
    """Return the identifier of the job that tells one party of one ring."""
    return uuid5(reminder_id, f"{party_id}/{lead_minutes}")


def delivery_id(job_id: UUID, channel: str) -> UUID:
    """Return the identifier of a job's one delivery by a channel: its idempotency key."""
    return uuid5(job_id, channel)


def may_move(before: State, after: State, by: Mover) -> bool:
    """Say whether somebody may move a reminder from one state to another."""
    return before is after or after in MOVES[by][before]


def is_open(state: State) -> bool:
    """Say whether a reminder in this state may still ring."""
    return state in _OPEN


def rings(reminder: Reminder) -> tuple[Ring, ...]:
    """Return when a reminder rings, the first one first; never, once it is over.

    One that is snoozed rings when that ends, and at the leads that come later.
    """
    if not is_open(reminder.state):
        return ()
    wanted = reminder.wanted
    found = {
        lead: Ring(lead_minutes=lead, ring_at=_before(wanted.due_at, lead))
        for lead in wanted.lead_minutes
    }
    until = reminder.snoozed_until
    if reminder.state is State.SNOOZED and until is not None:
        found = {lead: ring for lead, ring in found.items() if until < ring.ring_at}
        lead = (wanted.due_at - until) // _MINUTE
        found[lead] = Ring(lead_minutes=lead, ring_at=until)
    return tuple(sorted(found.values(), key=lambda ring: ring.ring_at))


def _before(due_at: datetime, minutes: int) -> datetime:
    """Return an instant so many minutes before another, or the first or last that there is."""
    try:
        return due_at - minutes * _MINUTE
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if minutes > 0 else datetime.max.replace(tzinfo=UTC)
