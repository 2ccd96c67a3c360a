"""plans of reminders, jobs that tell of them, and what was delivered."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BY_SPACE = {"shard_by": "space_id"}
_DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    """Make the tables, and let every space that is there be planned."""
    _make_plans_and_jobs()
    _make_deliveries()
    for table in ("plan", "job"):
        op.create_index(
            op.f(f"ix_{table}_due_at"),
            table,
            ["due_at"],
            sqlite_where=_DUE,
            postgresql_where=_DUE,
        )
    _plan_every_space()


def _make_plans_and_jobs() -> None:
    op.create_table(
        "plan",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("marked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("space_id", name=op.f("pk_plan")),
        info=_BY_SPACE,
    )
    op.create_table(
        "job",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("reminder_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("lead_minutes", sa.Integer(), nullable=False),
        sa.Column("ring_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.Uuid()),
        sa.PrimaryKeyConstraint("space_id", "job_id", name=op.f("pk_job")),
        info=_BY_SPACE,
    )


def _make_deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("reminder_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("lead_minutes", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("space_id", "delivery_id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "space_id",
            "reminder_id",
            "party_id",
            "lead_minutes",
            "channel",
            name=op.f("uq_delivery_space_id_reminder_id_party_id_lead_minutes_channel"),
        ),
        info=_BY_SPACE,
    )
    op.create_index(op.f("ix_delivery_space_id_job_id"), "delivery", ["space_id", "job_id"])


def _plan_every_space() -> None:
    spaces = sa.table("space", sa.column("space_id", sa.Uuid()))
    plans = sa.table(
        "plan",
        sa.column("space_id", sa.Uuid()),
        sa.column("due_at", sa.DateTime(timezone=True)),
        sa.column("marked_at", sa.DateTime(timezone=True)),
    )
    # Of all time: what rings from now on is planned by the first tick.
    first = sa.literal(datetime(2000, 1, 1, tzinfo=UTC), sa.DateTime(timezone=True))
    every = sa.select(spaces.c.space_id, first)
    op.execute(sa.insert(plans).from_select(["space_id", "due_at"], every))


def downgrade() -> None:
    """Take them away."""
    op.drop_table("delivery")
    op.drop_table("job")
    op.drop_table("plan")
