"""Entering spaces and listing them, over HTTP."""

from datetime import date
from typing import Any, Literal

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from backend.identity.passwords import Passwords
from backend.identity.ports import Grants, Tickets
from backend.identity.rules.directory import ENDED
from backend.identity.sessions.model import Caller
from backend.identity.sign_in.http import DeviceProposal
from backend.identity.spaces import activation, service
from backend.identity.spaces.model import Activating, Enrolment, SpaceView
from backend.identity.wire import (
    Email,
    LetterCode,
    LoginName,
    Password,
    Phone,
    TicketCode,
    Wire,
    address_of,
    provide_once,
)
from backend.kernel.once import Once
from backend.kernel.work import Office
from sync.errors import SpaceNotFound


class ActivateRequest(Wire, frozen=True, kw_only=True):
    """The code of a letter, and the account to make with it.

    One of `phone` and `email`: the code to prove it is sent there. At a workshop,
    with its ticket, somebody who has neither asks for codes `on_paper`.
    """

    code: LetterCode
    birth_date: date
    login: LoginName
    password: Password
    device: DeviceProposal | None = None
    phone: Phone | None = None
    email: Email | None = None
    on_paper: bool = False
    workshop_ticket: TicketCode | None = None
    language: Literal["fr", "en"] = "fr"


# Whoever signs in by a sign-in of its own need not name the device here.
UNNAMED_DEVICE = DeviceProposal(name="?", platform="other")


class AddSpaceRequest(Wire, frozen=True, kw_only=True):
    """The code of a letter, and the birth date of the person it is about."""

    code: LetterCode
    birth_date: date


class ActivationController(Controller):
    """From a letter to an account."""

    path = "/v1/auth"
    tags = ("sign-in",)

    @post(
        "/activate",
        operation_id="activate",
        status_code=202,
        security=[],
        summary="Open an account with the code of a letter.",
    )
    async def activate(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        passwords: NamedDependency[Passwords],
        tickets: NamedDependency[Tickets],
        data: JSONBody[ActivateRequest],
    ) -> Activating:
        """Make the account, and send a code to the contact given.

        `verifyLogin` with that code signs the device in; so does a sign-in of its
        own. Until then the letter may be used again, for a number mistyped.
        """
        return await activation.begin(
            office,
            passwords,
            Enrolment(
                code=data.code,
                birth_date=data.birth_date,
                login=data.login,
                password=data.password,
                phone=data.phone,
                email=data.email,
                language=data.language,
                device=(data.device or UNNAMED_DEVICE).proposal(),
                address=address_of(request),
                ticket=data.workshop_ticket,
                on_paper=data.on_paper,
            ),
            tickets,
        )


class SpaceController(Controller):
    """The spaces of an account."""

    path = "/v1/spaces"
    tags = ("spaces",)
    dependencies = {"once": Provide(provide_once, sync_to_thread=False)}

    @get(operation_id="listSpaces", summary="List the spaces that the caller may open.")
    async def list_spaces(
        self,
        office: NamedDependency[Office],
        seated: NamedDependency[Caller],
        grants: NamedDependency[Grants],
    ) -> list[SpaceView]:
        """Return each with whose it is, and as what the caller opens it.

        One that has ended is named for a month, with nothing else. A professional
        finds the spaces whose persons let them in.
        """
        return await office.read(lambda work: service.list_spaces(work, seated, grants))

    @post(
        "/activate",
        operation_id="addSpace",
        status_code=201,
        summary="Add one more space with the code of a letter.",
    )
    async def add_space(
        self,
        request: Request[Any, Any, Any],
        once: NamedDependency[Once],
        caller: NamedDependency[Caller],
        data: JSONBody[AddSpaceRequest],
    ) -> Response[SpaceView]:
        """Let the caller into the space that the letter is about."""
        return await once.answer(
            lambda office: activation.add_space(
                office, caller, data.code, data.birth_date, address=address_of(request)
            ),
            admit=lambda office, told: _refuse_closed(office, caller, told),
        )


async def _refuse_closed(office: Office, caller: Caller, told: bytes) -> None:
    """Tell nothing again of a space that has shut since."""
    space_id = msgspec.json.decode(told, type=SpaceView).space_id
    views = await office.read(lambda work: service.list_spaces(work, caller))
    if not any(view.space_id == space_id and view.state != ENDED for view in views):
        raise SpaceNotFound
