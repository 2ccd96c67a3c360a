"""Agents over HTTP: enrolling, signing in and out. An audience of its own."""

from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from backend.identity.wire import LoginName, Password, Wire, address_of
from backend.workshops.agents import service
from backend.workshops.agents.service import AgentAttempt, Application
from backend.workshops.model import AgentCaller, AgentEnrolment, AgentSignedIn
from backend.workshops.ports import AgentsDesk
from backend.workshops.wire import EnrolmentCode

AppCode = Annotated[
    str,
    Meta(
        max_length=16,
        description="Six digits of the agent's authenticator app.",
        examples=["123456"],
    ),
]


class EnrolRequest(Wire, frozen=True, kw_only=True):
    """The operator's code, and the name and the password that the agent chooses."""

    code: EnrolmentCode
    login: LoginName
    password: Password


class ConfirmEnrolmentRequest(Wire, frozen=True, kw_only=True):
    """The operator's code, and one of the app."""

    code: EnrolmentCode
    app_code: AppCode


class AgentSignInRequest(Wire, frozen=True, kw_only=True):
    """Name, password and a code of the app, all at once."""

    login: LoginName
    password: Password
    app_code: AppCode


class AgentView(Struct, frozen=True, kw_only=True):
    """An agent as they see themselves."""

    name: str
    organization: str
    session_ends_at: str


class AgentController(Controller):
    """Support agents. No other token opens anything here, nor theirs anything elsewhere."""

    path = "/v1/agents"
    tags = ("workshops",)

    @post(
        "/enrol",
        operation_id="enrolAgent",
        status_code=201,
        security=[],
        summary="Enrol as a support agent with the operator's code.",
    )
    async def enrol(
        self,
        request: Request[Any, Any, Any],
        agents_desk: NamedDependency[AgentsDesk],
        data: JSONBody[EnrolRequest],
    ) -> AgentEnrolment:
        """Answer the secret for an authenticator app, which `confirmAgent` puts in force."""
        asked = Application(
            code=data.code, login=data.login, password=data.password, address=address_of(request)
        )
        return await service.enrol(agents_desk.agents, agents_desk.passwords, asked)

    @post(
        "/enrol/confirm",
        operation_id="confirmAgent",
        status_code=204,
        security=[],
        summary="Confirm an agent's enrolment by a code of the app.",
    )
    async def confirm(
        self,
        request: Request[Any, Any, Any],
        agents_desk: NamedDependency[AgentsDesk],
        data: JSONBody[ConfirmEnrolmentRequest],
    ) -> None:
        """Use the operator's code up: the agent signs in from now on."""
        address = address_of(request)
        await service.confirm(agents_desk.agents, data.code, data.app_code, address)

    @post(
        "/sign-in",
        operation_id="signAgentIn",
        status_code=200,
        security=[],
        summary="Sign in as a support agent.",
    )
    async def sign_in(
        self,
        request: Request[Any, Any, Any],
        agents_desk: NamedDependency[AgentsDesk],
        data: JSONBody[AgentSignInRequest],
    ) -> AgentSignedIn:
        """Answer a token of thirty minutes, ten when it is not used; nothing renews it."""
        attempt = AgentAttempt(
            login=data.login,
            password=data.password,
            code=data.app_code,
            address=address_of(request),
        )
        return await service.sign_in(agents_desk.agents, agents_desk.passwords, attempt)

    @post("/sign-out", operation_id="signAgentOut", status_code=204, summary="Sign the agent out.")
    async def sign_out(
        self, agents_desk: NamedDependency[AgentsDesk], agent: NamedDependency[AgentCaller]
    ) -> None:
        """End this session: its token opens nothing from now on."""
        await agents_desk.agents.write(lambda work: service.sign_out(work, agent))

    @get("/me", operation_id="readAgent", summary="Say which agent is signed in.")
    async def me(self, agent: NamedDependency[AgentCaller]) -> AgentView:
        """Return name, organisation, and when this session ends."""
        return AgentView(
            name=agent.person.name,
            organization=agent.person.organization,
            session_ends_at=agent.expires_at.isoformat(),
        )
