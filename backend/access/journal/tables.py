"""The tables of the journal. Traces lie with their space; the log is one shard of its own.

Source: docs/decisions/0018-journal.md.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from backend.kernel.tables import hash_column, instant_column, metadata

_BY_SPACE = {"shard_by": "space_id"}
_BY_LOG = {"shard_by": "log_id"}

traces = Table(
    "trace",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("sealed", LargeBinary),  # Salt and entry; None once erased.
    hash_column("commitment"),
    hash_column("chain"),
    PrimaryKeyConstraint("space_id", "seq"),
    info=_BY_SPACE,
    sqlite_with_rowid=False,
)

trace_heads = Table(
    "trace_head",
    metadata,
    # Whoever writes a trace locks this row, and never the space itself: a journaled
    # read does not wait for a push.
    Column("space_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    hash_column("chain"),
    Column("merged_seq", BigInteger, nullable=False),
    instant_column("waiting_since", nullable=True),  # None when the tree has it.
    PrimaryKeyConstraint("space_id"),
    Index(None, "waiting_since"),
    info=_BY_SPACE,
)

own_reads = Table(
    "own_read",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("device_id", Uuid, nullable=False),
    Column("day", Integer, nullable=False),  # Of the last one in the journal: its ordinal, UTC.
    PrimaryKeyConstraint("space_id", "device_id"),
    info=_BY_SPACE,
)

withheld_traces = Table(
    "withheld_trace",
    metadata,
    # A line about a record that is still to be announced: one row for each record.
    Column("space_id", Uuid, nullable=False),
    Column("trace_id", Uuid, nullable=False),
    Column("record_id", Uuid, nullable=False),
    instant_column("noted_at"),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("space_id", "trace_id", "record_id"),
    info=_BY_SPACE,
)

trace_answers = Table(
    "trace_answer",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    instant_column("answered_at"),
    Column("review_id", Uuid),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("space_id", "seq"),
    info=_BY_SPACE,
)

reviews = Table(
    "review",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("review_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    instant_column("created_at"),
    Column("sealed", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),  # open | withdrawn | closed
    PrimaryKeyConstraint("space_id", "review_id"),
    Index(None, "state", "created_at"),
    info=_BY_SPACE,
)

log_heads = Table(
    "log_head",
    metadata,
    # One row for each log: the first one, and one more for each restore.
    Column("log_id", Uuid, nullable=False),
    instant_column("opened_at"),
    Column("size", BigInteger, nullable=False),
    hash_column("root"),
    instant_column("time"),
    Column("signed", LargeBinary, nullable=False),  # The signed head, as it is published.
    PrimaryKeyConstraint("log_id"),
    info=_BY_LOG,
)

log_leaves = Table(
    "log_leaf",
    metadata,
    Column("log_id", Uuid, nullable=False),
    Column("leaf_index", BigInteger, nullable=False),
    Column("space_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("log_id", "leaf_index"),
    UniqueConstraint("log_id", "space_id", "seq"),
    info=_BY_LOG,
    sqlite_with_rowid=False,
)

log_tiles = Table(
    "log_tile",
    metadata,
    Column("log_id", Uuid, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("tile", BigInteger, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    PrimaryKeyConstraint("log_id", "level", "tile"),
    info=_BY_LOG,
)
