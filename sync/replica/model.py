"""What a replica holds, and what it tells of it."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec

from sync.core.change import OpKind

Fields = dict[str, Any]


class ProfileState(Enum):
    """Whether this device may hold anything of a space."""

    OPEN = "open"
    ENDED = "ended"


class SpaceSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One line of `GET /v1/spaces`: a space that the person may open, and as what."""

    space_id: UUID
    role: str
    display_name: str
    birth_date: str | None = None
    state: str = "open"


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One space on this device.

    `count` and `digest` are the server's, of the last complete page; `is_equal`
    says whether the device then held exactly that, None before the first.
    """

    space_id: UUID
    role: str
    display_name: str
    state: ProfileState
    generation: int
    """Grows each time the space is fetched from nothing."""
    reached: int
    """The highest number received in this generation."""
    is_rebuilding: bool
    birth_date: str | None = None
    checkpoint: str | None = None
    count: int | None = None
    digest: str | None = None
    is_equal: bool | None = None
    synced_at: datetime | None = None
    restarted_at: datetime | None = None
    ended_at: datetime | None = None


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A record as the server confirmed it."""

    space_id: UUID
    record_id: UUID
    collection: str
    seq: int
    generation: int
    fields: Fields


class QueuedOp(msgspec.Struct, frozen=True, kw_only=True):
    """A change made here that the server has not answered yet.

    Once `attempts` is not 0 it may have reached the server: nothing of it changes.
    """

    place: int
    op_id: UUID
    space_id: UUID
    collection: str
    record_id: UUID
    kind: OpKind
    base: int | None
    set: Fields
    was: Fields
    attempts: int
    queued_at: datetime


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A record as the person sees it: confirmed, overlaid by what waits."""

    space_id: UUID
    record_id: UUID
    collection: str
    fields: Fields
    seq: int | None
    """None for a record that the server has not confirmed."""
    is_waiting: bool


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """What the person wrote and did not stand, kept for them to see.

    `code` is `conflict`, or the code of the refusal; `pointer` leads to what was
    refused in the op, where the server could say.
    """

    op_id: UUID
    space_id: UUID
    record_id: UUID
    collection: str
    kind: OpKind
    fields: Fields
    code: str
    at: datetime
    pointer: str | None = None


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """Why and when something was lost."""

    code: str
    at: datetime
    pointer: str | None = None


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """What was lost in one record, oldest first, and the record as it stands now."""

    space_id: UUID
    record_id: UUID
    collection: str
    lost: list[Lost]
    standing: Fields | None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How far one space is in step with the server, recomputed from its rows."""

    profile: Profile
    count: int
    digest: str
    waiting: int
    lost: int
    is_equal: bool | None


class SyncReport(msgspec.Struct, kw_only=True):
    """What one sync did."""

    rounds: int = 0
    applied: int = 0
    merged: int = 0
    conflicts: int = 0
    refused: int = 0
    dropped: int = 0
    """Waiting changes that went with a record that may no longer be held."""
    received: int = 0
    gone: int = 0
    ended: list[UUID] = []
    """Spaces that were wiped."""
    restarted: list[UUID] = []
    """Spaces fetched again from nothing: the server said so, or the digest differed."""
    diverged: list[UUID] = []
    """Spaces whose digest differs even so."""
