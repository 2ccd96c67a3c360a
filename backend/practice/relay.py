"""Requests for a world that another process of this machine holds, over a socket of its own.

A frame is four bytes of length and a message of ASGI in MessagePack. The first
one says which request it is, or that the world is to end; then what the client
sends goes one way and what the world answers the other, as it comes.
"""

import asyncio
import contextlib
import logging
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from backend.kernel.edge import Asgi, Message, Receive, Scope, Send

log = logging.getLogger("carnet")

DOOR = "door"
# What a path to a socket may be at most, on every system that has them.
PATH_BYTES_MAX = 100
_FRAME_BYTES_MAX = 32 << 20
_LENGTH = struct.Struct(">I")
_END = "practice.end"
_GONE: Message = {"type": "http.disconnect"}
# What of a request means something in another process.
_SCOPE = (
    *("type", "asgi", "http_version", "method", "scheme", "path", "raw_path"),
    *("query_string", "root_path", "headers", "client", "server"),
)


class WorldGone(Exception):
    """A world has ended, or its process has: it gives no answer."""


class Relay:
    """The door of a world that this process holds, for the other processes."""

    def __init__(self, door: Asgi, end: Callable[[], Awaitable[None]]) -> None:
        """Take the world's application, and how the world is ended."""
        self._door = door
        self._end = end
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def open(self, folder: Path) -> None:
        """Listen in the world's folder, which only this account can enter."""
        self._server = await asyncio.start_unix_server(self._take, folder / DOOR)

    async def close(self) -> None:
        """Listen no more, and leave who is being answered."""
        if self._server is not None:
            self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await _read(reader)
        if first is not None and first["type"] == _END:
            await self._end()
        elif first is not None:
            task = asyncio.create_task(self._serve(first, reader, writer), name="practice relay")
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
            await asyncio.wait([task])
            failure = None if task.cancelled() else task.exception()
            if failure is not None:
                log.error("practice request failed", extra={"failure": type(failure).__name__})
        writer.close()

    async def _serve(
        self, first: Message, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        async def receive() -> Message:
            return await _read(reader) or _GONE

        async def send(message: Message) -> None:
            await _write(writer, message)

        await self._door(_scope_of(first), receive, send)


def door_in(folder: Path) -> Asgi:
    """Return the application of a world that another process holds."""

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            reader, writer = await asyncio.open_unix_connection(folder / DOOR)
        except OSError:
            raise WorldGone from None
        try:
            told = {name: scope[name] for name in _SCOPE if name in scope}
            await _write(writer, told)
            asking = asyncio.create_task(_ask(receive, writer), name="practice asking")
            try:
                if not await _answer(reader, send):
                    raise WorldGone
            finally:
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
        finally:
            writer.close()

    return door


async def end_in(folder: Path) -> bool:
    """End a world that another process holds; return when it is gone, or False without a door."""
    try:
        reader, writer = await asyncio.open_unix_connection(folder / DOOR)
    except OSError:
        return False
    with contextlib.suppress(OSError):  # It is gone already.
        await _write(writer, {"type": _END})
        await reader.read()
    writer.close()
    return True


async def _ask(receive: Receive, writer: asyncio.StreamWriter) -> None:
    while True:
        message = await receive()
        await _write(writer, message)
        if message["type"] == _GONE["type"]:
            writer.close()
            return


async def _answer(reader: asyncio.StreamReader, send: Send) -> bool:
    """Pass on what the world answers; say whether it answered at all."""
    is_answered = False
    while (message := await _read(reader)) is not None:
        is_answered = True
        await send(message)
    return is_answered


def _scope_of(first: Message) -> Scope:
    """Return a request as a server would hand it over: pairs are tuples there."""
    scope: Scope = {**first, "state": {}, "extensions": {}}
    scope["headers"] = [tuple(one) for one in first["headers"]]
    for name in ("client", "server"):
        if first.get(name) is not None:
            scope[name] = tuple(first[name])
    return scope


async def _read(reader: asyncio.StreamReader) -> Message | None:
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        if length > _FRAME_BYTES_MAX:
            return None
        message: dict[str, Any] = msgspec.msgpack.decode(await reader.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return message


async def _write(writer: asyncio.StreamWriter, message: Message) -> None:
    encoded = msgspec.msgpack.encode(message)
    writer.write(_LENGTH.pack(len(encoded)) + encoded)
    await writer.drain()
