"""Answers "what is new?" before the framework, since phones ask it more than all else.

It answers one page, or 304, or stands aside: everything else, refusals too, is
the controller's to answer. A test holds both to the same answers.

Source: docs/decisions/0036-hot-paths-again.md.
"""

import re
from collections import OrderedDict
from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Litestar

from backend.identity.sessions.model import SEATED, Caller
from backend.identity.sessions.service import authenticate
from backend.identity.sessions.store import ask_standing_ahead
from backend.kernel.edge import Receive, Scope, Send
from backend.kernel.work import Work
from sync.core.limits import PAGE_CHANGES_MAX
from sync.exchange import Exchange, SpaceAsk
from sync.http import NDJSON, etag
from sync.push import Caller as Device
from sync.storage import statements as q
from sync.storage.port import Head
from sync.storage.sql import read_head

_PATH = re.compile(r"/v1/spaces/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})/changes")
# As phones write it. In another order, or in other signs, the controller reads it.
_QUERY = re.compile(
    rb"(?:checkpoint=(?P<checkpoint>[A-Za-z0-9_-]{1,64}))?"
    rb"(?:(?(checkpoint)&)limit=(?P<limit>[1-9][0-9]{0,2}))?"
)
_BEARER = b"bearer "
_LED_MAX = 100_000
_LINES = NDJSON.encode()
_JSON = (b"content-type", b"application/json")


Led = tuple[UUID, UUID]
"""The account and the session to which a token led."""


class _MoreIsToBeAsked(Exception):
    """One look is not enough to say where a feed stands."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question that can be answered here: who asks it, and what they know."""

    ask: SpaceAsk
    token: str
    known: bytes


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: a page, or that nothing is new."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""

    async def send(self, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


class Polls:
    """Stands in front of the application for one question."""

    def __init__(self, app: Litestar) -> None:
        self._app = app
        self._led: OrderedDict[int, Led] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _asked(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        told = None if asked is None else await self._tell(asked)
        if told is not None:
            await told.send(send)
            return
        await self._app(scope, receive, send)  # type: ignore[arg-type]  # The same messages.

    async def _tell(self, asked: Asked) -> Told | None:
        """Answer; None where the controller has to."""
        state = self._app.state
        exchange: Exchange = state.exchange

        async def look(work: Work) -> tuple[Caller, bytes]:
            self._ask_ahead(work, asked)
            caller = await authenticate(work, asked.token, SEATED)
            tag = b""
            if asked.known:
                head = await read_head(work.db, asked.ask.space_id, caller.party_id)
                tag = _tag(exchange, head, work.now)
            state.limits.charge(caller.device_id)
            return caller, tag

        try:
            caller, tag = await state.office.look(look)
        except Exception:  # noqa: BLE001  # The controller meets it again, and says what it is.
            return None
        self._remember(asked.token, caller)
        if tag and tag in asked.known:
            return Told(status=304, headers=[(b"etag", tag)])
        try:
            device = Device(party_id=caller.party_id, device_id=caller.device_id)
            page = await exchange.page(device, asked.ask)
        except Exception:  # noqa: BLE001  # As above.
            state.limits.give_back(caller.device_id)  # The controller counts it.
            return None
        body = page.encode()
        headers = [_JSON, (b"content-length", b"%d" % len(body))]
        if not page.more:
            headers.append((b"etag", etag(page.place.epoch, page.place.seq).encode()))
        return Told(status=200, headers=headers, body=body)

    def _ask_ahead(self, work: Work, asked: Asked) -> None:
        """Ask at once for what is needed once the token is read, if it leads where it led.

        Only time is gained by it: what the token leads to now is what is looked up.
        """
        led = self._led.get(hash(asked.token))
        if led is None:
            return
        account_id, session_id = led
        ask_standing_ahead(work, account_id, session_id)
        if asked.known:
            work.db.ahead(q.HEAD, space_id=asked.ask.space_id, party_id=account_id)

    def _remember(self, token: str, caller: Caller) -> None:
        # By a number: no token is kept here. Two of one number would cost time, no more.
        self._led[hash(token)] = caller.account_id, caller.session_id
        if len(self._led) > _LED_MAX:
            self._led.popitem(last=False)


def _asked(scope: Scope) -> Asked | None:
    """Read a question of the common kind; None for any other."""
    path = _PATH.fullmatch(scope["path"])
    query = path and _QUERY.fullmatch(scope["query_string"])
    if path is None or query is None:
        return None
    known = token = accepted = b""
    for name, value in scope["headers"]:
        # Of a header sent twice the first counts, as it does for the controller.
        if name == b"if-none-match":
            known = known or value
        elif name == b"authorization":
            token = token or value
        elif name == b"accept":
            accepted = accepted or value
    limit = PAGE_CHANGES_MAX if query["limit"] is None else int(query["limit"])
    if token[:7].lower() != _BEARER or _LINES in accepted or limit > PAGE_CHANGES_MAX:
        return None
    checkpoint = None if query["checkpoint"] is None else query["checkpoint"].decode()
    ask = SpaceAsk(space_id=UUID(path[1]), checkpoint=checkpoint, limit=limit)
    return Asked(ask=ask, token=token[7:].strip().decode("latin-1"), known=known)


def _tag(exchange: Exchange, head: Head | None, now: datetime) -> bytes:
    """Return the tag of a feed.

    Raises:
        SpaceNotFound: There is no such feed, or none that its party may open now.
        _MoreIsToBeAsked: Of somebody whose rights rest on more than this space,
            or while it is to be brought up to date.
    """
    if head is not None and exchange.is_guest(head.viewer):
        raise _MoreIsToBeAsked
    standing = exchange.standing(head, now)
    if standing is None:
        raise _MoreIsToBeAsked
    return etag(*standing).encode()
