"""Signing in and out, and staying signed in."""

import hashlib
from typing import TypeVar
from uuid import UUID

import httpx
import msgspec

from backend.cli.phone.home import Account, Home
from sync.replica import AnswerUnusable, DeviceRevoked
from sync.replica.http_transport import refusal_of, send

S = TypeVar("S", bound=msgspec.Struct)


# A professional's software has doors of its own.
_REFRESH = {False: "/v1/auth/refresh", True: "/v1/professionals/refresh"}
_LOGOUT = {False: "/v1/auth/logout", True: "/v1/professionals/logout"}


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """What the server says after a name and a password: where the code went."""

    challenge_id: UUID
    channel: str
    sent_to: str | None = None


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """This phone as its owner will see it in the list of devices."""

    name: str
    platform: str = "terminal"
    device_id: UUID | None = None


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What a sign-in or a renewal gives."""

    access_token: str
    refresh_token: str
    device_id: UUID


class AccountSession:
    """The session of the account that is kept in a home."""

    def __init__(self, client: httpx.AsyncClient, home: Home) -> None:
        self._client = client
        self._home = home

    def access_token(self) -> str | None:
        account = self._home.account()
        return None if account is None else account.access_token

    async def renew(self) -> bool:
        account = self._home.account()
        if account is None or account.refresh_token is None:
            return False
        # One key for each token: sent again after a lost answer, it is no theft.
        retry_key = hashlib.sha256(account.refresh_token.encode()).hexdigest()
        answer = await _post(
            self._client,
            _REFRESH[account.is_professional],
            {"refresh_token": account.refresh_token},
            {"Idempotency-Key": retry_key},
        )
        if answer.is_success:
            self.keep(account, _read(answer, Tokens))
            return True
        refused = refusal_of(answer)
        if refused.code == "device-revoked":
            raise DeviceRevoked("This device was signed out from afar.")
        if refused.is_passing:
            raise refused
        self.end()
        return False

    def keep(self, account: Account, tokens: Tokens) -> None:
        """Store the tokens that now count."""
        self._home.save_account(
            msgspec.structs.replace(
                account,
                access_token=tokens.access_token,
                refresh_token=tokens.refresh_token,
                device_id=tokens.device_id,
            )
        )

    def end(self) -> None:
        """Forget the tokens; the device and its copy stay."""
        account = self._home.account()
        if account is not None:
            self._home.save_account(
                msgspec.structs.replace(account, access_token=None, refresh_token=None)
            )

    async def sign_out(self) -> None:
        """End the session at the server too.

        Raises:
            TransportFailure: The server could not be told.
        """
        token = self.access_token()
        if token is None:
            return
        account = self._home.account()
        path = _LOGOUT[account is not None and account.is_professional]
        answer = await _post(self._client, path, None, {"Authorization": f"Bearer {token}"})
        if not answer.is_success and answer.status_code != httpx.codes.UNAUTHORIZED:
            raise refusal_of(answer)


async def begin(client: httpx.AsyncClient, login: str, password: str, device: Device) -> Challenge:
    """Give a name and a password, and learn where the code was sent.

    Raises:
        TransportFailure: There is no answer to use.
    """
    body = {"login": login, "password": password, "device": device}
    return _read(await _post(client, "/v1/auth/login", body), Challenge)


async def verify(client: httpx.AsyncClient, challenge_id: UUID, code: str) -> Tokens:
    """Give the code and get tokens.

    Raises:
        TransportFailure: The code is refused, or there is no answer to use.
    """
    body = {"challenge_id": challenge_id, "code": code}
    return _read(await _post(client, "/v1/auth/login/verify", body), Tokens)


async def _post(
    client: httpx.AsyncClient,
    path: str,
    body: object,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    content = b"" if body is None else msgspec.json.encode(body)
    request = client.build_request(
        "POST",
        path,
        content=content,
        headers={"Content-Type": "application/json", **(headers or {})},
    )
    return await send(client, request)


def _read(answer: httpx.Response, form: type[S]) -> S:
    if not answer.is_success:
        raise refusal_of(answer)
    try:
        return msgspec.json.decode(answer.content, type=form)
    except msgspec.DecodeError as error:
        raise AnswerUnusable("The answer is not what the protocol says.") from error
