"""What workshops ask of the composition root."""

from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

import msgspec

from backend.identity.passwords import Passwords
from backend.kernel.work import Office


class Practice(msgspec.Struct, frozen=True, kw_only=True):
    """A fictional world to learn in, and how to come in."""

    path: str
    """What goes before every address of the API; nobody can guess it."""
    login: str
    password: str
    ends_at: datetime


class PracticeMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that went nowhere but to the screen."""

    channel: str
    to: str
    text: str


@runtime_checkable
class Practices(Protocol):
    """Fictional worlds, each thrown away with all that was done in it."""

    async def open(self, workshop_id: UUID, ends_at: datetime) -> Practice:
        """Make a world for a workshop, or return the one that it has.

        Raises:
            PracticeUnavailable: There is no room for one more.
        """

    async def messages(self, workshop_id: UUID) -> list[PracticeMessage]:
        """Return what the world of a workshop would have sent, oldest first."""

    async def throw_away(self, workshop_id: UUID) -> None:
        """Leave nothing of the world of a workshop. Idempotent."""


class AgentsDesk(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent's request works with.

    `agents` reaches the tables of `reach.py`, and the database refuses the rest.
    `server` is for what the server does of itself after an agent has asked.
    """

    agents: Office
    server: Office
    passwords: Passwords
    practices: Practices
