"""lines that wait for an announcement; whose bytes a deposit is; emergencies day by day."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and say of bytes which professional brought them."""
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
    op.create_table(
        "emergency_day",
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("profession", sa.Text(), nullable=False),
        sa.Column("declared", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("professional_id", "day", name=op.f("pk_emergency_day")),
        info={"shard_by": "professional_id"},
    )
    op.create_index(op.f("ix_emergency_day_profession_day"), "emergency_day", ["profession", "day"])
    op.add_column("blob", sa.Column("depositor_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Take them away; lines that waited are lost with them."""
    with op.batch_alter_table("blob") as batch_op:
        batch_op.drop_column("depositor_id")
    op.drop_index(op.f("ix_emergency_day_profession_day"), table_name="emergency_day")
    op.drop_table("emergency_day")
    op.drop_table("withheld_trace")
