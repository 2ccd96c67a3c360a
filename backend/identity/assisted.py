"""What somebody does with the help of a support agent, who sees none of it."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import msgspec


class Act(Enum):
    """What a person may be helped with."""

    ACTIVATION = "activation"
    LETTER = "letter"
    RESET = "reset"


class Assisted(msgspec.Struct, frozen=True, kw_only=True):
    """The ticket of a workshop that a person has quoted, while it is good."""

    workshop_id: UUID
    ticket_id: UUID
    until: datetime
    """When the workshop ends: whoever acts later acts alone."""


class Helped(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an agent helped, as what, and in whose space: for its journal."""

    space_id: UUID
    party_id: UUID
    role: str
