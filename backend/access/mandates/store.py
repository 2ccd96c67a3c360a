"""Codes of invitations, as stored: hashed, and forgotten once they are past their use."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select

from backend.access.mandates.model import Place
from backend.access.mandates.tables import mandate_codes
from backend.kernel.sweeping import sweep, sweeping
from backend.kernel.work import Work

# As for letters: a report may still need to tell a code that was wrong from one that was late.
_KEPT_AFTER = timedelta(days=1)
_ADD = insert(mandate_codes)
_DROP = delete(mandate_codes).where(mandate_codes.c.code_hash == bindparam("hashed"))
_PLACE = select(mandate_codes.c.space_id, mandate_codes.c.mandate_id).where(
    mandate_codes.c.code_hash == bindparam("hashed"), mandate_codes.c.expires_at > bindparam("now")
)
_EXPIRED = sweeping(mandate_codes.c.code_hash, mandate_codes.c.expires_at < bindparam("before"))


async def add_code(work: Work, place: Place, *, code_hash: bytes, expires_at: datetime) -> None:
    """Store where a code leads."""
    await work.db.run(
        _ADD,
        code_hash=code_hash,
        space_id=place.space_id,
        mandate_id=place.record_id,
        expires_at=expires_at,
    )


async def place_of(work: Work, code_hash: bytes) -> Place | None:
    """Return where a code leads, or None for one that is unknown or too old."""
    row = await work.db.row(_PLACE, hashed=code_hash, now=work.now)
    return None if row is None else Place(space_id=row[0], record_id=row[1])


async def drop_code(work: Work, code_hash: bytes) -> None:
    """Forget a code."""
    await work.db.run(_DROP, hashed=code_hash)


async def forget_codes(work: Work) -> int:
    """Delete some codes that are past their use; return how many. Safe at any time."""
    return await sweep(work, _EXPIRED, work.now - _KEPT_AFTER)
