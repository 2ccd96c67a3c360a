"""consent: requests of professionals, and first reads."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "consent_request",
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("person_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("space_id", sa.Uuid(), nullable=True),
        sa.Column("granted_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("professional_id", "request_id", name=op.f("pk_consent_request")),
        info={"shard_by": "professional_id"},
    )
    op.create_index(op.f("ix_consent_request_due_at"), "consent_request", ["due_at"])
    op.create_index(op.f("ix_consent_request_kept_until"), "consent_request", ["kept_until"])
    op.create_table(
        "first_read",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("granted_from", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("space_id", "party_id", name=op.f("pk_first_read")),
        info={"shard_by": "space_id"},
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("first_read")
    op.drop_index(op.f("ix_consent_request_kept_until"), table_name="consent_request")
    op.drop_index(op.f("ix_consent_request_due_at"), table_name="consent_request")
    op.drop_table("consent_request")
