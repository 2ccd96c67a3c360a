"""Challenges as stored: tried a bounded number of times, used once."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.identity.challenges.model import Challenge
from backend.identity.limits import TRIES_PER_CHALLENGE_MAX
from backend.identity.rows import columns, fill_or_none
from backend.identity.tables import challenges, live_challenges
from backend.kernel.work import Work

_THIS = challenges.c.challenge_id == bindparam("challenge")

_ADD = insert(challenges)
_CHALLENGE = select(*columns(challenges, Challenge)).where(_THIS)
_TAKE_TRY = (
    update(challenges)
    .where(
        _THIS,
        challenges.c.tries < bindparam("tries_max"),
        challenges.c.used_at.is_(None),
        challenges.c.expires_at > bindparam("now"),
    )
    .values(tries=challenges.c.tries + 1)
)
_USE = (
    update(challenges)
    .where(_THIS, challenges.c.used_at.is_(None))
    .values(used_at=bindparam("now"), sealed=bindparam("nothing"))
)
_new_live = upsert(live_challenges)
_MAKE_LIVE = _new_live.on_conflict_do_update(
    index_elements=[live_challenges.c.slot_hash],
    set_={
        "challenge_id": _new_live.excluded.challenge_id,
        "expires_at": _new_live.excluded.expires_at,
    },
)
_LIVE = select(live_challenges.c.challenge_id).where(
    live_challenges.c.slot_hash == bindparam("slot_hash")
)


async def add(work: Work, challenge: Challenge) -> None:
    """Store a challenge and void the one before it in its slot."""
    await work.db.run(_ADD, **msgspec.structs.asdict(challenge))
    await work.db.run(
        _MAKE_LIVE,
        slot_hash=challenge.slot_hash,
        challenge_id=challenge.challenge_id,
        expires_at=challenge.expires_at,
    )


async def challenge(work: Work, challenge_id: UUID) -> Challenge | None:
    """Return a challenge, or None."""
    return fill_or_none(Challenge, await work.db.row(_CHALLENGE, challenge=challenge_id))


async def is_newest(work: Work, of: Challenge) -> bool:
    """Say whether no later challenge has voided this one."""
    row = await work.db.row(_LIVE, slot_hash=of.slot_hash)
    return row is not None and row[0] == of.challenge_id


async def take_try(work: Work, challenge_id: UUID) -> bool:
    """Count one try; False when none is left, or it is used or too old."""
    tries = TRIES_PER_CHALLENGE_MAX
    return await work.db.run(_TAKE_TRY, challenge=challenge_id, tries_max=tries, now=work.now) == 1


async def use(work: Work, challenge_id: UUID, now: datetime) -> bool:
    """Use a challenge up and forget what it held; False when somebody was faster."""
    return await work.db.run(_USE, challenge=challenge_id, now=now, nothing=b"") == 1
