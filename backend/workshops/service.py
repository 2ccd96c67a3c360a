"""What an agent does: declare a workshop, open and close it, and open tickets in it.

All of it runs on the agents' own connection, which reaches no patient. The one
thing that an agent asks for somebody who has no code, a new letter, is handed to
the server, and nothing of what came of it is handed back.

Source: docs/decisions/0020-support-agents.md.
"""

from uuid import UUID

from backend.access.journal.model import Actor, ActorKind
from backend.identity.assisted import Act
from backend.identity.letters import service as letters
from backend.identity.spaces.finding import Whom
from backend.kernel.work import Office, Work
from backend.workshops import store
from backend.workshops.agents import service as agents
from backend.workshops.agents import store as agent_store
from backend.workshops.announce import announce_act
from backend.workshops.errors import (
    ColleagueUnknown,
    TicketNotFound,
    WorkshopFull,
    WorkshopNotFound,
    WorkshopNotOpen,
)
from backend.workshops.limits import TICKET_LIFE, TICKETS_PER_WORKSHOP_MAX
from backend.workshops.model import (
    AgentCaller,
    Plan,
    Ticket,
    TicketOpened,
    TicketState,
    TicketView,
    Workshop,
    WorkshopState,
    WorkshopView,
)
from backend.workshops.rules import (
    check_window,
    refuse_one_more,
    refuse_unless_open,
    state_of,
    ticket_state,
)
from backend.workshops.tickets import CODES


async def declare(work: Work, caller: AgentCaller, plan: Plan) -> WorkshopView:
    """Declare where and when a workshop will be, and which colleagues hold it too.

    Raises:
        WindowInvalid: See `check_window`.
        ColleagueUnknown: No agent of the same organisation has a name given.
    """
    check_window(plan.starts_at, plan.ends_at, work.now)
    agent_ids = {caller.agent_id}
    for login in plan.colleagues:
        agent_ids.add(await _colleague(work, caller, login))
    workshop = Workshop(
        workshop_id=work.new_id(),
        organization_hash=caller.organization_hash,
        place=plan.place.strip(),
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        declared_at=work.now,
    )
    await store.add(work, workshop, sorted(agent_ids))
    return _view(work, workshop)


async def list_workshops(work: Work, caller: AgentCaller) -> list[WorkshopView]:
    """Return the workshops that an agent holds, the latest first."""
    return [_view(work, one) for one in await store.workshops_of(work, caller.agent_id)]


async def start(work: Work, caller: AgentCaller, workshop_id: UUID) -> None:
    """Open a workshop, inside its window. Idempotent.

    Raises:
        WorkshopNotFound: None of the caller's.
        WorkshopNotOpen: Too early, or too late.
    """
    workshop = await _held(work, caller, workshop_id)
    is_over = state_of(workshop, work.now) is WorkshopState.OVER
    if is_over or work.now < workshop.starts_at:
        raise WorkshopNotOpen("This workshop is opened inside its window.")
    await store.open_workshop(work, workshop_id)


async def close(work: Work, caller: AgentCaller, workshop_id: UUID) -> None:
    """Close a workshop: its tickets are good for nothing from now on. Idempotent.

    Raises:
        WorkshopNotFound: None of the caller's.
    """
    await _held(work, caller, workshop_id)
    await store.close_workshop(work, workshop_id)


async def held_open(work: Work, caller: AgentCaller, workshop_id: UUID) -> Workshop:
    """Return a workshop in which the caller may act now.

    Raises:
        WorkshopNotFound: None of the caller's.
        WorkshopNotOpen: See `state_of`.
    """
    workshop = await _held(work, caller, workshop_id)
    refuse_unless_open(workshop, work.now)
    return workshop


async def open_ticket(work: Work, caller: AgentCaller, workshop_id: UUID, act: Act) -> TicketOpened:
    """Open a ticket for one person's act, to be shown or printed for them.

    Raises:
        WorkshopNotFound: None of the caller's.
        WorkshopNotOpen: See `state_of`.
        WorkshopFull: All places of the workshop are taken.
        WorkshopTooFast: All places of the last hour are taken.
    """
    await held_open(work, caller, workshop_id)
    others = await store.tickets_of(work, workshop_id)
    if len(others) >= TICKETS_PER_WORKSHOP_MAX:
        raise WorkshopFull("This workshop has opened too many tickets.")
    refuse_one_more(others, work.now)
    expires_at = work.now + TICKET_LIFE
    ticket = Ticket(
        workshop_id=workshop_id,
        ticket_id=work.new_id(),
        agent_id=caller.agent_id,
        act=act.value,
        opened_at=work.now,
        expires_at=expires_at,
        held_until=expires_at,
    )
    code, code_hash = CODES.draw(work)
    await store.add_ticket(work, ticket, code_hash)
    return TicketOpened(ticket_id=ticket.ticket_id, act=act, code=code, expires_at=expires_at)


async def read_ticket(
    work: Work, caller: AgentCaller, workshop_id: UUID, ticket_id: UUID
) -> TicketView:
    """Say of a ticket whether it waits, is done or has run out: nothing else.

    Raises:
        WorkshopNotFound: None of the caller's.
        WorkshopNotOpen: See `state_of`.
        TicketNotFound: No such ticket in it.
    """
    await held_open(work, caller, workshop_id)
    ticket = await _ticket(work, workshop_id, ticket_id)
    return TicketView(
        ticket_id=ticket.ticket_id,
        act=Act(ticket.act),
        state=ticket_state(ticket, work.now),
        expires_at=ticket.expires_at,
    )


async def take_letter_ticket(
    work: Work, caller: AgentCaller, workshop_id: UUID, ticket_id: UUID
) -> TicketView:
    """Use up a ticket for a new letter; `send_letter` does what it is for.

    Returns:
        The ticket, done.

    Raises:
        WorkshopNotFound: None of the caller's.
        WorkshopNotOpen: See `state_of`.
        TicketNotFound: No such ticket for a letter, or it was used or has run out.
    """
    await held_open(work, caller, workshop_id)
    ticket = await _ticket(work, workshop_id, ticket_id)
    is_waiting = ticket_state(ticket, work.now) is TicketState.WAITING
    if ticket.act != Act.LETTER.value or not is_waiting:
        raise TicketNotFound("No ticket here waits for a letter.")
    await store.settle(work, workshop_id, ticket_id)
    return await read_ticket(work, caller, workshop_id, ticket_id)


async def send_letter(server: Office, caller: AgentCaller, lost: Whom) -> None:
    """Have a new letter printed for whoever lost theirs, on the server's own connection.

    The agent is answered before this begins: neither what came of it nor how
    long it took tells whether there is such a person.
    """

    async def use_case(work: Work) -> None:
        for space_id in await letters.queue_again(work, lost):
            whom = Actor(kind=ActorKind.PATIENT)
            await announce_act(work, space_id, caller.person, Act.LETTER, whom)

    await server.write(use_case)


async def _held(work: Work, caller: AgentCaller, workshop_id: UUID) -> Workshop:
    workshop = await store.workshop_of(work, caller.agent_id, workshop_id)
    if workshop is None:
        raise WorkshopNotFound("No workshop here has this id.")
    return workshop


async def _ticket(work: Work, workshop_id: UUID, ticket_id: UUID) -> Ticket:
    ticket = await store.ticket(work, workshop_id, ticket_id)
    if ticket is None:
        raise TicketNotFound("No ticket here has this id.")
    return ticket


async def _colleague(work: Work, caller: AgentCaller, login: str) -> UUID:
    agent_id = await agent_store.agent_id_of(work, agents.login_hash(work, login))
    agent = None if agent_id is None else await agent_store.agent(work, agent_id)
    if (
        agent is None
        or agent.ended_at is not None
        or agent.organization_hash != caller.organization_hash
    ):
        raise ColleagueUnknown("No colleague has this name.", pointer="/colleagues")
    return agent.agent_id


def _view(work: Work, workshop: Workshop) -> WorkshopView:
    return WorkshopView(
        workshop_id=workshop.workshop_id,
        place=workshop.place,
        starts_at=workshop.starts_at,
        ends_at=workshop.ends_at,
        state=state_of(workshop, work.now),
    )
