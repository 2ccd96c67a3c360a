"""Imported matrices. The one in force is found by a point read of its number and digest."""

from datetime import datetime

import msgspec
from sqlalchemy import (
    Column,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from backend.kernel.db import Sql
from backend.kernel.tables import REFERENCE, hash_column, instant_column, metadata

matrix_versions = Table(
    "matrix_version",
    metadata,
    Column("version", Integer, nullable=False, autoincrement=False),
    hash_column("digest"),
    instant_column("effective_at"),
    instant_column("imported_at"),
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("version"),
    info=REFERENCE,
)

_columns = matrix_versions.c
# Of two that take effect at one instant, the one that was imported last.
_IN_FORCE = (
    select(_columns.version, _columns.digest)
    .where(_columns.effective_at <= bindparam("now"))
    .order_by(_columns.effective_at.desc(), _columns.version.desc())
    .limit(1)
)
_ONE = select(
    _columns.version, _columns.digest, _columns.effective_at, _columns.imported_at, _columns.text
).where(_columns.version == bindparam("version"))
_LAST = select(func.max(_columns.version))
_ADD = insert(matrix_versions).on_conflict_do_nothing(index_elements=[_columns.version])


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """A version as it is stored."""

    version: int
    digest: bytes
    effective_at: datetime
    imported_at: datetime
    text: str


async def in_force(db: Sql, now: datetime) -> tuple[int, bytes] | None:
    """Return number and digest of the version in force, None if none was imported."""
    row = await db.row(_IN_FORCE, now=now)
    return None if row is None else (row[0], row[1])


async def version(db: Sql, number: int) -> Imported | None:
    """Return one version."""
    row = await db.row(_ONE, version=number)
    if row is None:
        return None
    return Imported(
        version=row[0], digest=row[1], effective_at=row[2], imported_at=row[3], text=row[4]
    )


async def last_number(db: Sql) -> int:
    """Return the highest number that is taken, 0 for none."""
    row = await db.row(_LAST)
    return 0 if row is None or row[0] is None else int(row[0])


async def add(db: Sql, imported: Imported) -> bool:
    """Keep a version; False if somebody took its number first."""
    return await db.run(_ADD, **msgspec.structs.asdict(imported)) == 1
