"""emergency access, professionals' deposits, and the queue of reviews in its order."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and let reviews be listed by when they were asked for."""
    op.create_table(
        "emergency_place",
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("professional_id", "place", name=op.f("pk_emergency_place")),
        info={"shard_by": "professional_id"},
    )
    op.create_table(
        "deposit",
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("deposited_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("professional_id", "record_id", name=op.f("pk_deposit")),
        info={"shard_by": "professional_id"},
    )
    op.create_index(
        op.f("ix_deposit_professional_id_deposited_at"),
        "deposit",
        ["professional_id", "deposited_at"],
    )
    op.create_index(op.f("ix_review_state_created_at"), "review", ["state", "created_at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index(op.f("ix_review_state_created_at"), table_name="review")
    op.drop_index(op.f("ix_deposit_professional_id_deposited_at"), table_name="deposit")
    op.drop_table("deposit")
    op.drop_table("emergency_place")
