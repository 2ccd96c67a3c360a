"""The outermost layer: what holds for every answer, whatever made it."""

import itertools
import re
import secrets
import time
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from backports import zstd

from backend.kernel.metrics import Metrics

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

COMPRESS_FROM_BYTES = 1024
ZSTD_LEVEL = 1
GZIP_LEVEL = 4

# A request's own id need not be a secret, only unlike any other's.
_PROCESS = secrets.token_hex(4).encode()
_NUMBERS = itertools.count(1)
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_TEXTUAL = (b"application/json", b"application/x-ndjson", b"application/problem+json", b"text/")
_NEVER = b"text/event-stream"
_ALWAYS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


class Edge:
    """Gives each answer its request id, its safety headers and its compression."""

    def __init__(self, app: Asgi, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, accepted = _read(scope["headers"])
        began = self._metrics.clock()
        answer = _Answer(send, request_id, accepted)
        await self._app(scope, receive, answer.send)
        if answer.status:
            self._metrics.count(scope["method"], answer.status, answer.began_at - began)


class _Answer:
    """One answer on its way out."""

    __slots__ = (
        "_accepted",
        "_compressor",
        "_request_id",
        "_send",
        "_start",
        "began_at",
        "status",
    )

    def __init__(self, send: Send, request_id: bytes, accepted: bytes) -> None:
        self._send = send
        self._request_id = request_id
        self._accepted = accepted
        self._start: Message | None = None
        self._compressor: Any = None
        self.status = 0
        self.began_at = 0.0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            self.status = message["status"]
            self.began_at = time.perf_counter()
            headers = message["headers"] = list(message.get("headers", ()))
            headers.append((b"x-request-id", self._request_id))
            present = {name for name, _ in headers}
            headers.extend(pair for pair in _ALWAYS if pair[0] not in present)
            return
        if self._start is not None:
            start, self._start = self._start, None
            message = self._begin(start, message)
            await self._send(start)
        elif self._compressor is not None:
            message = {**message, "body": self._compress(message)}
        await self._send(message)

    def _begin(self, start: Message, first: Message) -> Message:
        """Decide on compression now that the size of the first piece is known."""
        body, more = first.get("body", b""), first.get("more_body", False)
        if (len(body) < COMPRESS_FROM_BYTES and not more) or not _is_textual(start["headers"]):
            return first
        start["headers"].append((b"vary", b"Accept-Encoding"))
        encoding = _choose(self._accepted)
        if encoding is None:
            return first
        if encoding == b"zstd" and not more:
            body = _whole.compress(body, zstd.ZstdCompressor.FLUSH_FRAME)
        else:
            self._compressor = _compressor(encoding)
            body = self._compress(first)
        first = {**first, "body": body}
        headers = [
            (name, _weakened(value) if name == b"etag" else value)
            for name, value in start["headers"]
            if name != b"content-length"
        ]
        headers.append((b"content-encoding", encoding))
        if not more:
            headers.append((b"content-length", b"%d" % len(body)))
        start["headers"] = headers
        return first

    def _compress(self, message: Message) -> bytes:
        """Compress a piece; flush each, so that a stream arrives as it is made."""
        body, more = message.get("body", b""), message.get("more_body", False)
        piece: bytes = self._compressor.compress(body)
        if isinstance(self._compressor, zstd.ZstdCompressor):
            if more:
                return piece + self._compressor.flush(zstd.ZstdCompressor.FLUSH_BLOCK)
            return piece + self._compressor.flush(zstd.ZstdCompressor.FLUSH_FRAME)
        rest: bytes = self._compressor.flush(zlib.Z_SYNC_FLUSH if more else zlib.Z_FINISH)
        return piece + rest


# For answers of one piece: a frame is begun and ended without a pause, and most of what a small
# one costs is to make the compressor.
_whole = zstd.ZstdCompressor(level=ZSTD_LEVEL)


def _compressor(encoding: bytes) -> Any:
    if encoding == b"zstd":
        return zstd.ZstdCompressor(level=ZSTD_LEVEL)
    return zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, 31)


def _weakened(tag: bytes) -> bytes:
    """Mark a tag as one of equal content, no longer of equal bytes. Source: RFC 9110, 8.8.3."""
    return tag if tag.startswith(b"W/") else b"W/" + tag


def _is_textual(headers: list[tuple[bytes, bytes]]) -> bool:
    """Say whether an answer is text that nobody has encoded or cut already."""
    found = dict(headers)
    kind = found.get(b"content-type", b"")
    if b"content-encoding" in found or b"content-range" in found:
        return False
    return kind.startswith(_TEXTUAL) and not kind.startswith(_NEVER)


def _read(headers: list[tuple[bytes, bytes]]) -> tuple[bytes, bytes]:
    """Find the request's own id, or make one, and the encodings that it accepts."""
    request_id = accepted = b""
    for name, value in headers:
        if name == b"x-request-id":
            request_id = value
        elif name == b"accept-encoding":
            accepted = value
    if not _REQUEST_ID.fullmatch(request_id):
        request_id = b"%s-%x" % (_PROCESS, next(_NUMBERS))
    return request_id, accepted


def _choose(accepted: bytes) -> bytes | None:
    """Choose an encoding: zstd is ten times cheaper than gzip, and smaller."""
    wanted = set()
    for item in accepted.split(b","):
        name, _, quality = item.strip().partition(b";")
        if quality.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"):
            wanted.add(name.strip().lower())
    for encoding in (b"zstd", b"gzip"):
        if encoding in wanted:
            return encoding
    return None
