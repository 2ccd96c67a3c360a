"""How many emergencies each professional declared, day by day, for whoever looks into one.

A count of one's own: about no patient, and kept no longer than it is compared.
"""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import (
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from backend.access.rules.peers import is_far_above, median_of
from backend.kernel.tables import metadata
from backend.kernel.work import Work

COMPARED_OVER = timedelta(days=90)

emergency_days = Table(
    "emergency_day",
    metadata,
    Column("professional_id", Uuid, nullable=False),
    Column("day", Integer, nullable=False),  # Its ordinal, UTC.
    Column("profession", Text, nullable=False),
    Column("declared", Integer, nullable=False),
    PrimaryKeyConstraint("professional_id", "day"),
    Index(None, "profession", "day"),
    info={"shard_by": "professional_id"},
)

_NOTE = insert(emergency_days)
_NOTE = _NOTE.on_conflict_do_update(
    index_elements=[emergency_days.c.professional_id, emergency_days.c.day],
    set_={"declared": emergency_days.c.declared + 1, "profession": _NOTE.excluded.profession},
)
_FORGET = delete(emergency_days).where(
    emergency_days.c.professional_id == bindparam("professional"),
    emergency_days.c.day < bindparam("since"),
)
_COUNTS = (
    select(emergency_days.c.professional_id, func.sum(emergency_days.c.declared))
    .where(
        emergency_days.c.profession == bindparam("of_profession"),
        emergency_days.c.day >= bindparam("since"),
    )
    .group_by(emergency_days.c.professional_id)
)


class PeerComparison(msgspec.Struct, frozen=True, kw_only=True):
    """One professional beside others of their profession who declared any, over 90 days."""

    declared: int
    peers: int
    median_of_peers: float | None
    is_far_above: bool


async def note(work: Work, professional_id: UUID, profession: str) -> None:
    """Count one more emergency of a professional, today (UTC)."""
    since = (work.now - COMPARED_OVER).toordinal()
    await work.db.run(_FORGET, professional=professional_id, since=since)
    await work.db.run(
        _NOTE,
        professional_id=professional_id,
        day=work.now.toordinal(),
        profession=profession,
        declared=1,
    )


async def compare(work: Work, professional_id: UUID, profession: str) -> PeerComparison:
    """Compare a professional with their peers as of now."""
    since = (work.now - COMPARED_OVER).toordinal()
    rows = await work.db.rows(_COUNTS, of_profession=profession, since=since)
    counts = {who: int(declared) for who, declared in rows}
    own = counts.pop(professional_id, 0)
    others = list(counts.values())
    return PeerComparison(
        declared=own,
        peers=len(others),
        median_of_peers=median_of(others),
        is_far_above=is_far_above(own, others),
    )
