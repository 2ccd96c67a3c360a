"""A load client that costs less than the server it measures: raw HTTP/1.1, kept alive.

Runs as a process of its own: `python -m tests.bench.client`, a JSON order on
standard input, a JSON result on standard output.
"""

import asyncio
import base64
import json
import sys
import time
from collections import Counter
from typing import Any, cast

import uvloop


class Connection(asyncio.Protocol):
    """Sends one request after the other on one connection until told to stop."""

    def __init__(self, requests: list[bytes], until: float, offset: int) -> None:
        self._requests = requests
        self._until = until
        self._next = offset
        self._buffer = b""
        self._began = 0.0
        self.statuses: Counter[int] = Counter()
        self.bytes = 0
        self.times: list[float] = []
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it.
        self._send()

    def _send(self) -> None:
        if time.perf_counter() >= self._until:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self._began = time.perf_counter()
        self._transport.write(self._requests[self._next % len(self._requests)])
        self._next += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        lower = head.lower()
        at = lower.find(b"content-length:")
        if at >= 0:
            end = lower.find(b"\r\n", at)
            length = int(lower[at + 15 : end if end >= 0 else None])
            if len(body) < length:
                return
        elif b"transfer-encoding: chunked" in lower and not body.endswith(b"0\r\n\r\n"):
            return
        self.times.append(time.perf_counter() - self._began)
        self.statuses[int(head[9:12])] += 1
        self.bytes = len(head) + 4 + len(body)
        self._buffer = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def run(order: dict[str, Any]) -> dict[str, Any]:
    """Drive the requests of an order for its seconds on its connections."""
    requests = [base64.b64decode(request) for request in order["requests"]]
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    until = began + order["seconds"]
    connections: list[Connection] = []
    for i in range(order["connections"]):
        _, made = await loop.create_connection(
            lambda i=i: Connection(requests, until, i * 7),  # type: ignore[misc]
            order["host"],
            order["port"],
        )
        connections.append(made)
    async with asyncio.timeout(order["seconds"] + 20):
        await asyncio.gather(*(connection.done for connection in connections))
    took = time.perf_counter() - began
    times = sorted(t for connection in connections for t in connection.times)
    statuses: Counter[int] = Counter()
    for connection in connections:
        statuses += connection.statuses
    return {
        "per_second": len(times) / took,
        "requests": len(times),
        "p50_ms": times[len(times) // 2] * 1000 if times else None,
        "p99_ms": times[int(len(times) * 0.99)] * 1000 if times else None,
        "statuses": {str(k): v for k, v in statuses.items()},
        "bytes": connections[0].bytes,
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(run(json.load(sys.stdin)))))
