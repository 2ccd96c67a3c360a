"""Where a professional's deposits are: a directory, whose authority is each record itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Column,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    bindparam,
    insert,
    select,
    tuple_,
)

from backend.documents.deposits.model import DepositLine
from backend.kernel.tables import instant_column, metadata
from backend.kernel.work import Work

deposits = Table(
    "deposit",
    metadata,
    Column("professional_id", Uuid, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("space_id", Uuid, nullable=False),
    Column("collection", Text, nullable=False),
    instant_column("deposited_at"),
    PrimaryKeyConstraint("professional_id", "record_id"),
    Index("ix_deposit_professional_id_deposited_at", "professional_id", "deposited_at"),
    info={"shard_by": "professional_id"},
)

Place = tuple[datetime, UUID]

_ADD = insert(deposits)
_SPACE_OF = select(deposits.c.space_id).where(
    deposits.c.professional_id == bindparam("professional"),
    deposits.c.record_id == bindparam("record"),
)
_BEFORE = (
    select(deposits.c.record_id, deposits.c.collection, deposits.c.deposited_at)
    .where(
        deposits.c.professional_id == bindparam("professional"),
        tuple_(deposits.c.deposited_at, deposits.c.record_id)
        < tuple_(
            bindparam("before_at", type_=deposits.c.deposited_at.type),
            bindparam("before_id", type_=deposits.c.record_id.type),
        ),
    )
    .order_by(deposits.c.deposited_at.desc(), deposits.c.record_id.desc())
    .limit(bindparam("most"))
)


async def add(
    work: Work, professional_id: UUID, space_id: UUID, *, collection: str, record_id: UUID
) -> None:
    """Write a deposit into its professional's directory."""
    await work.db.run(
        _ADD,
        professional_id=professional_id,
        record_id=record_id,
        space_id=space_id,
        collection=collection,
        deposited_at=work.now,
    )


async def space_of(work: Work, professional_id: UUID, record_id: UUID) -> UUID | None:
    """Return where a professional deposited a record, or None."""
    row = await work.db.row(_SPACE_OF, professional=professional_id, record=record_id)
    return None if row is None else row[0]


async def before(work: Work, professional_id: UUID, place: Place, most: int) -> list[DepositLine]:
    """Return deposits before a place, the newest first."""
    rows = await work.db.rows(
        _BEFORE,
        professional=professional_id,
        before_at=place[0],
        before_id=place[1],
        most=most,
    )
    return [
        DepositLine(record_id=record_id, collection=collection, deposited_at=deposited_at)
        for record_id, collection, deposited_at in rows
    ]
