"""Rights: what viewers may see and when, from whom records are kept, and what time will change.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _viewer() -> list[sa.Column[object]]:
    return [
        sa.Column("keeps_copy", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("opens_at", sa.DateTime(timezone=True)),
        sa.Column("closes_at", sa.DateTime(timezone=True)),
    ]


def _record() -> list[sa.Column[object]]:
    return [
        sa.Column("restrictions", sa.LargeBinary()),
        sa.Column("family_id", sa.Uuid()),
        sa.Column("due_at", sa.DateTime(timezone=True)),
    ]


def upgrade() -> None:
    """Add what rights need; everything that stands goes on as it was."""
    op.add_column("space", sa.Column("due_at", sa.DateTime(timezone=True)))
    for column in _viewer():
        op.add_column("viewer", column)
    for column in _record():
        op.add_column("record", column)
    has_family = sa.text("family_id IS NOT NULL")
    op.create_index(
        "ix_record_space_id_family_id",
        "record",
        ["space_id", "family_id"],
        sqlite_where=has_family,
        postgresql_where=has_family,
    )
    op.create_table(
        "release",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("is_viewer", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("space_id", "subject_id", name="pk_release"),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.space_id"], ondelete="CASCADE", name="fk_release_space_id"
        ),
    )
    op.create_index("ix_release_due_at", "release", ["due_at"])


def downgrade() -> None:
    """Forget who may see what: only the holder's own eyes are left as they were."""
    op.drop_table("release")
    op.drop_index("ix_record_space_id_family_id", "record")
    for column in _record():
        op.drop_column("record", column.name)
    for column in _viewer():
        op.drop_column("viewer", column.name)
    op.drop_column("space", "due_at")
