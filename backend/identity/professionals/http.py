"""Professionals over HTTP: away to the provider, back, and signed in."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, MediaType, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, JSONBody, QueryParameter
from msgspec import Meta

from backend.identity.accounts.model import Proposal
from backend.identity.limits import TICKET_CHARACTERS_MAX
from backend.identity.professionals import service
from backend.identity.professionals.model import (
    Act,
    Activity,
    ActivityChoice,
    Arrival,
    Departure,
    Names,
    ProfessionalCaller,
)
from backend.identity.professionals.provider import OpenIdProvider
from backend.identity.sessions import service as sessions
from backend.identity.sessions.http import RETRY_KEY_CHARACTERS_MAX, RefreshRequest, signed_out
from backend.identity.sessions.model import PROFESSIONALS, SignedIn
from backend.identity.wire import Wire, address_of
from backend.kernel.work import Office
from backend.settings import Settings

_CALLBACK = "/v1/professionals/callback"
_COOKIE = "carnet-sign-in"
_COOKIE_SECONDS = 600
_PARAMETER_MAX = 4_000

Ticket = Annotated[
    str, Meta(max_length=TICKET_CHARACTERS_MAX, description="The ticket of the last answer.")
]
DeviceNameParameter = Annotated[
    str,
    QueryParameter(
        min_length=1,
        max_length=80,
        pattern=r"\S",
        description="What its owner calls the computer or the software.",
    ),
]
DeviceIdParameter = Annotated[
    UUID | None, QueryParameter(description="What an earlier sign-in answered.")
]


class SignInBegun(msgspec.Struct, frozen=True, kw_only=True):
    """Where to send the professional, and what they must come back with."""

    authorization_url: str
    state: str


class ProfessionalView(msgspec.Struct, frozen=True, kw_only=True):
    """As what a session is open. For an assistant, `names` are their own."""

    professional_id: UUID
    assistant_id: UUID | None
    names: Names
    professional_names: Names
    activity: Activity
    is_regulator: bool
    signed_in_at: datetime
    acts: list[Act]


class ActivityRequest(Wire, frozen=True, kw_only=True):
    """The activity that somebody chooses, by its identifier."""

    ticket: Ticket
    activity: Annotated[str, Meta(max_length=64)]


class ProfessionalController(Controller):
    """Signing professionals in, by the provider of their identity."""

    path = "/v1/professionals"
    tags = ("professionals",)

    @get(
        "/sign-in",
        operation_id="beginProfessionalSignIn",
        security=[],
        summary="Leave for the provider of professionals' identities.",
    )
    async def begin(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        provider: NamedDependency[OpenIdProvider],
        settings: NamedDependency[Settings],
        device_name: DeviceNameParameter,
        device_id: DeviceIdParameter = None,
    ) -> Response[SignInBegun]:
        """Answer 302 to a browser, which must come back itself; an address to software.

        Software says `Accept: application/json`, opens the address for its user
        and brings `code` and `state` back.
        """
        is_software = "application/json" in request.headers.get("accept", "")
        device = Proposal(name=device_name, platform="web", device_id=device_id)
        leaving = await service.begin(
            office,
            provider,
            Departure(device=device, address=address_of(request), is_browser=not is_software),
        )
        begun = SignInBegun(authorization_url=leaving.authorization_url, state=leaving.state)
        if leaving.binding is None:
            return Response(begun, media_type=MediaType.JSON)
        cookie = Cookie(
            key=_COOKIE,
            value=leaving.binding,
            path=_CALLBACK,
            max_age=_COOKIE_SECONDS,
            httponly=True,
            samesite="lax",
            secure=settings.public_url.startswith("https://"),
        )
        return Response(
            begun,
            status_code=302,
            media_type=MediaType.JSON,
            headers={"Location": leaving.authorization_url},
            cookies=[cookie],
        )

    @get(
        "/callback",
        operation_id="completeProfessionalSignIn",
        security=[],
        summary="Come back from the provider, and get tokens or a choice of activities.",
    )
    async def complete(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        provider: NamedDependency[OpenIdProvider],
        given_state: Annotated[str, QueryParameter(name="state", max_length=TICKET_CHARACTERS_MAX)],
        code: Annotated[str | None, QueryParameter(max_length=_PARAMETER_MAX)] = None,
        error: Annotated[str | None, QueryParameter(max_length=_PARAMETER_MAX)] = None,
        iss: Annotated[str | None, QueryParameter(max_length=_PARAMETER_MAX)] = None,
    ) -> SignedIn | ActivityChoice:
        """Sign in whoever works in one situation; let others choose one. Once for each state."""
        return await service.complete(
            office,
            provider,
            Arrival(
                state=given_state,
                code=code,
                error=error,
                issuer=iss,
                binding=request.cookies.get(_COOKIE),
                address=address_of(request),
            ),
        )

    @post(
        "/sessions",
        operation_id="chooseActivity",
        status_code=200,
        security=[],
        summary="Choose an activity, and get tokens.",
    )
    async def choose(
        self, office: NamedDependency[Office], data: JSONBody[ActivityRequest]
    ) -> SignedIn:
        """Sign in as what was chosen; the journal of each record opened says it."""
        return await service.choose(office, data.ticket, data.activity)

    @post(
        "/refresh",
        operation_id="refreshProfessional",
        status_code=200,
        security=[],
        summary="Trade a professional's or an assistant's refresh token for a new pair.",
    )
    async def refresh(
        self,
        office: NamedDependency[Office],
        data: JSONBody[RefreshRequest],
        retry_key: Annotated[
            str | None,
            HeaderParameter(
                name="Idempotency-Key",
                max_length=RETRY_KEY_CHARACTERS_MAX,
                description="The same for each sending of one request.",
            ),
        ] = None,
    ) -> SignedIn:
        """Answer a new pair; after half an hour of silence, or four hours, sign in again."""
        return await sessions.refresh(office, data.refresh_token, retry_key, PROFESSIONALS)

    @get("/me", operation_id="readProfessional", summary="Say as what the caller is signed in.")
    async def me(self, professional: NamedDependency[ProfessionalCaller]) -> ProfessionalView:
        """Return the activity of this session, whose name it acts in, and what it may do."""
        return ProfessionalView(
            professional_id=professional.professional_id,
            assistant_id=professional.assistant_id,
            names=professional.names,
            professional_names=professional.professional_names,
            activity=professional.activity,
            is_regulator=professional.is_regulator,
            signed_in_at=professional.signed_in_at,
            acts=[act for act in Act if act in professional.acts],
        )

    @post(
        "/logout",
        operation_id="logoutProfessional",
        status_code=204,
        summary="Sign a professional or an assistant out.",
    )
    async def logout(
        self, office: NamedDependency[Office], professional: NamedDependency[ProfessionalCaller]
    ) -> Response[None]:
        """End this session: its tokens open nothing from now on.

        On a shared computer the answer tells the browser to forget all it holds.
        """
        is_shared = await office.write(lambda work: service.sign_out(work, professional))
        return signed_out(is_shared=is_shared)
