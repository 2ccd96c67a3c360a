"""The tables of workshops: support agents and their sessions, workshops and tickets.

None of them says anything of a patient. Source: docs/decisions/0020-support-agents.md.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from backend.kernel.tables import hash_column, instant_column, metadata

_BY_AGENT = {"shard_by": "agent_id"}
_BY_WORKSHOP = {"shard_by": "workshop_id"}


agents = Table(
    "agent",
    metadata,
    Column("agent_id", Uuid, nullable=False),
    hash_column("organization_hash"),
    Column("sealed_person", LargeBinary, nullable=False),
    Column("password_hash", Text),  # None until the agent has enrolled.
    Column("sealed_seed", LargeBinary),
    Column("last_step", BigInteger, nullable=False),
    instant_column("created_at"),
    instant_column("enrolled_at", nullable=True),
    instant_column("ended_at", nullable=True),
    PrimaryKeyConstraint("agent_id"),
    info=_BY_AGENT,
)

agent_logins = Table(
    "agent_login",
    metadata,
    hash_column("login_hash"),
    Column("agent_id", Uuid, nullable=False),
    PrimaryKeyConstraint("login_hash"),
    info={"shard_by": "login_hash"},
)

agent_letters = Table(
    "agent_letter",
    metadata,
    hash_column("code_hash"),
    Column("agent_id", Uuid, nullable=False),
    instant_column("expires_at"),
    instant_column("used_at", nullable=True),
    PrimaryKeyConstraint("code_hash"),
    Index(None, "expires_at"),
    info={"shard_by": "code_hash"},
)

agent_sessions = Table(
    "agent_session",
    metadata,
    Column("agent_id", Uuid, nullable=False),
    Column("session_id", Uuid, nullable=False),
    instant_column("created_at"),
    instant_column("idle_until"),
    instant_column("expires_at"),
    instant_column("ended_at", nullable=True),
    PrimaryKeyConstraint("agent_id", "session_id"),
    info=_BY_AGENT,
)

agent_tokens = Table(
    "agent_token",
    metadata,
    hash_column("token_hash"),
    Column("agent_id", Uuid, nullable=False),
    Column("session_id", Uuid, nullable=False),
    instant_column("expires_at"),
    PrimaryKeyConstraint("token_hash"),
    Index(None, "expires_at"),
    info={"shard_by": "token_hash"},
)

workshops = Table(
    "workshop",
    metadata,
    Column("workshop_id", Uuid, nullable=False),
    hash_column("organization_hash"),
    Column("place", Text, nullable=False),
    instant_column("starts_at"),
    instant_column("ends_at"),
    instant_column("declared_at"),
    instant_column("opened_at", nullable=True),
    instant_column("closed_at", nullable=True),
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
    instant_column("opened_at"),
    instant_column("expires_at"),
    instant_column("held_until"),  # Somebody has begun with it, and is given time to end.
    instant_column("done_at", nullable=True),
    PrimaryKeyConstraint("workshop_id", "ticket_id"),
    info=_BY_WORKSHOP,
)

ticket_codes = Table(
    "workshop_ticket_code",
    metadata,
    hash_column("code_hash"),
    Column("workshop_id", Uuid, nullable=False),
    Column("ticket_id", Uuid, nullable=False),
    instant_column("expires_at"),
    PrimaryKeyConstraint("code_hash"),
    Index(None, "expires_at"),
    info={"shard_by": "code_hash"},
)
