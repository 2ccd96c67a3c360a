"""How a handler says that it honours `Idempotency-Key`: it asks for `once`."""

import contextlib
import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import MediaType, Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter

from backend.kernel.db import StorageUnavailable
from backend.kernel.errors import Refusal
from backend.kernel.idempotency import Asked, Claim, Kept, claim, keep, read_key, release
from backend.kernel.work import Office, Work

T = TypeVar("T")

UseCase = Callable[[Office], Awaitable[T]]
Admit = Callable[[Office, bytes], Awaitable[object]]

HEADER = "Idempotency-Key"
NO_CONTENT = 204

# Read in `answer`; declared here so that the description of an operation shows it.
KeyHeader = Annotated[
    str | None,
    HeaderParameter(
        name=HEADER,
        description="The same for each sending of one request, and for no other: a UUID will "
        "do. Sent again within 24 hours it happens once, and gets its first answer.",
        examples=[Example(value='"6f1c2b7e-58f0-4a53-9d2e-0c8a4f1b7d10"')],
    ),
]


class Once:
    """Answers one request of one party, once for each key."""

    def __init__(
        self,
        request: Request[Any, Any, Any],
        office: Office,
        party: str,
        *,
        headers: tuple[str, ...] = (),
    ) -> None:
        """Take who asks, and the headers that are part of what is asked."""
        self._request = request
        self._office = office
        self._party = party
        self._headers = headers
        self._status_code = _status_of(request)

    async def answer(
        self,
        use_case: UseCase[T],
        *,
        show: Callable[[T], object] = lambda result: result,
        status: Callable[[T], int] | None = None,
        body: bytes | None = None,
        admit: Admit | None = None,
    ) -> Response[Any]:
        """Run a use case and answer what it returns, or answer what was answered before.

        A refusal is not kept: it changed nothing, and the next try may succeed.

        Args:
            use_case: Does its work in one `write` of the office that it is given,
                whose result it returns: the answer is part of that transaction.
                What it writes before goes through `office.preparing()`.
            show: Turns the result into what is answered.
            status: Tells the status of a result; the handler's own by default.
            body: The body of the request, where the handler has read it itself.
            admit: Refuses whoever may not be answered any more, before a body that
                was kept leaves; for answers that tell of a space.

        Raises:
            IdempotencyKeyInvalid: The key is none.
            IdempotencyKeyReused: The key came with another request.
            RequestInProgress: The same request is at work.
        """

        def render(result: T) -> Kept:
            code = self._status_code if status is None else status(result)
            shown = b"" if code == NO_CONTENT else msgspec.json.encode(show(result))
            return Kept(status=code, body=shown)

        header = self._request.headers.get(HEADER)
        if header is None:
            return _response(render(await use_case(self._office)))
        asked = await self._asked(read_key(header), body)
        claimed = await self._office.write(lambda work: claim(work, asked))
        if isinstance(claimed, Kept):
            if admit is not None:
                await admit(self._office, claimed.body)
            return _response(claimed)
        return _response(await self._run(claimed, use_case, render))

    async def _run(self, mine: Claim, use_case: UseCase[T], render: Callable[[T], Kept]) -> Kept:
        stored: list[object] = []

        async def ending(work: Work, result: Any) -> None:
            if not isinstance(result, Refusal):
                await keep(work, mine, render(result))
                stored[:] = [result]

        try:
            result = await use_case(self._office.ending_with(ending))
            answer = render(result)
            if not stored or stored[0] is not result:
                # It found that there was nothing to write.
                await self._office.write(lambda work: keep(work, mine, answer))
        except BaseException:
            with contextlib.suppress(StorageUnavailable):  # Else the claim runs out by itself.
                await self._office.write(lambda work: release(work, mine))
            raise
        return answer

    async def _asked(self, key: str, body: bytes | None) -> Asked:
        content = await self._request.body() if body is None else body
        headers = [f"{name}:{self._request.headers.get(name, '')}" for name in self._headers]
        url = self._request.url
        digest = hashlib.sha256(content).hexdigest()
        parts = [self._request.method, url.path, url.query, *headers, digest]
        return Asked(party=self._party, key=key, request="\n".join(parts))


def _status_of(request: Request[Any, Any, Any]) -> int:
    handler = request.scope["route_handler"]
    assert isinstance(handler, HTTPRouteHandler)
    return handler.status_code


def _response(answer: Kept) -> Response[Any]:
    return Response(answer.body, status_code=answer.status, media_type=MediaType.JSON)
