"""The patient's side of a ticket: quoting it, and using it up.

It runs on the server's own connection, in the patient's request. What it tells
the agent is that something was done, and nothing of what.
"""

from backend.access.guard import kind_of
from backend.access.journal.model import Actor
from backend.identity.assisted import Act, Assisted, Helped
from backend.identity.typed_codes import TypedCodes
from backend.kernel.ids import PartyId
from backend.kernel.work import Work
from backend.workshops import store
from backend.workshops.agents import store as agents
from backend.workshops.announce import announce_act
from backend.workshops.limits import TICKET_CHARACTERS, TICKET_HELD
from backend.workshops.rules import is_good

CODES = TypedCodes("workshop-ticket", TICKET_CHARACTERS)


class WorkshopTickets:
    """Fills `backend.identity.ports.Tickets`."""

    async def take(self, work: Work, code: str, act: Act) -> Assisted | None:
        hashed = CODES.hash_of(work, code)
        ticket = None if hashed is None else await store.ticket_by_code(work, hashed)
        if ticket is None or ticket.act != act.value:
            return None
        workshop = await store.workshop(work, ticket.workshop_id)
        if workshop is None or not is_good(ticket, workshop, work.now):
            return None
        await store.hold(work, ticket, work.now + TICKET_HELD)
        return Assisted(
            workshop_id=ticket.workshop_id, ticket_id=ticket.ticket_id, until=workshop.ends_at
        )

    async def settle(self, work: Work, assisted: Assisted, helped: Helped | None, act: Act) -> bool:
        if not await store.settle(work, assisted.workshop_id, assisted.ticket_id):
            return False
        if helped is not None:
            ticket = await store.ticket(work, assisted.workshop_id, assisted.ticket_id)
            assert ticket is not None
            agent = await agents.agent(work, ticket.agent_id)
            assert agent is not None
            person = await agents.person_of(work, agent)
            whom = Actor(kind=kind_of(helped.role), party_id=PartyId(helped.party_id))
            await announce_act(work, helped.space_id, person, act, whom)
        return True
