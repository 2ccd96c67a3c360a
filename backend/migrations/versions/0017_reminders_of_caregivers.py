"""spaces in which a caregiver helps are planned anew.

Their reminders of before were shared with the person: until a plan, which would
come with the next night, they lie in the caregiver's feed. On SQLite, where 0011 wrote
an instant as text, which is never due, spaces of before it are planned as well.

Source: docs/decisions/0038-reminders-of-a-caregiver.md.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Of all time, as each database keeps it: on SQLite in microseconds since 1970.
_FIRST = {"sqlite": "946684800000000", "postgresql": "TIMESTAMPTZ '2000-01-01 00:00:00+00'"}
_PLANS = sa.table("plan", sa.column("space_id"), sa.column("due_at"))
_VIEWERS = sa.table("viewer", sa.column("space_id"), sa.column("role"))


def upgrade() -> None:
    """Let the first tick plan them."""
    is_helped = sa.exists().where(
        _VIEWERS.c.space_id == _PLANS.c.space_id,
        _VIEWERS.c.role == sa.literal_column("'caregiver'"),
    )
    _plan(_PLANS.c.due_at.is_not(None) & is_helped)
    if op.get_bind().dialect.name == "sqlite":
        _plan(sa.func.typeof(_PLANS.c.due_at) == sa.literal_column("'text'"))


def _plan(which: sa.ColumnElement[bool]) -> None:
    first: sa.ColumnElement[object] = sa.literal_column(_FIRST[op.get_bind().dialect.name])
    op.execute(sa.update(_PLANS).where(which).values(due_at=first))


def downgrade() -> None:
    """Leave it: to plan once more than needed changes nothing."""
