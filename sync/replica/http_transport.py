"""The way to a server over HTTP, with a session that renews itself once."""

from collections.abc import AsyncGenerator
from email.utils import parsedate_to_datetime
from typing import Protocol
from uuid import UUID

import httpx
import msgspec

from sync.core.limits import PAGE_CHANGES_MAX
from sync.replica.errors import AnswerUnusable, DeviceRevoked, Refused, SignInNeeded, Unreachable
from sync.replica.model import SpaceSeen

_JSON = "application/json"
_NDJSON = "application/x-ndjson"
_DEVICE_REVOKED = "device-revoked"


class Session(Protocol):
    """The tokens of a signed-in device, kept by whoever signed it in."""

    def access_token(self) -> str | None:
        """Return the token to present, None if there is none."""

    async def renew(self) -> bool:
        """Exchange the refresh token for a new pair; False if only a person can sign in.

        Raises:
            TransportFailure: The server could not be asked.
        """


class _Problem(msgspec.Struct):
    """What is read of RFC 9457 problem details."""

    code: str = ""
    title: str = ""
    next_step: str = ""


class HttpTransport:
    """Speaks to one server for one session.

    The client brings the server's address, its time-outs and its language.
    """

    def __init__(self, client: httpx.AsyncClient, session: Session) -> None:
        self._client = client
        self._session = session

    async def sync(self, request: bytes) -> bytes:
        post = self._client.build_request(
            "POST", "/v1/sync", content=request, headers={"Content-Type": _JSON}
        )
        answer = await self._send(post)
        return answer.content

    async def spaces(self) -> list[SpaceSeen]:
        """Return the answer of `GET /v1/spaces`.

        Raises:
            TransportFailure: There is no answer to use.
        """
        answer = await self._send(self._client.build_request("GET", "/v1/spaces"))
        try:
            return msgspec.json.decode(answer.content, type=list[SpaceSeen])
        except msgspec.DecodeError as error:
            raise AnswerUnusable("The list of spaces is not what the protocol says.") from error

    async def get(self, path: str, params: dict[str, str]) -> bytes:
        """Return the answer of a `GET`.

        Raises:
            TransportFailure: There is no answer to use.
        """
        answer = await self._send(self._client.build_request("GET", path, params=params))
        return answer.content

    async def ask(
        self, method: str, path: str, *, content: bytes, headers: dict[str, str]
    ) -> httpx.Response:
        """Make any request of the server's, and return its answer, which is a success.

        Raises:
            TransportFailure: There is no answer to use.
        """
        asked = self._client.build_request(
            method, path, content=content, headers={"Content-Type": _JSON, **headers}
        )
        return await self._send(asked)

    async def stream(self, space_id: UUID, checkpoint: str | None) -> AsyncGenerator[bytes, None]:
        params = {"limit": str(PAGE_CHANGES_MAX)}
        if checkpoint is not None:
            params["checkpoint"] = checkpoint
        request = self._client.build_request(
            "GET", f"/v1/spaces/{space_id}/changes", params=params, headers={"Accept": _NDJSON}
        )
        answer = await self._send(request, is_streamed=True)
        try:
            async for line in _lines(answer):
                yield line
        except httpx.HTTPError as error:
            raise Unreachable("The stream broke.") from error
        finally:
            await answer.aclose()

    async def _send(self, request: httpx.Request, *, is_streamed: bool = False) -> httpx.Response:
        """Make a request; if the session has run out, renew it and make it once more."""
        for is_last in (False, True):
            token = self._session.access_token()
            if token is None:
                raise SignInNeeded("Nobody is signed in on this device.")
            request.headers["Authorization"] = f"Bearer {token}"
            answer = await send(self._client, request, is_streamed=is_streamed)
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                break
            await _refuse_revoked(answer)
            if is_last or not await self._session.renew():
                raise SignInNeeded("The session has ended.")
        if not answer.is_success:
            await _read(answer)
            raise refusal_of(answer)
        return answer


async def _read(answer: httpx.Response) -> None:
    try:
        await answer.aread()
    except httpx.HTTPError as error:
        raise Unreachable("The answer broke.") from error


async def _refuse_revoked(answer: httpx.Response) -> None:
    await _read(answer)
    if refusal_of(answer).code == _DEVICE_REVOKED:
        raise DeviceRevoked("This device was signed out from afar.")


async def _lines(answer: httpx.Response) -> AsyncGenerator[bytes, None]:
    """Yield whole lines.

    A line ends at a line feed alone. The reader of httpx ends one at each of
    Unicode's separators too, and a person's text may hold those.
    """
    rest = b""
    async for chunk in answer.aiter_bytes():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if line:
                yield line
    if rest:
        yield rest


async def send(
    client: httpx.AsyncClient, request: httpx.Request, *, is_streamed: bool = False
) -> httpx.Response:
    """Send a request.

    Raises:
        Unreachable: There is no answer, or not all of it.
    """
    try:
        return await client.send(request, stream=is_streamed)
    except httpx.HTTPError as error:
        raise Unreachable("The server cannot be reached.") from error


def refusal_of(answer: httpx.Response) -> Refused:
    """Read an answer that is no success."""
    try:
        problem = msgspec.json.decode(answer.content, type=_Problem)
    except msgspec.DecodeError:
        problem = _Problem()
    return Refused(
        answer.status_code,
        code=problem.code,
        title=problem.title,
        next_step=problem.next_step,
        retry_after_seconds=_retry_after(answer),
    )


def _retry_after(answer: httpx.Response) -> float | None:
    """Read `Retry-After`: seconds, or an instant, which is taken by the server's own clock."""
    text = answer.headers.get("Retry-After", "")
    if text.isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        seconds = (until - parsedate_to_datetime(answer.headers["Date"])).total_seconds()
    except (TypeError, ValueError, KeyError):
        return None
    return max(0.0, seconds)
