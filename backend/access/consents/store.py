"""Requests as stored: in the shard of the professional who asks, whoever is asked for."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, insert, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.access.consents.limits import (
    CODE_TRIES_MAX,
    DELIVERIES_AT_ONCE,
    REQUEST_KEPT,
    REQUESTS_LISTED_MAX,
)
from backend.access.consents.model import Asked, Request, State
from backend.access.consents.tables import first_reads, requests
from backend.identity.rows import columns, fill, fill_or_none, place
from backend.identity.tables import memberships
from backend.kernel.sweeping import ROWS_AT_ONCE
from backend.kernel.work import Work
from sync.core.audience import Viewer
from sync.storage.rows import viewer_from
from sync.storage.tables import spaces, viewers

_OF = requests.c.professional_id == bindparam("professional")
_THIS = requests.c.request_id == bindparam("request")
_WAITS = requests.c.state == State.WAITING.value

_ADD = insert(requests)
_REQUEST = select(*columns(requests, Request)).where(_OF, _THIS)
_REQUESTS = (
    select(*columns(requests, Request))
    .where(_OF)
    .order_by(requests.c.asked_at.desc(), requests.c.request_id)
    .limit(REQUESTS_LISTED_MAX)
)
_SUPERSEDE = (
    update(requests)
    .where(_OF, _WAITS, requests.c.person_hash == bindparam("person"))
    .values(
        state=State.ENDED.value,
        due_at=bindparam("now"),
        kept_until=bindparam("until"),
    )
)
_TAKE_TRY = (
    update(requests)
    .where(
        _OF,
        _THIS,
        _WAITS,
        requests.c.tries < bindparam("tries_max"),
        requests.c.code_expires_at > bindparam("now"),
    )
    .values(tries=requests.c.tries + 1)
)
_SETTLE = (
    update(requests)
    .where(_OF, _THIS, _WAITS, requests.c.expires_at > bindparam("now"))
    .values(
        state=bindparam("new_state"),
        granted_until=bindparam("granted"),
        kept_until=bindparam("until"),
    )
)
_GIVE_UP = (
    update(requests)
    .where(_OF, _THIS, _WAITS)
    .values(
        state=State.ENDED.value,
        due_at=bindparam("now"),
        kept_until=bindparam("until"),
    )
)
_CHANGE = (
    update(requests)
    .where(_OF, _THIS)
    .values(
        state=bindparam("new_state"),
        granted_until=bindparam("granted"),
        kept_until=bindparam("until"),
    )
)
_DUE = (
    select(*columns(requests, Request))
    .where(requests.c.due_at.is_not(None))
    .order_by(requests.c.due_at, requests.c.request_id)
    .limit(DELIVERIES_AT_ONCE)
)
_CLAIM = (
    update(requests)
    .where(_OF, _THIS, requests.c.due_at == bindparam("seen"))
    .values(due_at=null(), space_id=bindparam("in_space"))
)
_OVER = (
    select(requests.c.professional_id, requests.c.request_id)
    .where(requests.c.kept_until < bindparam("before"))
    .limit(ROWS_AT_ONCE)
)
_FORGET = delete(requests).where(_OF, _THIS)


_FIRST = upsert(first_reads)
_FIRST = _FIRST.on_conflict_do_update(
    index_elements=[first_reads.c.space_id, first_reads.c.party_id],
    set_={"granted_from": _FIRST.excluded.granted_from},
    where=first_reads.c.granted_from < _FIRST.excluded.granted_from,
)

_OPEN_TO = (
    select(memberships.c.space_id, memberships.c.role)
    .where(
        memberships.c.account_id == bindparam("professional"),
        memberships.c.space_id > bindparam("after"),
    )
    .order_by(memberships.c.space_id)
    .limit(bindparam("most"))
)
_EYES = select(
    viewers.c.space_id,
    viewers.c.viewer_id,
    viewers.c.party_id,
    viewers.c.role,
    viewers.c.grant_,
    viewers.c.head,
    viewers.c.count,
    viewers.c.digest,
    viewers.c.is_open,
    viewers.c.keeps_copy,
    viewers.c.opens_at,
    viewers.c.closes_at,
).where(
    viewers.c.space_id.in_(bindparam("space_ids", expanding=True)),
    viewers.c.party_id == bindparam("party"),
    spaces.c.space_id == viewers.c.space_id,
    spaces.c.state == "open",
)


async def add(work: Work, request: Request) -> None:
    """Store a request."""
    await work.db.run(_ADD, **msgspec.structs.asdict(request))


async def request(work: Work, professional_id: UUID, request_id: UUID) -> Request | None:
    """Return one request of a professional, or None."""
    row = await work.db.row(_REQUEST, professional=professional_id, request=request_id)
    return fill_or_none(Request, row)


async def requests_of(work: Work, professional_id: UUID) -> list[Request]:
    """Return the requests of a professional, newest first."""
    rows = await work.db.rows(_REQUESTS, professional=professional_id)
    return [fill(Request, row) for row in rows]


async def supersede(work: Work, professional_id: UUID, person_hash: bytes) -> None:
    """End what a professional still waits for from the same person, whoever that is."""
    await work.db.run(
        _SUPERSEDE,
        professional=professional_id,
        person=person_hash,
        now=work.now,
        until=work.now + REQUEST_KEPT,
    )


async def take_try(work: Work, professional_id: UUID, request_id: UUID) -> bool:
    """Count one try at a code; False when none is left, or nothing waits for it."""
    taken = await work.db.run(
        _TAKE_TRY,
        professional=professional_id,
        request=request_id,
        tries_max=CODE_TRIES_MAX,
        now=work.now,
    )
    return taken == 1


async def settle(
    work: Work, professional_id: UUID, request_id: UUID, state: State, until: datetime | None = None
) -> bool:
    """Write down an answer; False when nothing waited for one."""
    settled = await work.db.run(
        _SETTLE,
        professional=professional_id,
        request=request_id,
        now=work.now,
        new_state=state.value,
        granted=until,
        until=_kept_until(work, state, until),
    )
    return settled == 1


async def give_up(work: Work, professional_id: UUID, request_id: UUID) -> bool:
    """End a request that waits, and have it taken back from its person, if there is one."""
    ended = await work.db.run(
        _GIVE_UP,
        professional=professional_id,
        request=request_id,
        now=work.now,
        until=work.now + REQUEST_KEPT,
    )
    return ended == 1


async def change(
    work: Work, professional_id: UUID, request_id: UUID, state: State, until: datetime | None = None
) -> None:
    """Write down what became of a consent; nothing happens where no request is kept."""
    await work.db.run(
        _CHANGE,
        professional=professional_id,
        request=request_id,
        new_state=state.value,
        granted=until,
        until=_kept_until(work, state, until),
    )


async def due(work: Work) -> list[Request]:
    """Return some of what is to be brought to its persons, oldest first."""
    return [fill(Request, row) for row in await work.db.rows(_DUE)]


async def claim(work: Work, seen: Request, space_id: UUID | None) -> bool:
    """Take a request that is due, once; False when somebody else did, or it has changed."""
    claimed = await work.db.run(
        _CLAIM,
        professional=seen.professional_id,
        request=seen.request_id,
        seen=seen.due_at,
        in_space=space_id,
    )
    return claimed == 1


async def forget_requests(work: Work) -> int:
    """Delete some requests that are past their use; return how many went."""
    over = await work.db.rows(_OVER, before=work.now)
    for professional_id, request_id in over:
        await work.db.run(_FORGET, professional=professional_id, request=request_id)
    return len(over)


async def seal(work: Work, professional_id: UUID, request_id: UUID, asked: Asked) -> bytes:
    """Seal what was asked under the professional's key."""
    cipher = await work.keys.cipher(work.db, professional_id)
    return cipher.seal(place(requests, request_id, "asked"), msgspec.json.encode(asked))


async def opened(work: Work, of: Request) -> Asked:
    """Open what was asked."""
    cipher = await work.keys.cipher(work.db, of.professional_id)
    plain = cipher.open(place(requests, of.request_id, "asked"), of.sealed)
    return msgspec.json.decode(plain, type=Asked)


async def directory_of(
    work: Work, professional_id: UUID, *, after: UUID, most: int
) -> list[tuple[UUID, str]]:
    """Return spaces that were opened to a professional, and as what, in order."""
    rows = await work.db.rows(_OPEN_TO, professional=professional_id, after=after, most=most)
    return [(space_id, role) for space_id, role in rows]


async def eyes_of(
    work: Work, professional_id: UUID, space_ids: Sequence[UUID]
) -> dict[UUID, Viewer]:
    """Return the viewers of a professional in these spaces, closed spaces left out."""
    if not space_ids:
        return {}
    rows = await work.db.rows(_EYES, space_ids=list(space_ids), party=professional_id)
    return {row[0]: viewer_from(row[1:]) for row in rows}


async def note_first_read(
    work: Work, space_id: UUID, party_id: UUID, granted_from: datetime
) -> bool:
    """Say whether this is the first read under a consent, and remember it."""
    noted = await work.db.run(
        _FIRST, space_id=space_id, party_id=party_id, granted_from=granted_from
    )
    return noted == 1


def _kept_until(work: Work, state: State, until: datetime | None) -> datetime | None:
    if state is not State.GIVEN:
        return work.now + REQUEST_KEPT
    return None if until is None else until + REQUEST_KEPT
