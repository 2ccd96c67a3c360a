"""The tables of workshops: support agents and their sessions, workshops and tickets.

None of them says anything of a patient. Source: docs/decisions/0020-support-agents.md.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from backend.kernel.tables import metadata

_BY_AGENT = {"shard_by": "agent_id"}
_BY_WORKSHOP = {"shard_by": "workshop_id"}


def _instant(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _hash(name: str) -> Column[object]:
    return Column(name, LargeBinary(32), nullable=False)


agents = Table(
    "agent",
    metadata,
    Column("agent_id", Uuid, nullable=False),
    _hash("organization_hash"),
    Column("sealed_person", LargeBinary, nullable=False),
    Column("password_hash", Text),  # None until the agent has enrolled.
    Column("sealed_seed", LargeBinary),
    Column("last_step", BigInteger, nullable=False),
    _instant("created_at"),
    _instant("enrolled_at", nullable=True),
    _instant("ended_at", nullable=True),
    PrimaryKeyConstraint("agent_id"),
    info=_BY_AGENT,
)

agent_logins = Table(
    "agent_login",
    metadata,
    _hash("login_hash"),
    Column("agent_id", Uuid, nullable=False),
    PrimaryKeyConstraint("login_hash"),
    info={"shard_by": "login_hash"},
)

agent_letters = Table(
    "agent_letter",
    metadata,
    _hash("code_hash"),
    Column("agent_id", Uuid, nullable=False),
    _instant("expires_at"),
    _instant("used_at", nullable=True),
    PrimaryKeyConstraint("code_hash"),
    Index(None, "expires_at"),
    info={"shard_by": "code_hash"},
)

agent_sessions = Table(
    "agent_session",
    metadata,
    Column("agent_id", Uuid, nullable=False),
    Column("session_id", Uuid, nullable=False),
    _instant("created_at"),
    _instant("idle_until"),
    _instant("expires_at"),
    _instant("ended_at", nullable=True),
    PrimaryKeyConstraint("agent_id", "session_id"),
    info=_BY_AGENT,
)

agent_tokens = Table(
    "agent_token",
    metadata,
    _hash("token_hash"),
    Column("agent_id", Uuid, nullable=False),
    Column("session_id", Uuid, nullable=False),
    _instant("expires_at"),
    PrimaryKeyConstraint("token_hash"),
    Index(None, "expires_at"),
    info={"shard_by": "token_hash"},
)

workshops = Table(
    "workshop",
    metadata,
    Column("workshop_id", Uuid, nullable=False),
    _hash("organization_hash"),
    Column("place", Text, nullable=False),
    _instant("starts_at"),
    _instant("ends_at"),
    _instant("declared_at"),
    _instant("opened_at", nullable=True),
    _instant("closed_at", nullable=True),
    PrimaryKeyConstraint("workshop_id"),
    info=_BY_WORKSHOP,
)

workshop_agents = Table(
    "workshop_agent",
    metadata,
    # Who holds a workshop: found by the agent, who is always the one who asks.
    Column("agent_id", Uuid, nullable=False),
    Column("workshop_id", Uuid, nullable=False),
    PrimaryKeyConstraint("agent_id", "workshop_id"),
    info=_BY_AGENT,
)

tickets = Table(
    "workshop_ticket",
    metadata,
    Column("workshop_id", Uuid, nullable=False),
    Column("ticket_id", Uuid, nullable=False),
    Column("agent_id", Uuid, nullable=False),
    Column("act", Text, nullable=False),
    _instant("opened_at"),
    _instant("expires_at"),
    _instant("held_until"),  # Somebody has begun with it, and is given time to end.
    _instant("done_at", nullable=True),
    PrimaryKeyConstraint("workshop_id", "ticket_id"),
    info=_BY_WORKSHOP,
)

ticket_codes = Table(
    "workshop_ticket_code",
    metadata,
    _hash("code_hash"),
    Column("workshop_id", Uuid, nullable=False),
    Column("ticket_id", Uuid, nullable=False),
    _instant("expires_at"),
    PrimaryKeyConstraint("code_hash"),
    Index(None, "expires_at"),
    info={"shard_by": "code_hash"},
)
