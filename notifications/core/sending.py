"""Whether a ring is to be sent now, later or not at all, and what a failure leads to.

Source: docs/decisions/0031-rings-and-clocks.md.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

import msgspec

from notifications.core.customs import Customs
from notifications.core.reminder import Reminder, Ring, State, rings

TRIES_PER_CHANNEL = 4
BACKOFF_SECONDS = 30
BACKOFF_SECONDS_MAX = 3600


class Skip(Enum):
    """Why a ring is not sent, in the words of the counters."""

    GONE = "gone"
    """There is no such reminder any more."""
    NOT_SEEN = "not-seen"
    """The party may not see it any more."""
    CANCELLED = "cancelled"
    DONE = "done"
    DISMISSED = "dismissed"
    SNOOZED = "snoozed"
    SEEN = "seen"
    TAKEN = "taken-by-phone"
    OVERTAKEN = "overtaken"
    """A later ring of the same reminder is due as well: one message says it."""
    TOO_LATE = "too-late"
    ENOUGH = "enough-today"
    """Of what costs, the party had the most of a day."""
    RETIMED = "retimed"
    """The reminder rings at another time now."""


class Phones(msgspec.Struct, frozen=True, kw_only=True):
    """What the phones of a party do: one rings by itself, or still might say so."""

    ring: bool
    might: bool


class Wait(msgspec.Struct, frozen=True):
    """Not yet: look again then."""

    until: datetime


class Go(msgspec.Struct, frozen=True):
    """Now."""


Verdict = Skip | Wait | Go

_OVER = {
    State.CANCELLED: Skip.CANCELLED,
    State.DONE: Skip.DONE,
    State.DISMISSED: Skip.DISMISSED,
}


def refusal(
    reminder: Reminder | None, ring: Ring, *, customs: Customs, now: datetime
) -> Skip | None:
    """Say why a ring is not to be sent, as far as the reminder itself says."""
    if reminder is None:
        return Skip.GONE
    if reminder.state in _OVER:
        return _OVER[reminder.state]
    planned = rings(reminder)
    if ring not in planned:
        return Skip.SNOOZED if reminder.state is State.SNOOZED else Skip.RETIMED
    if any(ring.ring_at < one.ring_at <= now for one in planned):
        return Skip.OVERTAKEN
    kind = reminder.wanted.kind
    if customs.kinds[kind].in_time and reminder.wanted.due_at <= now:
        return Skip.TOO_LATE
    return Skip.TOO_LATE if ring.ring_at + customs.useful(kind) < now else None


def phones_of(
    reminder: Reminder, heard: Mapping[UUID, datetime], *, customs: Customs, now: datetime
) -> Phones:
    """Say whether a phone of a party rings by itself, or still might.

    A phone that is signed out, or was not heard from for long, is not trusted to.
    """
    since = now - timedelta(days=customs.settings.phone_heard_days)
    alive = {device_id for device_id, at in heard.items() if since <= at}
    return Phones(ring=not alive.isdisjoint(reminder.taken_by), might=bool(alive))


def verdict(
    ring: Ring, phones: Phones, send_at: datetime | None, *, customs: Customs, now: datetime
) -> Verdict:
    """Say whether a ring that nothing speaks against is sent now.

    Args:
        ring: Which of the rings of a reminder.
        phones: What the party's phones do by themselves.
        send_at: When the party prefers to be told, where that is not when it rings.
        customs: The rings of this installation.
        now: This instant.
    """
    at = ring.ring_at if send_at is None else send_at
    if now < at:
        return Wait(at)
    if phones.ring:
        return Skip.TAKEN
    # From the ring on, which stands: an hour to send at may follow the clock, and never come.
    patience = ring.ring_at + timedelta(minutes=customs.settings.grace_minutes)
    # Moved to before quiet hours, it must not slip into them.
    if phones.might and ring.ring_at <= at and now < patience:
        return Wait(patience)
    return Go()


def next_way(ways: Sequence[str], tries: Mapping[str, int], dead: frozenset[str]) -> str | None:
    """Return the first way that is left, in the order of preference."""
    for way in ways:
        if way not in dead and tries.get(way, 0) < TRIES_PER_CHANNEL:
            return way
    return None


def backoff(tries: int, asked_seconds: int | None, chance: float) -> timedelta:
    """Return how long to wait after a failure: doubled each time, and spread.

    Args:
        tries: How often it was tried, from 1.
        asked_seconds: How long the provider asked to wait, at least.
        chance: From 0 to 1, so that what failed together does not come back together.
    """
    seconds = min(BACKOFF_SECONDS * 2 ** min(tries - 1, 16), BACKOFF_SECONDS_MAX)
    spread = seconds * (0.5 + chance / 2)
    if asked_seconds is not None:
        spread = max(spread, min(asked_seconds, BACKOFF_SECONDS_MAX))
    return timedelta(seconds=spread)
