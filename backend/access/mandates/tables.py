"""Where the code of an invitation leads. What it is about is a record of its space.

Source: docs/decisions/0022-mandates.md.
"""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Uuid

from backend.kernel.tables import hash_column, instant_column, metadata

mandate_codes = Table(
    "mandate_code",
    metadata,
    # The code counts only while the mandate that it leads to waits for its answer.
    hash_column("code_hash"),
    Column("space_id", Uuid, nullable=False),
    Column("mandate_id", Uuid, nullable=False),
    instant_column("expires_at"),
    PrimaryKeyConstraint("code_hash"),
    Index(None, "expires_at"),
    info={"shard_by": "code_hash"},
)
