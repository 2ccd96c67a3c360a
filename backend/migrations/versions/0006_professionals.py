"""professionals and their assistants."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and tell sessions and tokens apart by audience."""
    _make_professional()
    _make_rpps_lookup()
    _make_ticket()
    op.create_index(op.f("ix_ticket_expires_at"), "ticket", ["expires_at"])
    _make_assistantship()
    _make_assistantship_code()
    op.create_index(op.f("ix_assistantship_code_expires_at"), "assistantship_code", ["expires_at"])
    _make_employer()
    # Each of these is one statement on both databases: no table is copied.
    op.add_column(
        "session", sa.Column("audience", sa.Text(), nullable=False, server_default="patient")
    )
    op.add_column("session", sa.Column("on_behalf_of", sa.Uuid(), nullable=True))
    op.add_column("session", sa.Column("sealed_capacity", sa.LargeBinary(), nullable=True))
    op.add_column(
        "token", sa.Column("audience", sa.Text(), nullable=False, server_default="patient")
    )


def _make_professional() -> None:
    op.create_table(
        "professional",
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_identity", sa.LargeBinary(), nullable=False),
        sa.Column("known_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("professional_id", name=op.f("pk_professional")),
        info={"shard_by": "professional_id"},
    )


def _make_rpps_lookup() -> None:
    op.create_table(
        "rpps_lookup",
        sa.Column("rpps_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("rpps_hash", name=op.f("pk_rpps_lookup")),
        info={"shard_by": "rpps_hash"},
    )


def _make_ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("ticket_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("ticket_hash", name=op.f("pk_ticket")),
        info={"shard_by": "ticket_hash"},
    )


def _make_assistantship() -> None:
    op.create_table(
        "assistantship",
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("assistantship_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("assistant_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "professional_id", "assistantship_id", name=op.f("pk_assistantship")
        ),
        info={"shard_by": "professional_id"},
    )


def _make_assistantship_code() -> None:
    op.create_table(
        "assistantship_code",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("assistantship_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_assistantship_code")),
        info={"shard_by": "code_hash"},
    )


def _make_employer() -> None:
    op.create_table(
        "employer",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("assistantship_id", sa.Uuid(), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "assistantship_id", name=op.f("pk_employer")),
        info={"shard_by": "account_id"},
    )


def downgrade() -> None:
    """Take them away, and with them every session of a professional or an assistant."""
    op.execute("DELETE FROM session WHERE audience <> 'patient'")
    op.execute("DELETE FROM token WHERE audience <> 'patient'")
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.drop_column("audience")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_column("sealed_capacity")
        batch_op.drop_column("on_behalf_of")
        batch_op.drop_column("audience")
    op.drop_table("employer")
    op.drop_index(op.f("ix_assistantship_code_expires_at"), table_name="assistantship_code")
    op.drop_table("assistantship_code")
    op.drop_table("assistantship")
    op.drop_index(op.f("ix_ticket_expires_at"), table_name="ticket")
    op.drop_table("ticket")
    op.drop_table("rpps_lookup")
    op.drop_table("professional")
