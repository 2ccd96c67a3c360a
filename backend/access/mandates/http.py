"""Mandates over HTTP: for the person who gives them, and for the caregiver who takes them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from msgspec import Meta, structs

from backend.access.mandates import answers, registration, service
from backend.access.mandates.model import (
    Accepted,
    Change,
    Invitation,
    Invited,
    MandateView,
    Options,
    Place,
    Registration,
)
from backend.access.model import MandateAction, SectionName
from backend.identity.accounts.model import Contacts
from backend.identity.challenges.model import Answer, Challenged
from backend.identity.passwords import Passwords
from backend.identity.rules.contacts import contact_given
from backend.identity.sessions.model import Caller, SignedIn
from backend.identity.sign_in.http import DeviceProposal, VerifyRequest
from backend.identity.spaces.http import UNNAMED_DEVICE
from backend.identity.wire import (
    Email,
    LetterCode,
    LoginName,
    Password,
    Phone,
    Wire,
    address_of,
    provide_once,
)
from backend.kernel.once import Once
from backend.kernel.values import Instant, Label
from backend.kernel.work import Office
from sync.ports import Host

_SECTIONS_MAX = 40
_ACTIONS_MAX = 4
Sections = Annotated[
    list[SectionName],
    Meta(
        max_length=_SECTIONS_MAX,
        description="From the options; sensitive ones only widen the others.",
    ),
]
Actions = Annotated[list[MandateAction], Meta(max_length=_ACTIONS_MAX)]
Code = Annotated[
    str,
    Meta(
        max_length=48,
        description="The code of the invitation; case, spaces and dashes count for nothing.",
        examples=["7KQM-2XWP-9HDT"],
    ),
]


class InviteRequest(Wire, frozen=True, kw_only=True):
    """Whom to be helped by, in what, and until when. One of `phone` and `email`."""

    name: Label
    sections: Sections
    actions: Actions
    ends_at: Instant
    starts_at: Instant | None = None
    phone: Phone | None = None
    email: Email | None = None
    language: Literal["fr", "en"] = "fr"


class ChangeRequest(Wire, frozen=True, kw_only=True):
    """What to change; what is left out stays."""

    sections: Sections | None = None
    actions: Actions | None = None


class RenewRequest(Wire, frozen=True, kw_only=True):
    """A new end, within twelve months; left out, the end stays and the mandate is confirmed."""

    ends_at: Instant | None = None


class CodeRequest(Wire, frozen=True, kw_only=True):
    """The code of an invitation."""

    code: Code


class RegisterRequest(Wire, frozen=True, kw_only=True):
    """The code of an invitation, and the account to make with it.

    One of `phone` and `email`: the code to prove it is sent there.
    """

    code: LetterCode
    login: LoginName
    password: Password
    device: DeviceProposal | None = None
    phone: Phone | None = None
    email: Email | None = None
    language: Literal["fr", "en"] = "fr"


class SpaceMandateController(Controller):
    """The caregivers of a person, as the person sees them."""

    path = "/v1/spaces/{space_id:uuid}/mandates"
    tags = ("mandates",)
    dependencies = {"once": Provide(provide_once, sync_to_thread=False)}

    @get(operation_id="listMandates", summary="List who helps you, or is invited to.")
    async def every(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
    ) -> list[MandateView]:
        """Return every mandate with its end; `confirm_by` is there when it waits for you.

        Unconfirmed, a mandate ends by itself, and nobody else is told that it waited.
        """
        return await office.read(lambda work: service.list_mandates(work, host, caller, space_id))

    @get("/options", operation_id="listMandateOptions", summary="List what a mandate may say.")
    async def options(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
    ) -> Options:
        """Return sections in words, with those to start from, and the latest end."""
        return await office.read(lambda work: service.options(work, host, caller, space_id))

    @post(operation_id="inviteCaregiver", status_code=201, summary="Invite a caregiver.")
    async def invite(
        self,
        once: NamedDependency[Once],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
        data: JSONBody[InviteRequest],
    ) -> Response[Invited]:
        """Send a code to the caregiver, and show it this once. It asks for a step-up first."""
        invitation = Invitation(
            name=data.name,
            contacts=_contacts(data),
            sections=tuple(data.sections),
            actions=tuple(data.actions),
            starts_at=data.starts_at,
            ends_at=data.ends_at,
        )
        return await once.answer(
            lambda office: office.write(
                lambda work: service.invite(work, host, caller, space_id, invitation)
            ),
            admit=lambda office, _: office.read(
                lambda work: service.options(work, host, caller, space_id)
            ),
        )

    @patch(
        "/{record_id:uuid}", operation_id="changeMandate", summary="Change what a mandate is over."
    )
    async def change(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
        record_id: FromPath[UUID],
        data: JSONBody[ChangeRequest],
    ) -> MandateView:
        """Change sections, actions or both. It asks for a step-up first."""
        place = Place(space_id=space_id, record_id=record_id)
        wanted = Change(
            sections=None if data.sections is None else tuple(data.sections),
            actions=None if data.actions is None else tuple(data.actions),
        )
        return await office.write(lambda work: service.change(work, host, caller, place, wanted))

    @post(
        "/{record_id:uuid}/renewal",
        operation_id="renewMandate",
        status_code=200,
        summary="Confirm a mandate, or put off its end.",
    )
    async def renew(
        self,
        once: NamedDependency[Once],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
        record_id: FromPath[UUID],
        data: JSONBody[RenewRequest],
    ) -> Response[MandateView]:
        """Say that the mandate is still wanted. It asks for a step-up first."""
        place = Place(space_id=space_id, record_id=record_id)
        ends_at: datetime | None = data.ends_at
        return await once.answer(
            lambda office: office.write(
                lambda work: service.renew(work, host, caller, place, ends_at)
            ),
            admit=lambda office, _: office.read(
                lambda work: service.options(work, host, caller, space_id)
            ),
        )

    @delete("/{record_id:uuid}", operation_id="endMandate", summary="End a mandate.")
    async def end(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
        record_id: FromPath[UUID],
    ) -> None:
        """End it, or withdraw the invitation. The caregiver sees what its end would show."""
        place = Place(space_id=space_id, record_id=record_id)
        await office.write(lambda work: service.end(work, host, caller, place))


class MandateController(Controller):
    """Mandates, as caregivers see them."""

    path = "/v1/mandates"
    tags = ("mandates",)
    dependencies = {"once": Provide(provide_once, sync_to_thread=False)}

    @post(
        "/accept", operation_id="acceptMandate", status_code=200, summary="Accept to help somebody."
    )
    async def accept(
        self,
        request: Request[Any, Any, Any],
        once: NamedDependency[Once],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        data: JSONBody[CodeRequest],
    ) -> Response[Accepted]:
        """Become a caregiver by the code of an invitation; the space is then in your list."""
        return await once.answer(
            lambda office: answers.accept(
                office, host, caller, data.code, address=address_of(request)
            ),
            admit=lambda office, told: answers.refuse_left(office, caller, told),
        )

    @post(
        "/refuse", operation_id="refuseMandate", status_code=204, summary="Decline an invitation."
    )
    async def refuse(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        data: JSONBody[CodeRequest],
    ) -> None:
        """Decline; the code then opens nothing. The person who asked is told."""
        await answers.refuse(office, host, caller, data.code, address=address_of(request))

    @post(
        "/{space_id:uuid}/leave",
        operation_id="leaveMandate",
        status_code=204,
        summary="Help somebody no longer.",
    )
    async def leave(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
    ) -> None:
        """End one's own mandate in a space. The person is told."""
        await office.write(lambda work: answers.leave(work, host, caller, space_id))


class CaregiverRegistrationController(Controller):
    """From an invitation to an account, for a caregiver who has none."""

    path = "/v1/auth/register-caregiver"
    tags = ("sign-in",)

    @post(
        operation_id="registerCaregiver",
        status_code=202,
        security=[],
        summary="Ask for an account with the code of an invitation.",
    )
    async def begin(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        passwords: NamedDependency[Passwords],
        data: JSONBody[RegisterRequest],
    ) -> Challenged:
        """Send a code to the contact given; nothing is made before it is shown."""
        wanted = Registration(
            code=data.code,
            login=data.login,
            password=data.password,
            phone=data.phone,
            email=data.email,
            language=data.language,
            device=(data.device or UNNAMED_DEVICE).proposal(),
            address=address_of(request),
        )
        return await registration.begin(office, host, passwords, wanted)

    @post(
        "/verify",
        operation_id="verifyCaregiver",
        status_code=200,
        security=[],
        summary="Give the code: the account is made, the invitation accepted.",
    )
    async def verify(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        data: JSONBody[VerifyRequest],
    ) -> SignedIn:
        """Make the account, accept the invitation, and sign the device in."""
        answer = Answer(challenge_id=data.challenge_id, code=data.code)
        return await registration.complete(office, host, answer, address=address_of(request))


def _contacts(data: InviteRequest) -> Contacts:
    contacts = contact_given(data.phone, data.email)
    return structs.replace(contacts, language=data.language)
