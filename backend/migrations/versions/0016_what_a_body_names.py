"""a record says in a column of its own which other record its body names.

What was read in a document, and each later version of one, is of that document's
family: until it is next written, it is taken to name the first of that family.

Source: docs/decisions/0037-what-a-body-names.md.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_NAMED = sa.text("named_id IS NOT NULL")


def upgrade() -> None:
    """Add the column, and know by it what names a record that goes out of sight."""
    op.add_column("record", sa.Column("named_id", sa.Uuid))
    op.execute(
        "UPDATE record SET named_id = family_id "
        "WHERE family_id IS NOT NULL AND deleted = false "
        "AND collection IN ('documents', 'allergies', 'conditions', 'history', 'immunizations', "
        "'measures', 'screenings', 'situations', 'treatments')"
    )
    op.create_index(
        "ix_record_space_id_named_id",
        "record",
        ["space_id", "named_id"],
        sqlite_where=_NAMED,
        postgresql_where=_NAMED,
    )


def downgrade() -> None:
    """Leave the bodies as they are: they name what they named."""
    op.drop_index("ix_record_space_id_named_id", "record")
    op.drop_column("record", "named_id")
