"""Workshops and their tickets as stored."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, select, update

from backend.identity.rows import columns, fill, fill_or_none
from backend.kernel.work import Work
from backend.workshops.limits import TICKETS_PER_WORKSHOP_MAX, WORKSHOPS_LISTED_MAX
from backend.workshops.model import Ticket, Workshop
from backend.workshops.tables import ticket_codes, tickets, workshop_agents, workshops

_THIS = workshops.c.workshop_id == bindparam("workshop")
_ADD = insert(workshops)
_ADD_AGENT = insert(workshop_agents)
_WORKSHOP = select(*columns(workshops, Workshop)).where(_THIS)
# Two tickets of one workshop are counted one after the other.
_LOCK = _WORKSHOP.with_for_update()
_HOLDS = select(workshop_agents.c.workshop_id).where(
    workshop_agents.c.agent_id == bindparam("agent"),
    workshop_agents.c.workshop_id == bindparam("workshop"),
)
_HELD = select(workshop_agents.c.workshop_id).where(
    workshop_agents.c.agent_id == bindparam("agent")
)
_LISTED = (
    select(*columns(workshops, Workshop))
    .where(workshops.c.workshop_id.in_(bindparam("ids", expanding=True)))
    .order_by(workshops.c.starts_at.desc(), workshops.c.workshop_id)
    .limit(WORKSHOPS_LISTED_MAX)
)
_OPEN = (
    update(workshops)
    .where(_THIS, workshops.c.opened_at.is_(None))
    .values(opened_at=bindparam("now"))
)
_CLOSE = (
    update(workshops)
    .where(_THIS, workshops.c.closed_at.is_(None))
    .values(closed_at=bindparam("now"))
)

_IN = tickets.c.workshop_id == bindparam("workshop")
_THIS_TICKET = tickets.c.ticket_id == bindparam("ticket")
_ADD_TICKET = insert(tickets)
_ADD_CODE = insert(ticket_codes)
_TICKET = select(*columns(tickets, Ticket)).where(_IN, _THIS_TICKET)
_TICKETS = select(*columns(tickets, Ticket)).where(_IN).limit(TICKETS_PER_WORKSHOP_MAX)
_BY_CODE = select(ticket_codes.c.workshop_id, ticket_codes.c.ticket_id).where(
    ticket_codes.c.code_hash == bindparam("hashed")
)
_HOLD = (
    update(tickets)
    .where(
        _IN, _THIS_TICKET, tickets.c.done_at.is_(None), tickets.c.held_until < bindparam("until")
    )
    .values(held_until=bindparam("until_then"))
)
_SETTLE = (
    update(tickets)
    .where(_IN, _THIS_TICKET, tickets.c.done_at.is_(None), tickets.c.held_until > bindparam("now"))
    .values(done_at=bindparam("done"))
)


async def add(work: Work, new: Workshop, agent_ids: list[UUID]) -> None:
    """Store a workshop and who holds it."""
    await work.db.run(_ADD, **msgspec.structs.asdict(new))
    await work.db.run_many(
        _ADD_AGENT,
        [{"agent_id": one, "workshop_id": new.workshop_id} for one in agent_ids],
    )


async def workshop(work: Work, workshop_id: UUID) -> Workshop | None:
    """Return a workshop, or None."""
    return fill_or_none(Workshop, await work.db.row(_WORKSHOP, workshop=workshop_id))


async def workshop_of(work: Work, agent_id: UUID, workshop_id: UUID) -> Workshop | None:
    """Return a workshop that an agent holds, kept from others until the end, or None."""
    if await work.db.row(_HOLDS, agent=agent_id, workshop=workshop_id) is None:
        return None
    return fill_or_none(Workshop, await work.db.row(_LOCK, workshop=workshop_id))


async def workshops_of(work: Work, agent_id: UUID) -> list[Workshop]:
    """Return the workshops that an agent holds, the latest first."""
    ids = [row[0] for row in await work.db.rows(_HELD, agent=agent_id)]
    rows = await work.db.rows(_LISTED, ids=ids) if ids else []
    return [fill(Workshop, row) for row in rows]


async def open_workshop(work: Work, workshop_id: UUID) -> None:
    """Note that a workshop was started. Idempotent."""
    await work.db.run(_OPEN, workshop=workshop_id, now=work.now)


async def close_workshop(work: Work, workshop_id: UUID) -> None:
    """Note that a workshop was closed. Idempotent."""
    await work.db.run(_CLOSE, workshop=workshop_id, now=work.now)


async def add_ticket(work: Work, new: Ticket, code_hash: bytes) -> None:
    """Store a ticket and the code that finds it."""
    await work.db.run(_ADD_TICKET, **msgspec.structs.asdict(new))
    await work.db.run(
        _ADD_CODE,
        code_hash=code_hash,
        workshop_id=new.workshop_id,
        ticket_id=new.ticket_id,
        expires_at=new.expires_at,
    )


async def ticket(work: Work, workshop_id: UUID, ticket_id: UUID) -> Ticket | None:
    """Return a ticket of a workshop, or None."""
    row = await work.db.row(_TICKET, workshop=workshop_id, ticket=ticket_id)
    return fill_or_none(Ticket, row)


async def ticket_by_code(work: Work, code_hash: bytes) -> Ticket | None:
    """Return the ticket that a code finds, or None."""
    row = await work.db.row(_BY_CODE, hashed=code_hash)
    return None if row is None else await ticket(work, row[0], row[1])


async def tickets_of(work: Work, workshop_id: UUID) -> list[Ticket]:
    """Return every ticket of a workshop."""
    return [fill(Ticket, row) for row in await work.db.rows(_TICKETS, workshop=workshop_id)]


async def hold(work: Work, of: Ticket, until: datetime) -> None:
    """Keep a ticket from running out before somebody who began has had their time."""
    await work.db.run(
        _HOLD, workshop=of.workshop_id, ticket=of.ticket_id, until=until, until_then=until
    )


async def settle(work: Work, workshop_id: UUID, ticket_id: UUID) -> bool:
    """Use a ticket up; False when it was used, or has run out."""
    settled = await work.db.run(
        _SETTLE, workshop=workshop_id, ticket=ticket_id, now=work.now, done=work.now
    )
    return settled == 1
