"""Professionals as stored: found by the keyed hash of their number, and by nothing else."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.identity.professionals.model import ProfessionalIdentity
from backend.identity.rows import place
from backend.identity.tables import professionals, rpps_lookups
from backend.kernel.work import Work

_THIS = professionals.c.professional_id == bindparam("professional")
_FIND = select(rpps_lookups.c.professional_id).where(
    rpps_lookups.c.rpps_hash == bindparam("hashed")
)
_ADD_LOOKUP = upsert(rpps_lookups).on_conflict_do_nothing(index_elements=[rpps_lookups.c.rpps_hash])
_ADD = insert(professionals)
_SEALED = select(professionals.c.sealed_identity).where(_THIS)
_PROVEN = select(professionals.c.signed_in_at).where(_THIS)
_UPDATE = (
    update(professionals)
    .where(_THIS)
    .values(sealed_identity=bindparam("sealed"), signed_in_at=bindparam("now"))
)


async def find(work: Work, rpps: str) -> UUID | None:
    """Return the professional with this number, or None."""
    row = await work.db.row(_FIND, hashed=_hash(work, rpps))
    return None if row is None else row[0]


async def identity(work: Work, professional_id: UUID) -> ProfessionalIdentity | None:
    """Return a professional as the provider last said, or None."""
    row = await work.db.row(_SEALED, professional=professional_id)
    if row is None:
        return None
    cipher = await work.keys.cipher(work.db, professional_id)
    plain = cipher.open(place(professionals, professional_id, "identity"), row[0])
    return msgspec.json.decode(plain, type=ProfessionalIdentity)


async def proven_at(work: Work, professional_id: UUID) -> datetime | None:
    """Return when a professional last signed in, or None."""
    row = await work.db.row(_PROVEN, professional=professional_id)
    return None if row is None else row[0]


async def save(work: Work, said: ProfessionalIdentity) -> UUID:
    """Write what the provider says of a professional; return their identifier."""
    known = await find(work, said.rpps)
    if known is None:
        new = work.new_id()
        hashed = _hash(work, said.rpps)
        if await work.db.run(_ADD_LOOKUP, rpps_hash=hashed, professional_id=new) == 1:
            await work.keys.create(work.db, new)
            await work.db.run(
                _ADD,
                professional_id=new,
                sealed_identity=await _seal(work, new, said),
                known_since=work.now,
                signed_in_at=None if said.is_fictional else work.now,
            )
            return new
        known = await find(work, said.rpps)  # Somebody was faster.
        assert known is not None
    await work.db.run(
        _UPDATE, professional=known, sealed=await _seal(work, known, said), now=work.now
    )
    return known


async def _seal(work: Work, professional_id: UUID, said: ProfessionalIdentity) -> bytes:
    cipher = await work.keys.cipher(work.db, professional_id)
    at = place(professionals, professional_id, "identity")
    return cipher.seal(at, msgspec.json.encode(said))


def _hash(work: Work, rpps: str) -> bytes:
    return work.keys.provider.index("rpps", rpps)
