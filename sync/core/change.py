"""What travels: ops up, outcomes and changes down."""

from enum import Enum, IntEnum
from typing import Any
from uuid import UUID

import msgspec


class Kind(IntEnum):
    """What a feed line says of one record."""

    GONE = 0  # Deleted, masked, withdrawn or revoked: the device cannot tell which.
    PUT = 1


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One feed line on its way to a device, with the body that it announces.

    The body is spliced as it was stored, not encoded again.
    """

    seq: int
    collection: str
    record_id: UUID
    kind: str  # `put` or `gone`.
    body: msgspec.Raw | None = None


class OpKind(Enum):
    """What a device asks for."""

    PUT = "put"
    DELETE = "delete"


class Op(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One change made on a device, perhaps long ago and offline.

    `base` is the viewer's sequence number of the record when it was edited, None
    for a new one. `set` holds the fields to write (null removes one) and `was`
    what the device saw in them.
    """

    op_id: UUID
    space_id: UUID
    collection: str
    record_id: UUID
    kind: OpKind
    base: int | None = None
    set: dict[str, Any] = {}
    was: dict[str, Any] = {}


class Status(Enum):
    """What became of an op."""

    APPLIED = "applied"
    MERGED = "merged"
    CONFLICT = "conflict"
    REFUSED = "refused"


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to an op: the same for ever, however often it is sent.

    `current` is the record's body as it stands now, given when it differs from
    what the device holds after its own edit. `pointer` leads into the op.
    """

    op_id: UUID
    status: Status
    seq: int | None = None
    code: str | None = None
    pointer: str | None = None
    # Unset and not None: a union with None would refuse to decode what it encoded.
    current: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class SpaceState(Enum):
    """What a device does with its copy of a space."""

    OPEN = "open"
    RESYNC = "resync"  # Start again from nothing: the server was restored or repaired.
    WIPE = "wipe"  # Nothing here is yours to hold.
