"""What the requests of identity share, and who makes them."""

from collections.abc import Container
from datetime import datetime
from typing import Annotated, Any

from litestar import Request
from litestar.di import NamedDependency
from msgspec import Meta, Struct

from backend.identity.acting import who_acts
from backend.identity.errors import NotSignedIn
from backend.identity.limits import LOGIN_CHARACTERS_MAX
from backend.identity.professionals.model import ProfessionalCaller
from backend.identity.rules.contacts import EMAIL_CHARACTERS_MAX, PHONE_CHARACTERS_MAX
from backend.identity.sessions import service
from backend.identity.sessions.model import PATIENTS, PROFESSIONALS, Caller
from backend.kernel.once import KeyHeader, Once
from backend.kernel.values import check_year
from backend.kernel.work import Office

_PASSWORD_SENT_MAX = 512

LoginName = Annotated[
    str, Meta(max_length=LOGIN_CHARACTERS_MAX, description="The sign-in name.", examples=["lea"])
]
Password = Annotated[
    str,
    Meta(max_length=_PASSWORD_SENT_MAX, examples=["a long and unusual sentence"]),
]
OneTimeCode = Annotated[
    str,
    Meta(
        max_length=64,
        description="The six digits that were sent or that an app shows, or a recovery code.",
        examples=["123456"],
    ),
]
LetterCode = Annotated[
    str,
    Meta(
        max_length=48,
        description="The code of the letter; case, spaces and dashes count for nothing.",
        examples=["7KQM-2XWP-9HDT"],
    ),
]
TicketCode = Annotated[
    str,
    Meta(
        max_length=32,
        description="The code of a workshop's ticket, which its support agent shows.",
        examples=["7KQM-2XWP"],
    ),
]
Phone = Annotated[
    str,
    Meta(
        max_length=PHONE_CHARACTERS_MAX, description="A mobile number.", examples=["+33639980012"]
    ),
]
Email = Annotated[str, Meta(max_length=EMAIL_CHARACTERS_MAX, examples=["lea@example.org"])]
DeviceName = Annotated[
    str,
    Meta(min_length=1, max_length=80, pattern=r"\S", description="What its owner calls it."),
]


class Wire(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request body: unknown fields are refused, so that a typing error shows.

    So are instants of years that no record can hold, before anybody reckons with
    one: at the edges of the calendar it cannot be written in another zone.
    """

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, datetime):
                check_year(value, pointer=f"/{name}")


def address_of(request: Request[Any, Any, Any]) -> str:
    """Return the other end of the socket: what headers claim, anybody can write."""
    return "" if request.client is None else request.client.host


def bearer_of(request: Request[Any, Any, Any]) -> str | None:
    """Return the bearer token of a request, or None. Source: RFC 6750, 2.1."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


async def provide_caller(
    request: Request[Any, Any, Any], office: NamedDependency[Office]
) -> Caller:
    """Say which patient or caregiver makes a request, by its bearer token.

    Raises:
        NotSignedIn: No token, or none that opens anything.
        DeviceRevoked: The device was signed out from afar.
    """
    return await caller_of(request, office, PATIENTS)


async def caller_of(
    request: Request[Any, Any, Any], office: Office, audiences: Container[str]
) -> Caller:
    """Say who of these audiences makes a request, by its bearer token.

    Raises:
        NotSignedIn: No token, or none that opens anything.
        DeviceRevoked: The device was signed out from afar.
    """
    token = bearer_of(request)
    if token is None:
        raise NotSignedIn("Send an access token.")
    return await office.look(lambda work: service.authenticate(work, token, audiences))


async def provide_professional(
    request: Request[Any, Any, Any], office: NamedDependency[Office]
) -> ProfessionalCaller:
    """Say which professional makes a request, or which assistant for which professional.

    Raises:
        NotSignedIn: No token, or none that opens anything here; for an assistant
            also when what was left to them has ended.
    """
    caller = await caller_of(request, office, PROFESSIONALS)
    return await office.look(lambda work: who_acts(work, caller))


def provide_once(
    request: Request[Any, Any, Any],
    office: NamedDependency[Office],
    caller: NamedDependency[Caller],
    idempotency_key: KeyHeader = None,
) -> Once:
    """Let a device that did not hear an answer send its request again."""
    return Once(request, office, f"device|{caller.account_id}|{caller.device_id}")


def provide_professional_once(
    request: Request[Any, Any, Any],
    office: NamedDependency[Office],
    professional: NamedDependency[ProfessionalCaller],
    idempotency_key: KeyHeader = None,
) -> Once:
    """Let a professional's software that did not hear an answer send its request again."""
    return Once(request, office, seat_of(professional))


def seat_of(professional: ProfessionalCaller) -> str:
    """Name who sits there, for whom and on which device: the party of an `Idempotency-Key`."""
    person = professional.assistant_id or professional.professional_id
    return f"professional|{professional.professional_id}|{person}|{professional.device_id}"
