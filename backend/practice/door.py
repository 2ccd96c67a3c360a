"""The way into fictional worlds, beside the server's own."""

import contextlib
import re

from litestar import Litestar

from backend.kernel.edge import Asgi, Receive, Scope, Send
from backend.practice.relay import WorldGone

PREFIX = "/practice/"
_PATH = re.compile(rf"({PREFIX}[A-Za-z0-9_-]{{32}})(/.*)")


class PracticeDoor:
    """Leads requests under a world's path to it; everybody else's go on."""

    def __init__(self, app: Litestar, inner: Asgi) -> None:
        self._app = app
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            found = _PATH.fullmatch(scope["path"])
            door = None if found is None else self._app.state.practices.door_of(found[1])
            if found is not None and door is not None:
                raw = scope.get("raw_path", scope["path"].encode())
                inside = raw.removeprefix(found[1].encode())
                with contextlib.suppress(WorldGone):
                    await door({**scope, "path": found[2], "raw_path": inside}, receive, send)
                    return
        await self._inner(scope, receive, send)
