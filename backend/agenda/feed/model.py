"""The agenda as a calendar elsewhere shows it, and what is remembered of having shown it."""

from datetime import datetime
from enum import Enum
from typing import Literal
from uuid import UUID

import msgspec

from backend.agenda.model import Appointment

Titles = Literal["neutral", "shown"]
Language = Literal["fr", "en"]


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a calendar says by itself, in one language."""

    calendar: str
    appointment: str
    cancelled: str


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a link shows, and in which language it says what it says by itself."""

    titles: Titles = "neutral"
    language: Language = "fr"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Where a link leads: one party's eye on one space."""

    space_id: UUID
    party_id: UUID


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A link as it is kept; the link itself is not, only a keyed hash of it.

    `granted_from` is that of the mandate under which it was made: another mandate
    does not bring it back.
    """

    link: Link
    feed_id: UUID
    token_hash: bytes
    options: Options
    made_at: datetime
    granted_from: datetime | None
    rev: int
    sealed_memory: bytes


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment that the eye behind a link sees now."""

    record_id: UUID
    body: Appointment
    is_sensitive: bool


class Status(Enum):
    """How sure an event is.

    Source: RFC 5545, 3.8.1.11.
    """

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class Span(msgspec.Struct, frozen=True, array_like=True):
    """From when to when, in the zone of the place."""

    starts_at: datetime
    ends_at: datetime | None
    zone: str

    @property
    def over_at(self) -> datetime:
        """When it is over; one without an end is over when it starts."""
        return self.ends_at or self.starts_at


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What leaves of an appointment."""

    span: Span
    status: Status
    summary: str
    location: str | None = None
    description: str | None = None


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered of an event: enough to say that it changed, or that it is gone."""

    sequence: int
    changed_at: datetime
    fingerprint: bytes
    span: Span
    gone_at: datetime | None = None


class Memory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a link has shown so far.

    An event that was forgotten and comes back begins at `floor`, so that no
    sequence goes back. `told_on` and `told_tag` are the day and the content of the
    last line in the journal.
    """

    seen: dict[UUID, Seen] = {}
    floor: int = 0
    told_on: int = 0
    told_tag: str = ""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a calendar."""

    uid: str
    sequence: int
    changed_at: datetime
    said: Said


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One whole calendar, before it is written out: equal plans are equal bytes."""

    name: str
    language: Language
    events: tuple[Event, ...]
