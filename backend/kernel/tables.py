"""The one schema of the host's own tables, each in the room that owns it.

Every table names what it is sharded by in `info`; a test holds the rules that
follow from it. Source: docs/decisions/0001-feed-per-viewer.md and citus.
"""

from datetime import datetime

from sqlalchemy import Column, DateTime, LargeBinary, MetaData

# Names by rule, so that a migration can name what it drops on every database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)

# A small list that every node keeps whole: nothing in it grows with the number of people.
REFERENCE = {"shard_by": "nothing"}


def instant_column(name: str, *, nullable: bool = False) -> Column[datetime]:
    """Make a column of an aware instant, in UTC."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def hash_column(name: str, *, nullable: bool = False) -> Column[bytes]:
    """Make a column of a SHA-256, keyed or not: 32 bytes."""
    return Column(name, LargeBinary(32), nullable=nullable)
