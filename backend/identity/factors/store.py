"""Authenticator apps and recovery codes as stored."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.identity.factors.model import Totp
from backend.identity.rows import place
from backend.identity.tables import recovery_codes, totps
from backend.kernel.work import Work

_OF_ACCOUNT = totps.c.account_id == bindparam("account")
_TOTP = select(
    totps.c.sealed_seed, totps.c.last_step, totps.c.sealed_proposal, totps.c.proposal_expires_at
).where(_OF_ACCOUNT)
_TAKE_STEP = (
    update(totps)
    .where(_OF_ACCOUNT, totps.c.last_step < bindparam("step"))
    .values(last_step=bindparam("new_step"))
)
_new = upsert(totps)
_PROPOSE = _new.on_conflict_do_update(
    index_elements=[totps.c.account_id],
    set_={
        "sealed_proposal": _new.excluded.sealed_proposal,
        "proposal_expires_at": _new.excluded.proposal_expires_at,
    },
)
_CONFIRM = (
    update(totps)
    .where(_OF_ACCOUNT, totps.c.proposal_expires_at == bindparam("of_proposal"))
    .values(
        sealed_seed=bindparam("sealed"),
        last_step=bindparam("step"),
        sealed_proposal=null(),
        proposal_expires_at=null(),
    )
)
_REMOVE = delete(totps).where(_OF_ACCOUNT)

_CODES_OF = recovery_codes.c.account_id == bindparam("account")
_USE_CODE = (
    update(recovery_codes)
    .where(
        _CODES_OF,
        recovery_codes.c.code_hash == bindparam("hashed"),
        recovery_codes.c.used_at.is_(None),
    )
    .values(used_at=bindparam("now"))
)
_DROP_CODES = delete(recovery_codes).where(_CODES_OF)
_ADD_CODE = insert(recovery_codes)
_CODES_LEFT = (
    select(func.count())
    .select_from(recovery_codes)
    .where(_CODES_OF, recovery_codes.c.used_at.is_(None))
)


async def totp(work: Work, account_id: UUID) -> Totp | None:
    """Return the authenticator app of an account, confirmed or only proposed, or None."""
    row = await work.db.row(_TOTP, account=account_id)
    if row is None:
        return None
    sealed_seed, last_step, sealed_proposal, expires_at = row
    return Totp(
        seed=await _open(work, account_id, "seed", sealed_seed),
        last_step=last_step,
        proposal=await _open(work, account_id, "proposal", sealed_proposal),
        proposal_expires_at=expires_at,
    )


async def take_step(work: Work, account_id: UUID, step: int) -> bool:
    """Remember the step of the last code; False when it or a later one was taken."""
    taken = await work.db.run(_TAKE_STEP, account=account_id, step=step, new_step=step)
    return taken == 1


async def propose(work: Work, account_id: UUID, seed: str, expires_at: datetime) -> None:
    """Keep a seed until it is confirmed; the confirmed one, if any, stays in force."""
    await work.db.run(
        _PROPOSE,
        account_id=account_id,
        sealed_seed=None,
        last_step=0,
        sealed_proposal=await _seal(work, account_id, "proposal", seed),
        proposal_expires_at=expires_at,
    )


async def confirm(work: Work, account_id: UUID, proposed: Totp, step: int) -> bool:
    """Put a proposed seed in force, *step* taken; False when it was replaced meanwhile."""
    assert proposed.proposal is not None
    changed = await work.db.run(
        _CONFIRM,
        account=account_id,
        of_proposal=proposed.proposal_expires_at,
        sealed=await _seal(work, account_id, "seed", proposed.proposal),
        step=step,
    )
    return changed == 1


async def remove_totp(work: Work, account_id: UUID) -> bool:
    """Forget the authenticator app; False when there was none."""
    return await work.db.run(_REMOVE, account=account_id) == 1


async def replace_recovery_codes(work: Work, account_id: UUID, hashes: Iterable[bytes]) -> None:
    """Put new recovery codes in the place of all others."""
    await work.db.run(_DROP_CODES, account=account_id)
    await work.db.run_many(
        _ADD_CODE,
        [
            {"account_id": account_id, "code_hash": code, "created_at": work.now, "used_at": None}
            for code in hashes
        ],
    )


async def drop_recovery_codes(work: Work, account_id: UUID) -> None:
    """Forget every recovery code."""
    await work.db.run(_DROP_CODES, account=account_id)


async def use_recovery_code(work: Work, account_id: UUID, hashed: bytes) -> bool:
    """Use a recovery code up; False when it is none of the account, or used."""
    return await work.db.run(_USE_CODE, account=account_id, hashed=hashed, now=work.now) == 1


async def recovery_codes_left(work: Work, account_id: UUID) -> int:
    """Count the recovery codes that are not used."""
    row = await work.db.row(_CODES_LEFT, account=account_id)
    assert row is not None
    return int(row[0])


async def _open(work: Work, account_id: UUID, column: str, sealed: bytes | None) -> str | None:
    if sealed is None:
        return None
    cipher = await work.keys.cipher(work.db, account_id)
    return cipher.open(place(totps, account_id, column), sealed).decode()


async def _seal(work: Work, account_id: UUID, column: str, seed: str) -> bytes:
    cipher = await work.keys.cipher(work.db, account_id)
    return cipher.seal(place(totps, account_id, column), seed.encode())
