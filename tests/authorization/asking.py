"""One request to the application of this process, and its answer to the byte."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from backend.kernel.edge import Asgi, Message

# What differs between two answers that say the same.
_OF_ONE_ANSWER = frozenset({b"x-request-id", b"date", b"server-timing"})
JSON = {"Content-Type": "application/json"}


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it is sent, but for who sends it."""

    method: str
    path: str
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: bytes = b""
    is_endless: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def code(self) -> str:
        """The code of a problem, or nothing."""
        kinds = [value for name, value in self.headers if name == b"content-type"]
        if kinds != [b"application/problem+json"]:
            return ""
        return str(msgspec.json.decode(self.body)["code"])

    @property
    def is_success(self) -> bool:
        """Whether it is an answer and not a problem."""
        return 200 <= self.status < 400

    def says_the_same(self, other: "Answer") -> bool:
        """Say whether two answers are equal to the byte: status, headers and body."""
        return self.told() == other.told()

    def told(self) -> tuple[int, tuple[tuple[bytes, bytes], ...], bytes]:
        """Return everything that an answer tells."""
        headers = tuple(pair for pair in self.headers if pair[0] not in _OF_ONE_ANSWER)
        return self.status, headers, self.body


async def ask(
    app: Asgi, request: Request, credential: Mapping[str, str], address: str = "192.0.2.1"
) -> Answer:
    """Send a request as somebody; of an endless answer only the beginning is heard."""
    headers = {"Host": "carnet.test", **request.headers, **credential}
    if request.body or request.method in ("POST", "PUT", "PATCH"):
        headers["Content-Length"] = str(len(request.body))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": urlencode(request.query).encode(),
        "root_path": "",
        "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        "client": (address, 40_000),
        "server": ("carnet.test", 80),
        "state": {},
    }
    exchange = _Exchange(request.body)
    answering = asyncio.ensure_future(app(scope, exchange.receive, exchange.send))
    if request.is_endless:
        begun = asyncio.ensure_future(exchange.begun.wait())
        await asyncio.wait({answering, begun}, return_when=asyncio.FIRST_COMPLETED)
        begun.cancel()
        exchange.gone.set()
    await answering
    return exchange.answer()


class _Exchange:
    """The client's end of one exchange."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._status = 0
        self._headers: tuple[tuple[bytes, bytes], ...] = ()
        self._pieces: list[bytes] = []
        self.begun = asyncio.Event()
        self.gone = asyncio.Event()

    async def receive(self) -> Message:
        if self._body is None:
            await self.gone.wait()
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = tuple((bytes(k), bytes(v)) for k, v in message["headers"])
            return
        self._pieces.append(bytes(message.get("body", b"")))
        if not message.get("more_body", False):
            self.gone.set()
        self.begun.set()

    def answer(self) -> Answer:
        return Answer(status=self._status, headers=self._headers, body=b"".join(self._pieces))
