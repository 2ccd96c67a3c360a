"""Signing in over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from backend.identity.accounts.model import Channel, Proposal
from backend.identity.challenges.model import Answer, Challenged
from backend.identity.passwords import Passwords
from backend.identity.ports import Tickets
from backend.identity.sessions.model import SignedIn
from backend.identity.sign_in import service
from backend.identity.sign_in.model import Attempt
from backend.identity.wire import DeviceName, LoginName, OneTimeCode, Password, Wire, address_of
from backend.kernel.work import Office

# Shown to the owner and never decided by: a platform of tomorrow signs in too.
Platform = Annotated[
    str,
    Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9 ._-]+$", examples=["android", "ios"]),
]


class DeviceProposal(Wire, frozen=True, kw_only=True):
    """The device that signs in; `device_id` is what an earlier sign-in answered."""

    name: DeviceName
    platform: Platform
    device_id: UUID | None = None

    def proposal(self) -> Proposal:
        """Return it as the use cases take it."""
        return Proposal(name=self.name, platform=self.platform, device_id=self.device_id)


class LoginRequest(Wire, frozen=True, kw_only=True):
    """A name, a password, the device, and how the code should come, if there is a choice."""

    login: LoginName
    password: Password
    device: DeviceProposal
    channel: Literal["sms", "email"] | None = None


class VerifyRequest(Wire, frozen=True, kw_only=True):
    """The code of a challenge."""

    challenge_id: UUID
    code: OneTimeCode


class SignInController(Controller):
    """From a name and a password to tokens."""

    path = "/v1/auth"
    tags = ("sign-in",)

    @post(
        "/login",
        operation_id="login",
        status_code=202,
        security=[],
        summary="Give a name and a password, and ask for a code.",
    )
    async def login(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        passwords: NamedDependency[Passwords],
        data: JSONBody[LoginRequest],
    ) -> Challenged:
        """Answer the same way, right or wrong: only the code tells.

        With a wrong name or password no message is sent, and no code fits.
        """
        return await service.begin(
            office,
            passwords,
            Attempt(
                login=data.login,
                password=data.password,
                device=data.device.proposal(),
                channel=None if data.channel is None else Channel(data.channel),
                address=address_of(request),
            ),
        )

    @post(
        "/login/verify",
        operation_id="verifyLogin",
        status_code=200,
        security=[],
        summary="Give the code of a sign-in or of an activation, and get tokens.",
    )
    async def verify(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        tickets: NamedDependency[Tickets],
        data: JSONBody[VerifyRequest],
    ) -> SignedIn:
        """Sign the device in. A code is good once, and five tries end its challenge."""
        answer = Answer(challenge_id=data.challenge_id, code=data.code)
        return await service.verify(office, answer, address_of(request), tickets)
