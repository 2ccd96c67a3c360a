"""Answers "nothing is new" before the framework, since phones ask it more than all else.

It answers 304 or stands aside: everything else, refusals too, is the
controller's to answer. A test holds both to the same answers.

Source: docs/decisions/0005-raw-driver-on-hot-paths.md.
"""

import re
from datetime import datetime
from uuid import UUID

from litestar import Litestar

from backend.identity.sessions.model import SEATED
from backend.identity.sessions.service import authenticate
from backend.kernel.edge import Receive, Scope, Send
from backend.kernel.errors import Refusal
from backend.kernel.work import Work
from sync.errors import SyncRefused
from sync.exchange import Exchange
from sync.http import etag
from sync.storage.port import Head
from sync.storage.sql import read_head

_PATH = re.compile(r"/v1/spaces/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})/changes")
_BEARER = b"bearer "
_UNKNOWN = b"\0"  # No header holds it.


class Polls:
    """Stands in front of the application for one question."""

    def __init__(self, app: Litestar) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET":
            found = _PATH.fullmatch(scope["path"])
            if found is not None:
                tag = await self._unchanged(UUID(found[1]), scope)
                if tag is not None:
                    headers = [(b"etag", tag)]
                    await send({"type": "http.response.start", "status": 304, "headers": headers})
                    await send({"type": "http.response.body", "body": b""})
                    return
        await self._app(scope, receive, send)  # type: ignore[arg-type]  # The same messages.

    async def _unchanged(self, space_id: UUID, scope: Scope) -> bytes | None:
        """Return the tag of the caller's feed if it is the one that the caller has."""
        known = token = b""
        for name, value in scope["headers"]:
            # Of a header sent twice the first counts, as it does for the controller.
            if name == b"if-none-match":
                known = known or value
            elif name == b"authorization":
                token = token or value
        if not known or token[:7].lower() != _BEARER:
            return None
        state = self._app.state
        exchange: Exchange = state.exchange

        async def ask(work: Work) -> bytes:
            caller = await authenticate(work, token[7:].strip().decode("latin-1"), SEATED)
            head = await read_head(work.db, space_id, caller.party_id)
            tag = _tag(exchange, head, work.now)
            if tag in known:
                state.limits.charge(caller.device_id)
            return tag

        try:
            tag = await state.office.look(ask)
        except (Refusal, SyncRefused):
            return None
        return tag if tag in known else None


def _tag(exchange: Exchange, head: Head | None, now: datetime) -> bytes:
    """Return the tag of a feed; one that nobody has where more must be asked first."""
    standing = None
    if head is not None and not exchange.is_guest(head.viewer):
        standing = exchange.standing(head, now)
    return _UNKNOWN if standing is None else etag(*standing).encode()
