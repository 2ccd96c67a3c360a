"""The agenda's links. What a link has shown is sealed; the link itself is not kept.

Source: docs/decisions/0034-agenda-feed.md.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from backend.kernel.tables import hash_column, instant_column, metadata

agenda_feeds = Table(
    "agenda_feed",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("feed_id", Uuid, nullable=False),
    hash_column("token_hash"),  # The only link that counts.
    Column("titles", Text, nullable=False),  # neutral | shown
    Column("language", Text, nullable=False),
    instant_column("made_at"),
    instant_column("granted_from", nullable=True),  # None where no mandate is behind it.
    Column("rev", BigInteger, nullable=False),
    Column("sealed_memory", LargeBinary, nullable=False),
    PrimaryKeyConstraint("space_id", "party_id"),
    info={"shard_by": "space_id"},
)

agenda_links = Table(
    "agenda_link",
    metadata,
    # Where to find what a link opens; it counts only while `agenda_feed` names it.
    hash_column("token_hash"),
    Column("space_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    PrimaryKeyConstraint("token_hash"),
    info={"shard_by": "token_hash"},
)
