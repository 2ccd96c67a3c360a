"""A letter that waits for the operator's printer."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import msgspec

from backend.kernel.ids import SpaceId


class LetterKind(Enum):
    """What a letter is for: to bring a code, or to remind."""

    ACTIVATION = "activation"
    RECOVERY = "recovery"
    OF_AGE = "of-age"
    REMINDER = "reminder"


class LetterState(Enum):
    """How far a letter has come."""

    QUEUED = "queued"
    TAKEN = "taken"
    """Handed to a printer, which has not said yet that it is on paper."""
    PRINTED = "printed"


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """What is printed. Kept sealed until it is on paper, and nowhere after.

    `address` is who and where, line by line; without one the name alone is
    printed, and whoever sends the letter adds the address on file.
    `code` is None where it is handed over in person.
    """

    kind: LetterKind
    addressee: str
    language: str
    subject: str
    text: str
    code: str | None = None
    expires_at: datetime | None = None
    address: tuple[str, ...] = ()


class QueuedLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as the operator's printer takes it; one without a code says where to get it."""

    letter_id: UUID
    space_id: SpaceId
    kind: LetterKind
    addressee: str
    code: str | None
    language: str
    subject: str
    text: str
    expires_at: datetime | None
    address: tuple[str, ...]


class LetterPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Which letter: its own identifier, and its space's."""

    space_id: SpaceId
    letter_id: UUID


class LetterStanding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a letter has come. It says nothing of what is in it."""

    letter_id: UUID
    space_id: SpaceId
    state: LetterState
    queued_at: datetime
    taken_at: datetime | None = None
    printed_at: datetime | None = None
