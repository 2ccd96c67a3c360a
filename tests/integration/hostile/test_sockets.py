"""What only a real socket can do wrong: bodies cut off, and bytes that are no HTTP."""

import asyncio
import contextlib
import json
from pathlib import Path

from tests.journeys import Counter, Phone, put
from tests.servers import running_server

WAIT_SECONDS = 2.0


def request_with(phone: Phone, headers: str, body: bytes) -> bytes:
    """Write a push as bytes, with the framing that the caller wants."""
    head = (
        "POST /v1/sync HTTP/1.1\r\nHost: carnet\r\nContent-Type: application/json\r\n"
        f"Authorization: {phone.headers['Authorization']}\r\n{headers}\r\n"
    )
    return head.encode() + body


def cut_requests(phone: Phone, body: bytes) -> dict[str, bytes]:
    """Make requests that end before they said that they would."""
    size = len(body)
    chunk = b"%x\r\n%s" % (size, body)
    return {
        "half a body": request_with(phone, f"Content-Length: {size}\r\n", body[: size // 2]),
        "a body and no more": request_with(phone, f"Content-Length: {size + 1}\r\n", body),
        "no last chunk": request_with(phone, "Transfer-Encoding: chunked\r\n", chunk + b"\r\n"),
        "half a chunk": request_with(phone, "Transfer-Encoding: chunked\r\n", chunk[: size // 2]),
    }


def malformed_requests(phone: Phone, body: bytes) -> dict[str, bytes]:
    """Make bytes that no client of HTTP would send."""
    size = len(body)
    return {
        "two lengths": request_with(
            phone, f"Content-Length: {size}\r\nContent-Length: 2\r\n", body
        ),
        "a length below nothing": request_with(phone, "Content-Length: -1\r\n", body),
        "no chunk": request_with(phone, "Transfer-Encoding: chunked\r\n", b"zz\r\n"),
        "a NUL in a header": request_with(phone, "X-A: a\0b\r\n", b""),
        "headers without end": request_with(phone, "X-A: b\r\n" * 50_000, b""),
        "a header without end": request_with(phone, f"X-A: {'a' * 2_000_000}\r\n", b""),
        "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 9,
        "nothing": b"",
    }


async def send(port: int, data: bytes, *, stays: bool = False) -> bytes:
    """Send bytes, say that there are no more unless it *stays*, and return what comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        with contextlib.suppress(OSError):  # Whoever stops listening has answered too.
            writer.write(data)
            await writer.drain()
            if not stays:
                writer.write_eof()
        with contextlib.suppress(OSError, TimeoutError):
            return await asyncio.wait_for(reader.read(), WAIT_SECONDS)
        return b""
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def test_what_is_cut_off_is_not_done_and_what_is_malformed_harms_nobody(
    tmp_path: Path, cache_folder: Path
) -> None:
    """A push whose end never came changes nothing; the server goes on, and calls none a bug."""
    async with (
        running_server("sqlite", tmp_path / "data", cache_folder) as server,
        server.client() as client,
    ):
        phone = await Counter(client, server.data_folder).newcomer()
        space_id = (await phone.spaces())[0]["space_id"]
        before = await phone.whole(space_id)
        body = json.dumps({"ops": [put(space_id, "notes", {"title": "a"})]}).encode()
        hostile = {**cut_requests(phone, body), **malformed_requests(phone, body)}

        answers = {name: await send(server.port, data) for name, data in hostile.items()}

        refused = [answer for answer in answers.values() if answer]
        assert len(refused) > len(hostile) // 2
        assert {answer[:10] for answer in refused} == {b"HTTP/1.1 4"}
        after = await phone.whole(space_id)
        assert (after.digest, after.seqs) == (before.digest, before.seqs)
        assert '"event": "bug"' not in server.log
        # The same body, whole, is taken: it was its end that was missing.
        whole = request_with(phone, f"Connection: close\r\nContent-Length: {len(body)}\r\n", body)
        assert (await send(server.port, whole, stays=True)).startswith(b"HTTP/1.1 200")
