"""Where the code of an invitation leads. What it is about is a record of its space.

Source: docs/decisions/0022-mandates.md.
"""

from sqlalchemy import Column, DateTime, Index, LargeBinary, PrimaryKeyConstraint, Table, Uuid

from backend.kernel.tables import metadata

mandate_codes = Table(
    "mandate_code",
    metadata,
    # The code counts only while the mandate that it leads to waits for its answer.
    Column("code_hash", LargeBinary(32), nullable=False),
    Column("space_id", Uuid, nullable=False),
    Column("mandate_id", Uuid, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("code_hash"),
    Index(None, "expires_at"),
    info={"shard_by": "code_hash"},
)
