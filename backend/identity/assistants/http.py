"""Assistants over HTTP: named by a professional, enrolled in person, signed in by themselves."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from backend.identity.assistants import acts, naming, service
from backend.identity.assistants.model import (
    AssistantView,
    Candidate,
    Employer,
    EmployerChoice,
    Enrolled,
    LeavableAct,
    Named,
    Naming,
    Seeded,
)
from backend.identity.challenges.model import Answer, Challenged
from backend.identity.passwords import Passwords
from backend.identity.professionals.http import Ticket
from backend.identity.professionals.model import Act, Names, PersonName, ProfessionalCaller
from backend.identity.sessions.model import SignedIn
from backend.identity.sign_in import service as sign_in
from backend.identity.sign_in.http import DeviceProposal, VerifyRequest
from backend.identity.sign_in.model import Attempt
from backend.identity.wire import LetterCode, LoginName, OneTimeCode, Password, Wire, address_of
from backend.kernel.work import Office

_ACTS_MAX = 50


class NamingRequest(Wire, frozen=True, kw_only=True):
    """An assistant to name: what is left to them, and until which day."""

    family_name: PersonName
    given_name: PersonName
    acts: Annotated[list[Act], Meta(min_length=1, max_length=_ACTS_MAX)]
    ends_on: Annotated[date, Meta(description="The last day, within twelve months.")]


class EnrolmentRequest(Wire, frozen=True, kw_only=True):
    """The code given in person, and the name and password of the new account."""

    code: LetterCode
    login: LoginName
    password: Password


class ConfirmRequest(Wire, frozen=True, kw_only=True):
    """The first code of the authenticator app, and the device that signs in."""

    ticket: Ticket
    code: OneTimeCode
    device: DeviceProposal


class AssistantLoginRequest(Wire, frozen=True, kw_only=True):
    """A name, a password and the device."""

    login: LoginName
    password: Password
    device: DeviceProposal


class EmployerRequest(Wire, frozen=True, kw_only=True):
    """For whom to act now."""

    ticket: Ticket
    assistantship_id: UUID


class JoinRequest(Wire, frozen=True, kw_only=True):
    """The code that one more professional gave in person."""

    code: LetterCode


class NamingController(Controller):
    """The assistants of a professional, as the professional sees them."""

    path = "/v1/professionals/me/assistants"
    tags = ("professionals",)

    @get(operation_id="listAssistants", summary="List those who act for this professional.")
    async def every(
        self, office: NamedDependency[Office], professional: NamedDependency[ProfessionalCaller]
    ) -> list[AssistantView]:
        """Return them with what is left to each, and until when."""
        return await office.read(lambda work: naming.list_assistants(work, professional))

    @get("/acts", operation_id="listActs", summary="List what may be left to an assistant.")
    async def acts(self, professional: NamedDependency[ProfessionalCaller]) -> list[LeavableAct]:
        """Return every act in words, and which a professional does in person."""
        return list(acts.catalogue())

    @post(operation_id="nameAssistant", status_code=201, summary="Name an assistant.")
    async def name(
        self,
        office: NamedDependency[Office],
        professional: NamedDependency[ProfessionalCaller],
        data: JSONBody[NamingRequest],
    ) -> Named:
        """Answer a code to give in person, good once and for a day."""
        named = Naming(
            names=Names(family_name=data.family_name, given_name=data.given_name),
            acts=tuple(data.acts),
            ends_on=data.ends_on,
        )
        return await office.write(lambda work: naming.name_assistant(work, professional, named))

    @delete(
        "/{assistantship_id:uuid}",
        operation_id="endAssistantship",
        summary="Take everything back from an assistant.",
    )
    async def end(
        self,
        office: NamedDependency[Office],
        professional: NamedDependency[ProfessionalCaller],
        assistantship_id: FromPath[UUID],
    ) -> None:
        """Refuse their next request in this professional's name."""
        await office.write(
            lambda work: naming.end_assistantship(work, professional, assistantship_id)
        )


class AssistantController(Controller):
    """Assistants, as themselves."""

    path = "/v1/professionals/assistants"
    tags = ("professionals",)

    @post(
        "/enrolment",
        operation_id="enrolAssistant",
        status_code=201,
        security=[],
        summary="Give the code received in person, a name and a password.",
    )
    async def enrol(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        passwords: NamedDependency[Passwords],
        data: JSONBody[EnrolmentRequest],
    ) -> Seeded:
        """Answer a secret for an authenticator app; nothing is made before its first code."""
        candidate = Candidate(
            code=data.code,
            login=data.login,
            password=data.password,
            address=address_of(request),
        )
        return await service.begin_enrolment(office, passwords, candidate)

    @post(
        "/enrolment/confirm",
        operation_id="confirmAssistant",
        status_code=200,
        security=[],
        summary="Give the first code of the app: the account is made, and signed in.",
    )
    async def confirm(
        self, office: NamedDependency[Office], data: JSONBody[ConfirmRequest]
    ) -> Enrolled:
        """Answer tokens, and recovery codes to keep on paper, shown this once."""
        return await service.confirm_enrolment(
            office, data.ticket, data.code, data.device.proposal()
        )

    @post(
        "/login",
        operation_id="loginAssistant",
        status_code=202,
        security=[],
        summary="Give an assistant's name and password.",
    )
    async def login(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        passwords: NamedDependency[Passwords],
        data: JSONBody[AssistantLoginRequest],
    ) -> Challenged:
        """Answer the same way, right or wrong: only the code of the app tells."""
        return await sign_in.begin(
            office,
            passwords,
            Attempt(
                login=data.login,
                password=data.password,
                device=data.device.proposal(),
                channel=None,
                address=address_of(request),
                of_assistant=True,
            ),
        )

    @post(
        "/login/verify",
        operation_id="verifyAssistant",
        status_code=200,
        security=[],
        summary="Give the code of the app, and get tokens or a choice of professionals.",
    )
    async def verify(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        data: JSONBody[VerifyRequest],
    ) -> SignedIn | EmployerChoice:
        """Sign in whoever acts for one professional; let others choose one."""
        answer = Answer(challenge_id=data.challenge_id, code=data.code)
        return await service.verify(office, answer, address_of(request))

    @post(
        "/sessions",
        operation_id="chooseEmployer",
        status_code=200,
        security=[],
        summary="Choose for whom to act, and get tokens.",
    )
    async def choose(
        self, office: NamedDependency[Office], data: JSONBody[EmployerRequest]
    ) -> SignedIn:
        """Sign in for one professional; the journal names the assistant and the professional."""
        return await service.choose(office, data.ticket, data.assistantship_id)

    @post(
        "/me/employers",
        operation_id="joinEmployer",
        status_code=200,
        summary="Act for one more professional, with the code received in person.",
    )
    async def join(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        professional: NamedDependency[ProfessionalCaller],
        data: JSONBody[JoinRequest],
    ) -> Employer:
        """The next sign-in asks for whom to act."""
        return await service.join(office, professional, data.code, address_of(request))
