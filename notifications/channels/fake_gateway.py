"""An SMS gateway that keeps to the contract and sends nothing: for tests, and to try a server.

What it is asked, it keeps in memory and shows at `GET /`. The contract:
docs/sms-gateway.md.
"""

import hmac
import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

BODY_BYTES_MAX = 16 * 1024
KEPT_MAX = 10_000
NUMBER_CHARACTERS_MIN = 8


class Sms(msgspec.Struct, frozen=True, kw_only=True):
    """One SMS as a phone would get it."""

    to: str
    text: str
    idempotency_key: str


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    to: str
    text: str


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    status: HTTPStatus
    body: dict[str, str] = {}
    retry_after_seconds: int | None = None


class FakeGateway:
    """The rules of the contract, without a network."""

    def __init__(
        self,
        token: str,
        *,
        failing: int = 0,
        refused: frozenset[str] = frozenset(),
        show: Callable[[Sms], None] | None = None,
    ) -> None:
        """Take the token, how many requests fail at first, numbers that are out of reach."""
        self._token = token
        self._failing = failing
        self._refused = refused
        self._show = show
        self._lock = threading.Lock()
        self._kept: dict[str, Sms] = {}
        self.requests = 0

    @property
    def sent(self) -> list[Sms]:
        """What phones would have, in order: one for each key, however often it was asked."""
        with self._lock:
            return [*self._kept.values()]

    def take(self, authorization: str, key: str, body: bytes) -> _Answer:
        """Answer one request."""
        with self._lock:
            self.requests += 1
            if not hmac.compare_digest(authorization.encode(), f"Bearer {self._token}".encode()):
                return _Answer(status=HTTPStatus.UNAUTHORIZED, body={"error": "token"})
            try:
                asked = msgspec.json.decode(body, type=_Asked)
            except msgspec.MsgspecError:
                return _Answer(status=HTTPStatus.BAD_REQUEST, body={"error": "body"})
            if not key:
                return _Answer(status=HTTPStatus.BAD_REQUEST, body={"error": "idempotency-key"})
            if self._failing > 0:
                self._failing -= 1
                return _Answer(
                    status=HTTPStatus.SERVICE_UNAVAILABLE,
                    body={"error": "later"},
                    retry_after_seconds=1,
                )
            return self._answer(Sms(to=asked.to, text=asked.text, idempotency_key=key))

    def _answer(self, sms: Sms) -> _Answer:
        known = self._kept.get(sms.idempotency_key)
        if known is not None and known != sms:
            return _Answer(status=HTTPStatus.CONFLICT, body={"error": "another message"})
        if known is None:
            if sms.to in self._refused or len(sms.to) < NUMBER_CHARACTERS_MIN:
                return _Answer(status=HTTPStatus.UNPROCESSABLE_ENTITY, body={"error": "number"})
            while len(self._kept) >= KEPT_MAX:
                self._kept.pop(next(iter(self._kept)))
            self._kept[sms.idempotency_key] = sms
            if self._show is not None:
                self._show(sms)
        return _Answer(status=HTTPStatus.ACCEPTED, body={"id": sms.idempotency_key})


class GatewayServer(ThreadingHTTPServer):
    """The same over HTTP, on one address."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], gateway: FakeGateway) -> None:
        """Bind; `serve_forever` begins to answer."""
        super().__init__(address, _Handler)
        self.gateway = gateway

    @property
    def url(self) -> str:
        """Where SMS are posted."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}/"


class _Handler(BaseHTTPRequestHandler):
    server: GatewayServer

    def do_POST(self) -> None:  # The library's name.
        said = self.headers.get("Content-Length") or "0"
        length = int(said) if said.isascii() and said.isdigit() else BODY_BYTES_MAX + 1
        if length > BODY_BYTES_MAX:
            self._write(_Answer(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE), {"error": "size"})
            return
        answer = self.server.gateway.take(
            self.headers.get("Authorization", ""),
            self.headers.get("Idempotency-Key", ""),
            self.rfile.read(length),
        )
        self._write(answer, answer.body)

    def do_GET(self) -> None:
        sent = msgspec.to_builtins(self.server.gateway.sent)
        self._write(_Answer(status=HTTPStatus.OK), {"sent": sent})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log nothing: a line would hold who asks."""

    def _write(self, answer: _Answer, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if answer.retry_after_seconds is not None:
            self.send_header("Retry-After", str(answer.retry_after_seconds))
        self.end_headers()
        self.wfile.write(content)
