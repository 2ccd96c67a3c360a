"""How many emergencies a professional has declared: three places, each taken for a day.

A place is taken by one statement that finds it free or does nothing, so that four
requests at once take three places on any database, and any day holds three at most.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Column,
    DateTime,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Uuid,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from backend.access.emergency.limits import EMERGENCIES_MAX
from backend.kernel.tables import instant_column, metadata
from backend.kernel.work import Work

emergency_places = Table(
    "emergency_place",
    metadata,
    Column("professional_id", Uuid, nullable=False),
    Column("place", SmallInteger, nullable=False),
    instant_column("free_at"),
    PrimaryKeyConstraint("professional_id", "place"),
    info={"shard_by": "professional_id"},
)

_PLACE = insert(emergency_places)
_TAKE = _PLACE.on_conflict_do_update(
    index_elements=[emergency_places.c.professional_id, emergency_places.c.place],
    set_={"free_at": _PLACE.excluded.free_at},
    where=emergency_places.c.free_at <= bindparam("now", type_=DateTime(timezone=True)),
)
_TAKEN = (
    select(func.count())
    .select_from(emergency_places)
    .where(
        emergency_places.c.professional_id == bindparam("professional"),
        emergency_places.c.free_at > bindparam("now"),
    )
)


async def has_place(work: Work, professional_id: UUID) -> bool:
    """Say whether a place is free now; another request may still take it first."""
    row = await work.db.row(_TAKEN, professional=professional_id, now=work.now)
    assert row is not None
    return int(row[0]) < EMERGENCIES_MAX


async def take_place(work: Work, professional_id: UUID, free_at: datetime) -> bool:
    """Take a free place until an instant; False when there is none."""
    for place in range(EMERGENCIES_MAX):
        taken = await work.db.run(
            _TAKE, professional_id=professional_id, place=place, free_at=free_at, now=work.now
        )
        if taken == 1:
            return True
    return False
