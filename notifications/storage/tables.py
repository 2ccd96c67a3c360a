"""The tables of notifications. Every key begins with `space_id`: a job lives with its space.

A row whose `due_at` is empty is at rest, and costs the scan for due ones nothing.
Source: docs/decisions/0030-reminders-are-records.md; the distribution rules, 5 (a).
"""

from sqlalchemy import (
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_BY_SPACE = {"shard_by": "space_id"}


def _instant(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _due() -> Index:
    is_due = text("due_at IS NOT NULL")
    return Index(None, "due_at", sqlite_where=is_due, postgresql_where=is_due)


plans = Table(
    "plan",
    metadata,
    # Written with whatever changes a fact, and by the planner when it is done.
    Column("space_id", Uuid, nullable=False),
    _instant("due_at", nullable=True),
    _instant("marked_at", nullable=True),  # Since when something waits to be planned.
    PrimaryKeyConstraint("space_id"),
    _due(),
    info=_BY_SPACE,
)

jobs = Table(
    "job",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("job_id", Uuid, nullable=False),  # Follows from the three columns that are next.
    Column("reminder_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("lead_minutes", Integer, nullable=False),
    _instant("ring_at"),
    _instant("due_at", nullable=True),  # When to look at it next: while leased, when that ends.
    Column("state", Text, nullable=False),  # planned | leased | sent | skipped | cancelled | failed
    Column("reason", Text),
    Column("attempts", Integer, nullable=False),
    Column("lease_owner", Uuid),
    PrimaryKeyConstraint("space_id", "job_id"),
    _due(),
    info=_BY_SPACE,
)

deliveries = Table(
    "delivery",
    metadata,
    # Written before anything is sent: what is here may have left.
    Column("space_id", Uuid, nullable=False),
    Column("delivery_id", Uuid, nullable=False),  # The provider's idempotency key.
    Column("job_id", Uuid, nullable=False),
    Column("reminder_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("lead_minutes", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False),  # sending | delivered | refused | dead
    Column("tries", Integer, nullable=False),
    Column("reason", Text),
    _instant("booked_at"),
    PrimaryKeyConstraint("space_id", "delivery_id"),
    UniqueConstraint("space_id", "reminder_id", "party_id", "lead_minutes", "channel"),
    Index(None, "space_id", "job_id"),
    info=_BY_SPACE,
)
