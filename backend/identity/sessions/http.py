"""Sessions and devices over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody
from msgspec import Meta

from backend.identity.sessions import service
from backend.identity.sessions.model import Caller, Device, SignedIn
from backend.identity.wire import Wire
from backend.kernel.work import Office

RETRY_KEY_CHARACTERS_MAX = 100
FORGET_ALL = '"cache", "cookies", "storage"'


def signed_out(*, is_shared: bool) -> Response[None]:
    """Answer a logout; the browser of a shared computer is told to forget all it holds."""
    headers = {"Clear-Site-Data": FORGET_ALL} if is_shared else {}
    return Response(None, status_code=204, headers=headers)


class RefreshRequest(Wire, frozen=True, kw_only=True):
    """The refresh token of the last answer."""

    refresh_token: Annotated[str, Meta(max_length=service.TOKEN_CHARACTERS_MAX)]


class SessionController(Controller):
    """Staying signed in, and signing out."""

    path = "/v1/auth"
    tags = ("sign-in",)

    @post(
        "/refresh",
        operation_id="refresh",
        status_code=200,
        security=[],
        summary="Trade a refresh token for a new pair.",
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
                description="The same for each sending of one request, so that an answer "
                "lost on its way does not look like a stolen token.",
            ),
        ] = None,
    ) -> SignedIn:
        """Answer a new pair; the token given is spent.

        A spent token that comes again, but for the same request sent again with
        the same `Idempotency-Key` within two minutes, ends the session and
        tells its owner.
        """
        return await service.refresh(office, data.refresh_token, retry_key)

    @post("/logout", operation_id="logout", status_code=204, summary="Sign this device out.")
    async def logout(
        self, office: NamedDependency[Office], caller: NamedDependency[Caller]
    ) -> Response[None]:
        """End this session: its tokens open nothing from now on.

        On a shared computer the answer tells the browser to forget all it holds.
        """
        is_shared = await office.write(lambda work: service.sign_out(work, caller))
        return signed_out(is_shared=is_shared)


class DeviceController(Controller):
    """The devices of an account."""

    path = "/v1/devices"
    tags = ("devices",)

    @get(operation_id="listDevices", summary="List the devices of this account.")
    async def list_devices(
        self, office: NamedDependency[Office], caller: NamedDependency[Caller]
    ) -> list[Device]:
        """Return them with the last seen first."""
        return await office.read(lambda work: service.list_devices(work, caller))

    @delete(
        "/{device_id:uuid}", operation_id="removeDevice", summary="Sign a device out from afar."
    )
    async def remove_device(
        self,
        office: NamedDependency[Office],
        caller: NamedDependency[Caller],
        device_id: FromPath[UUID],
    ) -> None:
        """Refuse its next request; the app on it then forgets what it holds."""
        await office.write(lambda work: service.remove_device(work, caller, device_id))
