"""mandates of caregivers, and when persons come of age."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "mandate_code",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_mandate_code")),
        info={"shard_by": "code_hash"},
    )
    op.create_index(op.f("ix_mandate_code_expires_at"), "mandate_code", ["expires_at"])
    op.create_table(
        "majority",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("space_id", name=op.f("pk_majority")),
        info={"shard_by": "space_id"},
    )
    op.create_index(op.f("ix_majority_due_at"), "majority", ["due_at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index(op.f("ix_majority_due_at"), table_name="majority")
    op.drop_table("majority")
    op.drop_index(op.f("ix_mandate_code_expires_at"), table_name="mandate_code")
    op.drop_table("mandate_code")
