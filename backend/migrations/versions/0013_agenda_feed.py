"""links by which a calendar elsewhere shows the agenda."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "agenda_feed",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("feed_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("titles", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("sealed_memory", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("space_id", "party_id", name=op.f("pk_agenda_feed")),
        info={"shard_by": "space_id"},
    )
    op.create_table(
        "agenda_link",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_agenda_link")),
        info={"shard_by": "token_hash"},
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("agenda_link")
    op.drop_table("agenda_feed")
