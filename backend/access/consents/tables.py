"""Requests for consent as a professional keeps them, and who has read what for the first time."""

from sqlalchemy import (
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from backend.kernel.tables import metadata


def _instant(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


requests = Table(
    "consent_request",
    metadata,
    # One for each ask, whether or not somebody is there to answer: the rows look alike.
    Column("professional_id", Uuid, nullable=False),
    Column("request_id", Uuid, nullable=False),  # Also the record of the consent, if there is one.
    Column("person_hash", LargeBinary(32), nullable=False),  # Who was asked for, as typed.
    Column("sealed", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),  # waiting | given | refused | ended
    Column("code_hash", LargeBinary(32), nullable=False),
    Column("tries", Integer, nullable=False),
    _instant("code_expires_at"),
    _instant("asked_at"),
    _instant("expires_at"),
    Column("space_id", Uuid),  # None until it was brought to somebody.
    _instant("granted_until", nullable=True),
    _instant("due_at", nullable=True),  # Since when something of it is to be brought.
    _instant("kept_until", nullable=True),
    PrimaryKeyConstraint("professional_id", "request_id"),
    Index(None, "due_at"),
    Index(None, "kept_until"),
    info={"shard_by": "professional_id"},
)

first_reads = Table(
    "first_read",
    metadata,
    # Since when a party's newest consent runs of which the person was told that it is used.
    Column("space_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    _instant("granted_from"),
    PrimaryKeyConstraint("space_id", "party_id"),
    info={"shard_by": "space_id"},
)
