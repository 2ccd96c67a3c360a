"""The tables of sync. Every key begins with `space_id`; every space is one shard.

Source: docs/decisions/0001-feed-per-viewer.md, 0002-numbering.md.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
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
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_BY_SPACE = {"shard_by": "space_id"}


def _in_space() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["space_id"], ["space.space_id"], ondelete="CASCADE")


spaces = Table(
    "space",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("head", BigInteger, nullable=False),  # The last number given in this space.
    Column("epoch", Integer, nullable=False),  # Grows after a restore or a repair.
    Column("state", Text, nullable=False),  # open | closed
    Column("due_at", DateTime(timezone=True)),  # When time alone next changes who may see what.
    PrimaryKeyConstraint("space_id"),
    info=_BY_SPACE,
)

viewers = Table(
    "viewer",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("viewer_id", Uuid, nullable=False),
    Column("party_id", Uuid),
    Column("role", Text, nullable=False),
    Column("grant_", LargeBinary, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("keeps_copy", Boolean, nullable=False),
    Column("opens_at", DateTime(timezone=True)),
    Column("closes_at", DateTime(timezone=True)),
    Column("head", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("digest", LargeBinary(16), nullable=False),
    PrimaryKeyConstraint("space_id", "viewer_id"),
    UniqueConstraint("space_id", "party_id"),
    _in_space(),
    info=_BY_SPACE,
)


def _index_where_known(column: str) -> Index:
    is_known = text(f"{column} IS NOT NULL")
    return Index(None, "space_id", column, sqlite_where=is_known, postgresql_where=is_known)


records = Table(
    "record",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("collection", Text, nullable=False),
    Column("rev", BigInteger, nullable=False),  # The space's number of its last change.
    Column("category", Text, nullable=False),
    Column("flags", Integer, nullable=False),
    Column("depositor_id", Uuid, nullable=False),
    Column("author_id", Uuid, nullable=False),  # Who wrote the revision that stands.
    Column("deleted", Boolean, nullable=False),
    Column("restrictions", LargeBinary),  # The host's words: from whom it is kept.
    Column("family_id", Uuid),  # The record with which it is kept from others; None for itself.
    Column("named_id", Uuid),  # The record that its body names, where it names one.
    Column("due_at", DateTime(timezone=True)),  # When time alone changes who may see it.
    Column("sealed", LargeBinary),
    PrimaryKeyConstraint("space_id", "record_id"),
    _in_space(),
    # Most records stand for themselves and name no other: they cost no line of an index.
    _index_where_known("family_id"),
    _index_where_known("named_id"),
    info=_BY_SPACE,
)

feeds = Table(
    "feed",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("viewer_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("collection", Text, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    PrimaryKeyConstraint("space_id", "viewer_id", "seq"),
    # Compacted: one line for each record, its newest.
    UniqueConstraint("space_id", "viewer_id", "record_id"),
    ForeignKeyConstraint(
        ["space_id", "viewer_id"], ["viewer.space_id", "viewer.viewer_id"], ondelete="CASCADE"
    ),
    info=_BY_SPACE,
    sqlite_with_rowid=False,
)

ops = Table(
    "op",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("device_id", Uuid, nullable=False),
    Column("op_id", Uuid, nullable=False),
    Column("request_hash", LargeBinary(32), nullable=False),
    Column("sealed_outcome", LargeBinary, nullable=False),
    Column("answered_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("space_id", "device_id", "op_id"),
    _in_space(),
    Index(None, "answered_at"),
    info=_BY_SPACE,
)

kept_values = Table(
    "kept_value",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("device_id", Uuid, nullable=False),  # Two devices may choose one op_id.
    Column("op_id", Uuid, nullable=False),
    Column("author_id", Uuid, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("space_id", "record_id", "device_id", "op_id", "author_id"),
    _in_space(),
    info=_BY_SPACE,
)

releases = Table(
    "release",
    metadata,
    # What time alone will change: a record or a viewer to look at again. A row that
    # came too early or too late is harmless: looking again changes nothing.
    Column("space_id", Uuid, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("is_viewer", Boolean, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("space_id", "subject_id"),
    _in_space(),
    Index(None, "due_at"),
    info=_BY_SPACE,
)
