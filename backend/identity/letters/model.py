"""A letter that waits for the operator's printer."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import msgspec

from backend.kernel.ids import SpaceId


class LetterKind(Enum):
    """What the code of a letter is for."""

    ACTIVATION = "activation"
    RECOVERY = "recovery"
    OF_AGE = "of-age"


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """What is printed. Kept sealed until then, and nowhere after."""

    kind: LetterKind
    addressee: str
    code: str
    language: str
    subject: str
    text: str
    expires_at: datetime


class QueuedLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as the operator's printer takes it."""

    letter_id: UUID
    space_id: SpaceId
    kind: LetterKind
    addressee: str
    code: str
    language: str
    subject: str
    text: str
    expires_at: datetime
