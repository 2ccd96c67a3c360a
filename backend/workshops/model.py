"""A support agent, a workshop of theirs, and a ticket for one person's act."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import msgspec

from backend.identity.assisted import Act


class AgentPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Who an agent is. Kept sealed."""

    name: str
    organization: str
    login: str = ""


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent as stored."""

    agent_id: UUID
    organization_hash: bytes
    sealed_person: bytes
    password_hash: str | None
    sealed_seed: bytes | None
    last_step: int
    created_at: datetime
    enrolled_at: datetime | None = None
    ended_at: datetime | None = None


class AgentLetter(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator hands to an agent; the code is kept nowhere else."""

    agent_id: UUID
    code: str
    expires_at: datetime


class AgentEnrolment(msgspec.Struct, frozen=True, kw_only=True):
    """The secret for the agent's authenticator app, to be confirmed by a code of it."""

    secret: str
    otpauth_uri: str


class AgentSignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent gets: nothing that renews it, half an hour at most."""

    access_token: str
    expires_at: datetime
    idle_seconds: int


class AgentCaller(msgspec.Struct, frozen=True, kw_only=True):
    """The agent who makes a request."""

    agent_id: UUID
    session_id: UUID
    organization_hash: bytes
    person: AgentPerson
    expires_at: datetime


class WorkshopState(Enum):
    """What may be done in a workshop now: something only while it is open."""

    DECLARED = "declared"
    OPEN = "open"
    OVER = "over"


class Workshop(msgspec.Struct, frozen=True, kw_only=True):
    """A workshop as stored."""

    workshop_id: UUID
    organization_hash: bytes
    place: str
    starts_at: datetime
    ends_at: datetime
    declared_at: datetime
    opened_at: datetime | None = None
    closed_at: datetime | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A workshop as it is declared."""

    place: str
    starts_at: datetime
    ends_at: datetime
    colleagues: tuple[str, ...] = ()


class WorkshopView(msgspec.Struct, frozen=True, kw_only=True):
    """A workshop as its agents see it."""

    workshop_id: UUID
    place: str
    starts_at: datetime
    ends_at: datetime
    state: WorkshopState


class TicketState(Enum):
    """All that an agent may know of what a person did with a ticket."""

    WAITING = "waiting"
    DONE = "done"
    EXPIRED = "expired"


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """The right of one person to be helped with one act, as stored. It names no person."""

    workshop_id: UUID
    ticket_id: UUID
    agent_id: UUID
    act: str
    opened_at: datetime
    expires_at: datetime
    held_until: datetime
    done_at: datetime | None = None


class TicketView(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket as its agent sees it."""

    ticket_id: UUID
    act: Act
    state: TicketState
    expires_at: datetime


class TicketOpened(msgspec.Struct, frozen=True, kw_only=True):
    """A new ticket with its code, to be shown or printed for the person."""

    ticket_id: UUID
    act: Act
    code: str
    expires_at: datetime
