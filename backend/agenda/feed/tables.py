"""The agenda's links. What a link has shown is sealed; the link itself is not kept.

Source: docs/decisions/0034-agenda-feed.md.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from backend.kernel.tables import metadata

agenda_feeds = Table(
    "agenda_feed",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("feed_id", Uuid, nullable=False),
    Column("token_hash", LargeBinary(32), nullable=False),  # The only link that counts.
    Column("titles", Text, nullable=False),  # neutral | shown
    Column("language", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("granted_from", DateTime(timezone=True)),  # None where no mandate is behind it.
    Column("rev", BigInteger, nullable=False),
    Column("sealed_memory", LargeBinary, nullable=False),
    PrimaryKeyConstraint("space_id", "party_id"),
    info={"shard_by": "space_id"},
)

agenda_links = Table(
    "agenda_link",
    metadata,
    # Where to find what a link opens; it counts only while `agenda_feed` names it.
    Column("token_hash", LargeBinary(32), nullable=False),
    Column("space_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    PrimaryKeyConstraint("token_hash"),
    info={"shard_by": "token_hash"},
)
