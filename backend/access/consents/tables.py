"""Requests for consent as a professional keeps them, and who has read what for the first time."""

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from backend.kernel.tables import hash_column, instant_column, metadata

requests = Table(
    "consent_request",
    metadata,
    # One for each ask, whether or not somebody is there to answer: the rows look alike.
    Column("professional_id", Uuid, nullable=False),
    Column("request_id", Uuid, nullable=False),  # Also the record of the consent, if there is one.
    hash_column("person_hash"),  # Who was asked for, as typed.
    Column("sealed", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),  # waiting | given | refused | ended
    hash_column("code_hash"),
    Column("tries", Integer, nullable=False),
    instant_column("code_expires_at"),
    instant_column("asked_at"),
    instant_column("expires_at"),
    Column("space_id", Uuid),  # None until it was brought to somebody.
    instant_column("granted_until", nullable=True),
    instant_column("due_at", nullable=True),  # Since when something of it is to be brought.
    instant_column("kept_until", nullable=True),
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
    instant_column("granted_from"),
    PrimaryKeyConstraint("space_id", "party_id"),
    info={"shard_by": "space_id"},
)
