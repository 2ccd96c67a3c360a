"""Requests and recoveries as stored."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.identity.limits import RECOVERY_TRIES_MAX
from backend.identity.recovery.model import Recovery, Request
from backend.identity.rows import columns, fill_or_none
from backend.identity.tables import recoveries, recovery_requests
from backend.kernel.work import Work

_THIS = recovery_requests.c.request_id == bindparam("request")
_ADD = insert(recovery_requests)
_REQUEST = select(*columns(recovery_requests, Request)).where(_THIS)
_TAKE_TRY = (
    update(recovery_requests)
    .where(
        _THIS,
        recovery_requests.c.used_at.is_(None),
        recovery_requests.c.expires_at > bindparam("now"),
        recovery_requests.c.tries < bindparam("tries_max"),
    )
    .values(tries=recovery_requests.c.tries + 1)
)
_USE = (
    update(recovery_requests)
    .where(_THIS, recovery_requests.c.used_at.is_(None))
    .values(used_at=bindparam("now"))
)

_OF_ACCOUNT = recoveries.c.account_id == bindparam("account")
_RECOVERY = select(*columns(recoveries, Recovery)).where(_OF_ACCOUNT)
_new = upsert(recoveries)
_SEND_LETTER = _new.on_conflict_do_update(
    index_elements=[recoveries.c.account_id],
    set_={
        "letter_hash": _new.excluded.letter_hash,
        "letter_expires_at": _new.excluded.letter_expires_at,
    },
)
_SET_PASSWORD = _new.on_conflict_do_update(
    index_elements=[recoveries.c.account_id],
    # The letter was one of the proofs, or is of no more use.
    set_={
        "letter_hash": _new.excluded.letter_hash,
        "letter_expires_at": _new.excluded.letter_expires_at,
        "password_hash": _new.excluded.password_hash,
        "ready_at": _new.excluded.ready_at,
    },
)
_DROP = delete(recoveries).where(_OF_ACCOUNT)


async def add_request(work: Work, new: Request) -> None:
    """Store the hashes of the codes of a request, or of none for a decoy."""
    await work.db.run(_ADD, **msgspec.structs.asdict(new))


async def request(work: Work, request_id: UUID) -> Request | None:
    """Return a request, or None."""
    return fill_or_none(Request, await work.db.row(_REQUEST, request=request_id))


async def take_try(work: Work, request_id: UUID) -> bool:
    """Count a try; False when none is left, or it was used or is too old."""
    tries = RECOVERY_TRIES_MAX
    return await work.db.run(_TAKE_TRY, request=request_id, now=work.now, tries_max=tries) == 1


async def use(work: Work, request_id: UUID) -> bool:
    """Use a request up; False when somebody was faster."""
    return await work.db.run(_USE, request=request_id, now=work.now) == 1


async def recovery(work: Work, account_id: UUID) -> Recovery | None:
    """Return what waits for an account, or None."""
    return fill_or_none(Recovery, await work.db.row(_RECOVERY, account=account_id))


async def expect_letter(
    work: Work, account_id: UUID, letter_hash: bytes, expires_at: datetime
) -> None:
    """Expect the code of a letter, in the place of one sent before."""
    sent = Recovery(account_id=account_id, letter_hash=letter_hash, letter_expires_at=expires_at)
    await work.db.run(_SEND_LETTER, **msgspec.structs.asdict(sent))


async def expect_password(
    work: Work, account_id: UUID, password_hash: str, ready_at: datetime
) -> None:
    """Keep a new password until it is due, in the place of one that waited."""
    waiting = Recovery(account_id=account_id, password_hash=password_hash, ready_at=ready_at)
    await work.db.run(_SET_PASSWORD, **msgspec.structs.asdict(waiting))


async def drop(work: Work, account_id: UUID) -> bool:
    """Forget what waits for an account; False when nothing did."""
    return await work.db.run(_DROP, account=account_id) == 1
