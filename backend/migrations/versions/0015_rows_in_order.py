"""records and answered ops lie in the order in which they came, on SQLite.

Source: docs/decisions/0036-hot-paths-again.md.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# What puts the rows that are there in their order.
_ORDERS = {"record": "space_id, rev", "op": "answered_at"}
_IN_THE_TREE = " WITHOUT ROWID"


def upgrade() -> None:
    """Lay the rows out in their order, with an index of their keys beside them."""
    _lay_out("")


def downgrade() -> None:
    """Put the rows back into the trees of their keys."""
    _lay_out(_IN_THE_TREE)


def _lay_out(ending: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL keeps them so.
    for name, order in _ORDERS.items():
        table, indexes = _described(name)
        op.execute(f"ALTER TABLE {name} RENAME TO {name}_before")
        op.execute(table.removesuffix(_IN_THE_TREE) + ending)
        op.execute(
            f"INSERT INTO {name} SELECT * FROM {name}_before ORDER BY {order}"  # noqa: S608  # Ours.
        )
        op.execute(f"DROP TABLE {name}_before")
        for index in indexes:
            op.execute(index)


def _described(name: str) -> tuple[str, list[str]]:
    """Return what SQLite was told to make of a table, and of its indexes."""
    rows = op.get_bind().exec_driver_sql(
        "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", (name,)
    )
    found = [(kind, sql.rstrip()) for kind, sql in rows]
    (table,) = (sql for kind, sql in found if kind == "table")
    return table, [sql for kind, sql in found if kind == "index"]
