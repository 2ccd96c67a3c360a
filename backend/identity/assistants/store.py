"""Who acts for which professional, as stored. The authority lies with the professional."""

from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, insert, null, select, update

from backend.identity.assistants.model import Assistantship, Terms
from backend.identity.limits import ASSISTANTS_MAX, EMPLOYERS_MAX
from backend.identity.rows import place
from backend.identity.tables import assistantship_codes, assistantships, employers
from backend.kernel.ids import AccountId
from backend.kernel.statements import Row
from backend.kernel.work import Work

_OF = assistantships.c.professional_id == bindparam("professional")
_THIS = assistantships.c.assistantship_id == bindparam("assistantship")
_COLUMNS = (
    assistantships.c.professional_id,
    assistantships.c.assistantship_id,
    assistantships.c.sealed,
    assistantships.c.code_hash,
    assistantships.c.assistant_id,
    assistantships.c.created_at,
    assistantships.c.code_expires_at,
    assistantships.c.ends_at,
    assistantships.c.ended_at,
)
_ONE = select(*_COLUMNS).where(_OF, _THIS)
# Whoever ends it waits until a session that begins by it is there to be ended.
_LOCK = _ONE.with_for_update()
_STANDING = (
    select(*_COLUMNS)
    .where(_OF, assistantships.c.ended_at.is_(None), assistantships.c.ends_at > bindparam("now"))
    .order_by(assistantships.c.created_at)
    .limit(ASSISTANTS_MAX + 1)
)
_ADD = insert(assistantships)
_TAKE = (
    update(assistantships)
    .where(
        _OF,
        _THIS,
        assistantships.c.code_hash == bindparam("hashed"),
        assistantships.c.ended_at.is_(None),
        assistantships.c.code_expires_at > bindparam("now"),
        assistantships.c.ends_at > bindparam("now"),
    )
    .values(code_hash=null(), assistant_id=bindparam("assistant"))
)
_END = (
    update(assistantships)
    .where(
        _OF, _THIS, assistantships.c.ended_at.is_(None), assistantships.c.ends_at > bindparam("now")
    )
    .values(ended_at=bindparam("ended"), code_hash=null())
)
_ADD_CODE = insert(assistantship_codes)
_DROP_CODE = delete(assistantship_codes).where(
    assistantship_codes.c.code_hash == bindparam("hashed")
)
_OPENS = select(
    assistantship_codes.c.professional_id, assistantship_codes.c.assistantship_id
).where(assistantship_codes.c.code_hash == bindparam("hashed"))
_ADD_EMPLOYER = insert(employers)
_DROP_EMPLOYER = delete(employers).where(
    employers.c.account_id == bindparam("account"),
    employers.c.assistantship_id == bindparam("assistantship"),
)
_EMPLOYERS = (
    select(employers.c.professional_id, employers.c.assistantship_id)
    .where(employers.c.account_id == bindparam("account"))
    .limit(EMPLOYERS_MAX)
)


async def assistantship(
    work: Work, professional_id: UUID, assistantship_id: UUID, *, for_use: bool = False
) -> Assistantship | None:
    """Return an assistantship, or None; *for_use* it does not end until this is done."""
    row = await work.db.row(
        _LOCK if for_use else _ONE, professional=professional_id, assistantship=assistantship_id
    )
    return None if row is None else await _opened(work, row)


async def standing_of(work: Work, professional_id: UUID) -> list[Assistantship]:
    """Return the assistantships of a professional that have not ended, oldest first."""
    rows = await work.db.rows(_STANDING, professional=professional_id, now=work.now)
    return [await _opened(work, row) for row in rows]


async def add(work: Work, new: Assistantship) -> None:
    """Store a new assistantship, with the code that somebody takes it by."""
    assert new.code_hash is not None
    cipher = await work.keys.cipher(work.db, new.professional_id)
    at = place(assistantships, new.assistantship_id, "terms")
    await work.db.run(
        _ADD,
        professional_id=new.professional_id,
        assistantship_id=new.assistantship_id,
        sealed=cipher.seal(at, msgspec.json.encode(new.terms)),
        code_hash=new.code_hash,
        assistant_id=None,
        created_at=new.created_at,
        code_expires_at=new.code_expires_at,
        ends_at=new.ends_at,
        ended_at=None,
    )
    await work.db.run(
        _ADD_CODE,
        code_hash=new.code_hash,
        professional_id=new.professional_id,
        assistantship_id=new.assistantship_id,
        expires_at=new.code_expires_at,
    )


async def opened_by(work: Work, code_hash: bytes) -> Assistantship | None:
    """Return what a code opens while it counts, or None."""
    row = await work.db.row(_OPENS, hashed=code_hash)
    found = None if row is None else await assistantship(work, row[0], row[1])
    if found is None or found.code_hash != code_hash or not found.takes_code(work.now):
        return None
    return found


async def take(work: Work, of: Assistantship, assistant_id: AccountId) -> bool:
    """Let somebody act by an assistantship, once; False when the code was used or has ended."""
    taken = await work.db.run(
        _TAKE,
        professional=of.professional_id,
        assistantship=of.assistantship_id,
        hashed=of.code_hash,
        assistant=assistant_id,
        now=work.now,
    )
    if taken != 1:
        return False
    await work.db.run(_DROP_CODE, hashed=of.code_hash)
    await work.db.run(
        _ADD_EMPLOYER,
        account_id=assistant_id,
        assistantship_id=of.assistantship_id,
        professional_id=of.professional_id,
    )
    return True


async def end(work: Work, professional_id: UUID, assistantship_id: UUID) -> bool:
    """End an assistantship; False when there is none in force with this identifier."""
    ended = await work.db.run(
        _END,
        professional=professional_id,
        assistantship=assistantship_id,
        now=work.now,
        ended=work.now,
    )
    return ended == 1


async def forget_employer(work: Work, account_id: UUID, assistantship_id: UUID) -> None:
    """Take an assistantship out of an assistant's directory."""
    await work.db.run(_DROP_EMPLOYER, account=account_id, assistantship=assistantship_id)


async def employers_of(work: Work, account_id: UUID) -> list[Assistantship]:
    """Return the assistantships in an assistant's directory, oldest first, ended ones too."""
    rows = await work.db.rows(_EMPLOYERS, account=account_id)
    found = [await assistantship(work, row[0], row[1]) for row in rows]
    return sorted((one for one in found if one is not None), key=lambda one: one.created_at)


async def _opened(work: Work, row: Row) -> Assistantship:
    professional_id, assistantship_id, sealed = row[:3]
    cipher = await work.keys.cipher(work.db, professional_id)
    plain = cipher.open(place(assistantships, assistantship_id, "terms"), sealed)
    return Assistantship(
        professional_id=professional_id,
        assistantship_id=assistantship_id,
        terms=msgspec.json.decode(plain, type=Terms),
        code_hash=row[3],
        assistant_id=row[4],
        created_at=row[5],
        code_expires_at=row[6],
        ends_at=row[7],
        ended_at=row[8],
    )
