"""What a person is told of who may see their record."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from backend.access.journal.words import Text

PartyState = Literal["in-force", "to-come", "ended", "blocked"]
Kept = Literal[
    "patient",
    "representative",
    "depositor",
    "attending",
    "administrator",
    "emergency",
    "not-named",
]


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is or was let into the space.

    `until` is when the grant in force ends, or when the last one ended.
    """

    party_id: UUID
    role: str
    who: Text
    name: str | None
    profession: str | None
    organization: str | None
    state: PartyState
    since: datetime | None
    until: datetime | None
    emergency_until: datetime | None
    sees_masked: bool


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one viewer may see an entry, why, and what the reader can do."""

    party_id: UUID | None
    role: str
    who: Text
    allow: bool
    reason: str
    despite_mask: bool
    text: Text
    next: Text | None


class ProfessionSight(msgspec.Struct, frozen=True, kw_only=True):
    """What anybody of a profession would see with the person's agreement."""

    profession: str
    label: Text
    allow: bool
    reason: str
    text: Text


class EntryAudience(msgspec.Struct, frozen=True, kw_only=True):
    """Who may see an entry, who may not, and why."""

    record_id: UUID
    collection: str
    category: str
    viewers: tuple[Sight, ...]
    professions: tuple[ProfessionSight, ...]
    emergency: Text


class ReasonCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries somebody sees, or does not, for one reason."""

    reason: str
    allow: bool
    count: int
    text: Text
    next: Text | None


class SeenEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Whether somebody sees one entry."""

    record_id: UUID
    collection: str
    category: str
    allow: bool
    reason: str


class PartyEntries(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody sees of the record, and what not, page by page."""

    party: Party
    sees: int
    does_not_see: int
    reasons: tuple[ReasonCount, ...]
    entries: tuple[SeenEntry, ...]
    more: bool


class Foresight(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the entries that a mask is on somebody sees now, and would see after.

    `because` says why some would still be seen.
    """

    party_id: UUID | None
    role: str
    who: Text
    sees_now: int
    sees_after: int
    because: Kept | None
    text: Text


class ProfessionForesight(msgspec.Struct, frozen=True, kw_only=True):
    """The same for anybody of a profession, with the person's agreement."""

    profession: str
    label: Text
    sees_now: int
    sees_after: int


class MaskPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a mask would change, were it put on now."""

    entries: int
    """How many entries it is on: of a document its versions too, and what was read in it."""
    viewers: tuple[Foresight, ...]
    professions: tuple[ProfessionForesight, ...]
    emergency: Text
