"""Consents over HTTP: asked by professionals, given and ended by the person."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from backend.access.consents import asking, giving, patients
from backend.access.consents.delivery import Courier
from backend.access.consents.limits import CONSENT_DAYS_MAX, SECTIONS_MAX
from backend.access.consents.model import (
    Asking,
    ConsentView,
    PatientsPage,
    Requested,
    RequestView,
)
from backend.access.model import SectionName
from backend.access.rules.consents import Narrowing, Purpose, Scope
from backend.access.wire import (
    admit_own,
    device_of,
)
from backend.identity.model import Ins
from backend.identity.outcomes import settle
from backend.identity.professionals.model import ProfessionalCaller
from backend.identity.sessions.model import Caller
from backend.identity.wire import OneTimeCode, Wire, provide_once, provide_professional_once
from backend.kernel.once import Once
from backend.kernel.values import Instant
from backend.kernel.work import Office
from sync.ports import Host

ConsentSections = Annotated[
    list[SectionName],
    Meta(
        max_length=SECTIONS_MAX,
        description="Collections, types of document, or sensitive sections; none for all that "
        "the profession may read.",
    ),
]
Days = Annotated[int, Meta(ge=1, le=CONSENT_DAYS_MAX, description="For how long.")]


class AskRequest(Wire, frozen=True, kw_only=True):
    """Whom to ask, by number and birth date, and what for.

    A consent for a consultation ends after 24 hours; another one after `days`, or
    after a year.
    """

    ins: Ins
    birth_date: date
    purpose: Purpose
    sections: ConsentSections = []
    keeps_copy: bool = False
    extends_to_team: bool = False
    days: Days | None = None


class CodeRequest(Wire, frozen=True, kw_only=True):
    """The code that the person said aloud."""

    code: OneTimeCode


class AnswerRequest(Wire, frozen=True, kw_only=True):
    """The answer; what is left out is given as it was asked."""

    answer: Literal["give", "refuse"]
    sections: ConsentSections | None = None
    keeps_copy: bool | None = None
    extends_to_team: bool | None = None
    ends_at: Instant | None = None


class GiveRequest(Wire, frozen=True, kw_only=True):
    """A professional whom the space has met, and what they may see."""

    party_id: UUID
    purpose: Purpose = "follow-up"
    sections: ConsentSections = []
    keeps_copy: bool = False
    extends_to_team: bool = False
    days: Days | None = None


class AskingController(Controller):
    """What a professional asks of persons."""

    path = "/v1/professionals/me"
    tags = ("rights",)
    dependencies = {"once": Provide(provide_professional_once, sync_to_thread=False)}

    @post(
        "/consents",
        operation_id="askConsent",
        status_code=202,
        summary="Ask a person to open their record.",
    )
    async def ask(
        self,
        once: NamedDependency[Once],
        host: NamedDependency[Host],
        courier: NamedDependency[Courier],
        professional: NamedDependency[ProfessionalCaller],
        data: JSONBody[AskRequest],
    ) -> Response[Requested]:
        """Answer the same way whether or not there is such a person here.

        If there is, their phone shows the request and they get a code, which they
        may say aloud in place of answering.
        """
        wanted = Asking(ins=data.ins, birth_date=data.birth_date, scope=_scope(data))
        answer = await once.answer(
            lambda office: office.write(lambda work: asking.ask(work, host, professional, wanted))
        )
        courier.wake()
        return answer

    @get(
        "/consents",
        operation_id="listAskedConsents",
        summary="List what this professional asked for, and what became of it.",
    )
    async def asked(
        self, office: NamedDependency[Office], professional: NamedDependency[ProfessionalCaller]
    ) -> list[RequestView]:
        """Return requests, newest first; who is not here waits and expires like others."""
        return await office.read(lambda work: asking.list_requests(work, professional))

    @post(
        "/consents/{request_id:uuid}/code",
        operation_id="proveConsent",
        status_code=200,
        summary="Type the code that the person said aloud.",
    )
    async def prove(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        professional: NamedDependency[ProfessionalCaller],
        request_id: FromPath[UUID],
        data: JSONBody[CodeRequest],
    ) -> RequestView:
        """Take it as the consent that was asked: five tries, within ten minutes."""
        return await settle(
            office,
            lambda work: asking.give_code(work, host, professional, request_id, data.code),
        )

    @post(
        "/consents/{request_id:uuid}/end",
        operation_id="giveUpConsent",
        status_code=204,
        summary="Give up a request or a consent.",
    )
    async def give_up(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        courier: NamedDependency[Courier],
        professional: NamedDependency[ProfessionalCaller],
        request_id: FromPath[UUID],
    ) -> None:
        """Take the request back, or close the record to oneself."""
        await office.write(lambda work: asking.give_up(work, host, professional, request_id))
        courier.wake()

    @get(
        "/patients",
        operation_id="listPatients",
        summary="List the persons whose record is open to this professional.",
    )
    async def patients(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        professional: NamedDependency[ProfessionalCaller],
        after: Annotated[
            UUID | None,
            QueryParameter(
                description="`next_after` of the page before.",
                examples=[Example(value="6f1c2b7e-58f0-4a53-9d2e-0c8a4f1b7d10")],
            ),
        ] = None,
    ) -> PatientsPage:
        """Return a page of them, with the place in the care team and until when."""
        return await patients.list_patients(office, host, professional, after)


class ConsentController(Controller):
    """What a person answers, gives and ends."""

    path = "/v1/spaces/{space_id:uuid}/consents"
    tags = ("rights",)
    dependencies = {"once": Provide(provide_once, sync_to_thread=False)}

    @get(operation_id="listConsents", summary="List requests and consents, newest first.")
    async def every(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
    ) -> list[ConsentView]:
        """Return those that wait, stand and are over. For who decides for the person."""
        return await office.read(
            lambda work: giving.list_consents(work, host, device_of(caller), space_id)
        )

    @post(
        operation_id="giveConsent",
        status_code=201,
        summary="Give consent to a professional whom the space has met.",
    )
    async def give(
        self,
        once: NamedDependency[Once],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
        data: JSONBody[GiveRequest],
    ) -> Response[ConsentView]:
        """Open the record without being asked, in the place of what was given before."""
        device = device_of(caller)
        return await once.answer(
            lambda office: office.write(
                lambda work: giving.give_unasked(
                    work, host, device, (space_id, data.party_id), _scope(data)
                )
            ),
            admit=admit_own(host, device, space_id),
        )

    @post(
        "/{record_id:uuid}/answer",
        operation_id="answerConsent",
        status_code=200,
        summary="Give what was asked, or less of it, or refuse.",
    )
    async def answer(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
        record_id: FromPath[UUID],
        data: JSONBody[AnswerRequest],
    ) -> ConsentView:
        """Answer a request, within a week of it."""
        return await office.write(
            lambda work: giving.answer(
                work, host, device_of(caller), (space_id, record_id), _narrowing(data)
            )
        )

    @post(
        "/{record_id:uuid}/end",
        operation_id="endConsent",
        status_code=204,
        summary="End a consent.",
    )
    async def end(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
        record_id: FromPath[UUID],
    ) -> None:
        """Close the record from the professional's next request on; no reason is asked."""
        await office.write(
            lambda work: giving.end(work, host, device_of(caller), (space_id, record_id))
        )


def _scope(data: AskRequest | GiveRequest) -> Scope:
    return Scope(
        purpose=data.purpose,
        sections=tuple(data.sections),
        keeps_copy=data.keeps_copy,
        extends_to_team=data.extends_to_team,
        days=data.days,
    )


def _narrowing(data: AnswerRequest) -> Narrowing | None:
    if data.answer == "refuse":
        return None
    return Narrowing(
        sections=None if data.sections is None else tuple(data.sections),
        keeps_copy=data.keeps_copy,
        extends_to_team=data.extends_to_team,
        ends_at=data.ends_at,
    )
