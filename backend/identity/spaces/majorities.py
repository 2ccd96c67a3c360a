"""When persons come of age, as stored: once for each space, and handed over once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.identity.tables import majorities, patients
from backend.kernel.work import Work

_NOTE = upsert(majorities).on_conflict_do_nothing(index_elements=[majorities.c.space_id])
_DUE_AT = select(majorities.c.due_at).where(majorities.c.space_id == bindparam("in_space"))
_DUE = (
    select(majorities.c.space_id)
    .where(majorities.c.due_at <= bindparam("now"), majorities.c.handed_over_at.is_(None))
    .order_by(majorities.c.due_at)
    .limit(bindparam("most"))
    .execution_options(all_spaces=True)
)
_HAND_OVER = (
    update(majorities)
    .where(
        majorities.c.space_id == bindparam("in_space"),
        majorities.c.due_at <= bindparam("now"),
        majorities.c.handed_over_at.is_(None),
    )
    .values(handed_over_at=bindparam("done"))
)
# Spaces of before this was kept.
_UNKNOWN = (
    select(patients.c.space_id, patients.c.opened_at)
    .outerjoin(majorities, majorities.c.space_id == patients.c.space_id)
    .where(majorities.c.space_id.is_(None))
    .limit(bindparam("most"))
    .execution_options(all_spaces=True)
)


async def note(work: Work, space_id: UUID, due_at: datetime | None) -> bool:
    """Remember when the person of a space comes of age, None for one who was; False if known."""
    added = await work.db.run(_NOTE, space_id=space_id, due_at=due_at, handed_over_at=None)
    return added == 1


async def due_at(work: Work, space_id: UUID) -> datetime | None:
    """Return when the person of a space comes of age, None for one who was when it was opened."""
    row = await work.db.row(_DUE_AT, in_space=space_id)
    return None if row is None else row[0]


async def due(work: Work, most: int) -> list[UUID]:
    """Return spaces whose person came of age and has not been handed them yet."""
    return [row[0] for row in await work.db.rows(_DUE, now=work.now, most=most)]


async def take(work: Work, space_id: UUID) -> bool:
    """Take it on oneself to hand a space over; False for whoever comes second or too early."""
    taken = await work.db.run(_HAND_OVER, in_space=space_id, now=work.now, done=work.now)
    return taken == 1


async def unknown(work: Work, most: int) -> list[tuple[UUID, datetime]]:
    """Return spaces of which nobody noted when their person comes of age, and when each opened."""
    return [(row[0], row[1]) for row in await work.db.rows(_UNKNOWN, most=most)]
