"""lines of the journal that wait for an announcement; whose the bytes of a deposit are."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and say of bytes which professional brought them."""
    op.create_table(
        "withheld_trace",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("trace_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "space_id", "trace_id", "record_id", name=op.f("pk_withheld_trace")
        ),
        info={"shard_by": "space_id"},
    )
    op.add_column("blob", sa.Column("depositor_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Take them away; lines that waited are lost with them."""
    with op.batch_alter_table("blob") as batch_op:
        batch_op.drop_column("depositor_id")
    op.drop_table("withheld_trace")
