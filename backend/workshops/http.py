"""Workshops, tickets and practice over HTTP, for agents only."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from backend.identity.assisted import Act
from backend.identity.model import Ins
from backend.identity.rules.ins import check_ins
from backend.identity.spaces.finding import Whom
from backend.identity.wire import LoginName, Wire
from backend.workshops import service
from backend.workshops.agents.http import AgentController
from backend.workshops.limits import AGENTS_PER_WORKSHOP_MAX
from backend.workshops.model import AgentCaller, Plan, TicketOpened, TicketView, WorkshopView
from backend.workshops.ports import AgentsDesk, Practice, PracticeMessage
from backend.workshops.wire import PlaceName, provide_agent

__all__ = ["CONTROLLERS", "provide_agent"]

Instant = Annotated[datetime, Meta(tz=True, examples=["2026-11-24T09:00:00Z"])]
Colleagues = Annotated[tuple[LoginName, ...], Meta(max_length=AGENTS_PER_WORKSHOP_MAX - 1)]


class DeclareRequest(Wire, frozen=True, kw_only=True):
    """Where and when a workshop will be, and which colleagues hold it too."""

    place: PlaceName
    starts_at: Instant
    ends_at: Instant
    colleagues: Colleagues = ()


class TicketRequest(Wire, frozen=True, kw_only=True):
    """What a person is to be helped with."""

    act: Act


class LetterRequest(Wire, frozen=True, kw_only=True):
    """Who says that their letter was lost."""

    ins: Ins
    birth_date: date


class WorkshopController(Controller):
    """Where agents help people to begin. Nothing here says anything of a patient."""

    path = "/v1/workshops"
    tags = ("workshops",)

    @post(operation_id="declareWorkshop", status_code=201, summary="Declare a workshop.")
    async def declare(
        self,
        agents_desk: NamedDependency[AgentsDesk],
        agent: NamedDependency[AgentCaller],
        data: JSONBody[DeclareRequest],
    ) -> WorkshopView:
        """Say where it will be, and when: four hours at most."""
        plan = Plan(
            place=data.place,
            starts_at=data.starts_at,
            ends_at=data.ends_at,
            colleagues=data.colleagues,
        )
        return await agents_desk.agents.write(lambda work: service.declare(work, agent, plan))

    @get(operation_id="listWorkshops", summary="List the agent's workshops.")
    async def list_workshops(
        self, agents_desk: NamedDependency[AgentsDesk], agent: NamedDependency[AgentCaller]
    ) -> list[WorkshopView]:
        """Return them with the latest first."""
        return await agents_desk.agents.read(lambda work: service.list_workshops(work, agent))

    @post(
        "/{workshop_id:uuid}/start",
        operation_id="startWorkshop",
        status_code=204,
        summary="Open a workshop, inside its window.",
    )
    async def start(
        self,
        agents_desk: NamedDependency[AgentsDesk],
        agent: NamedDependency[AgentCaller],
        workshop_id: FromPath[UUID],
    ) -> None:
        """Let its agents act from now on, until it is closed or its window ends."""
        await agents_desk.agents.write(lambda work: service.start(work, agent, workshop_id))

    @post(
        "/{workshop_id:uuid}/close",
        operation_id="closeWorkshop",
        status_code=204,
        summary="Close a workshop.",
    )
    async def close(
        self,
        agents_desk: NamedDependency[AgentsDesk],
        agent: NamedDependency[AgentCaller],
        workshop_id: FromPath[UUID],
    ) -> None:
        """End its tickets, and throw its practice record away."""
        await agents_desk.agents.write(lambda work: service.close(work, agent, workshop_id))
        await agents_desk.practices.throw_away(workshop_id)

    @post(
        "/{workshop_id:uuid}/tickets",
        operation_id="openTicket",
        status_code=201,
        summary="Open a ticket for one person.",
    )
    async def open_ticket(
        self,
        agents_desk: NamedDependency[AgentsDesk],
        agent: NamedDependency[AgentCaller],
        workshop_id: FromPath[UUID],
        data: JSONBody[TicketRequest],
    ) -> TicketOpened:
        """Answer a short code for the person to quote, good for fifteen minutes."""
        return await agents_desk.agents.write(
            lambda work: service.open_ticket(work, agent, workshop_id, data.act)
        )

    @get(
        "/{workshop_id:uuid}/tickets/{ticket_id:uuid}",
        operation_id="readTicket",
        summary="Say whether a ticket waits, is done or has run out.",
    )
    async def read_ticket(
        self,
        agents_desk: NamedDependency[AgentsDesk],
        agent: NamedDependency[AgentCaller],
        workshop_id: FromPath[UUID],
        ticket_id: FromPath[UUID],
    ) -> TicketView:
        """Return that and nothing else: not who, nor what they had before."""
        return await agents_desk.agents.write(
            lambda work: service.read_ticket(work, agent, workshop_id, ticket_id)
        )

    @post(
        "/{workshop_id:uuid}/tickets/{ticket_id:uuid}/letter",
        operation_id="sendLetterAgain",
        status_code=202,
        summary="Have a lost letter sent again, to the address on file.",
    )
    async def send_letter(
        self,
        agents_desk: NamedDependency[AgentsDesk],
        agent: NamedDependency[AgentCaller],
        workshop_id: FromPath[UUID],
        ticket_id: FromPath[UUID],
        data: JSONBody[LetterRequest],
    ) -> Response[TicketView]:
        """Answer the same whether or not there is such a person; the code goes by post."""
        check_ins(data.ins)
        ticket = await agents_desk.agents.write(
            lambda work: service.take_letter_ticket(work, agent, workshop_id, ticket_id)
        )
        lost = Whom(ins=data.ins, birth_date=data.birth_date)
        # After the answer, so that the time it takes tells nothing.
        later = BackgroundTask(service.send_letter, agents_desk.server, agent, lost)
        return Response(ticket, status_code=202, background=later)


class PracticeController(Controller):
    """Learning on a fictional record that leaves nothing behind."""

    path = "/v1/workshops/{workshop_id:uuid}/practice"
    tags = ("workshops",)

    @post(operation_id="openPractice", status_code=201, summary="Open a fictional record.")
    async def open(
        self,
        agents_desk: NamedDependency[AgentsDesk],
        agent: NamedDependency[AgentCaller],
        workshop_id: FromPath[UUID],
    ) -> Practice:
        """Answer where it is and how to sign in; it is gone when the workshop ends."""
        held = await agents_desk.agents.write(
            lambda work: service.held_open(work, agent, workshop_id)
        )
        return await agents_desk.practices.open(workshop_id, held.ends_at)

    @get(
        "/messages",
        operation_id="listPracticeMessages",
        summary="Read what the fictional record would have sent.",
    )
    async def messages(
        self,
        agents_desk: NamedDependency[AgentsDesk],
        agent: NamedDependency[AgentCaller],
        workshop_id: FromPath[UUID],
    ) -> list[PracticeMessage]:
        """Return the codes and notices of the fiction: none of them left this server."""
        await agents_desk.agents.write(lambda work: service.held_open(work, agent, workshop_id))
        return await agents_desk.practices.messages(workshop_id)


CONTROLLERS = [AgentController, WorkshopController, PracticeController]
