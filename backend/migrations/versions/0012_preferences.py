"""how people are reminded: preferences, push subscriptions, links; letters that were printed."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and let a letter say how far it has come."""
    op.create_table(
        "notification_preference",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("space_id", "party_id", name=op.f("pk_notification_preference")),
        info={"shard_by": "space_id"},
    )
    op.create_table(
        "push_subscription",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "subscription_id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint(
            "account_id", "device_id", name=op.f("uq_push_subscription_account_id_device_id")
        ),
        info={"shard_by": "account_id"},
    )
    op.create_table(
        "stop_link",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_stop_link")),
        info={"shard_by": "token_hash"},
    )
    for name in ("taken_at", "printed_at"):
        op.add_column("queued_letter", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take them away; letters that were printed are gone, as they were then."""
    op.execute("DELETE FROM queued_letter WHERE printed_at IS NOT NULL")
    with op.batch_alter_table("queued_letter") as batch_op:
        batch_op.drop_column("printed_at")
        batch_op.drop_column("taken_at")
    op.drop_table("stop_link")
    op.drop_table("push_subscription")
    op.drop_table("notification_preference")
