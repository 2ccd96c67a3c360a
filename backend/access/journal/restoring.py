"""After a restore: a new log that says so, and a line in every journal.

What the copy did not have is lost, and no head can hide it from a phone that has
seen it. So it is said plainly, signed, and told to every person.
Source: docs/decisions/0018-journal.md.
"""

from datetime import timedelta
from uuid import UUID

from backend.access.journal import log_store, service, store
from backend.access.journal.log import signed_opening
from backend.access.journal.model import Action, Actor, ActorKind, Trace
from backend.kernel.keys import Erased
from backend.kernel.work import Office, Work
from sync.core.ledger.heads import LogOpening

SPACES_AT_ONCE = 50
_NEXT = timedelta(microseconds=1)


async def say_restored(office: Office) -> int:
    """Begin a new log in the place of the one that was cut off, and write it in every journal.

    Returns:
        How many journals were told.
    """
    await office.write(_begin_log)
    told = 0
    after: UUID | None = UUID(int=0)
    while after is not None:
        start = after

        async def some(work: Work, start: UUID = start) -> list[UUID]:
            return await _tell(work, start)

        found = await office.write(some)
        told += len(found)
        after = found[-1] if len(found) == SPACES_AT_ONCE else None
    return told


async def _begin_log(work: Work) -> None:
    logs = await log_store.heads(work.db)
    former = logs[-1].head if logs else None
    opening = LogOpening(
        log_id=work.new_id(),
        # Later than anything of the copy, whatever the clock says.
        opened_at=work.now if former is None else max(work.now, former.time + _NEXT),
        restored=True,
        former=former,
    )
    await log_store.open_log(work.db, signed_opening(work.keys.provider, opening))


async def _tell(work: Work, after: UUID) -> list[UUID]:
    found = await store.journals_after(work.db, after, SPACES_AT_ONCE)
    trace = Trace(at=work.now, actor=Actor(kind=ActorKind.OPERATOR), action=Action.RESTORED)
    for space_id in found:
        try:
            await service.write(work, space_id, trace)
        except Erased:
            continue
    return found
