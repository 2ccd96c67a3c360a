"""Sync over HTTP: decode, call the exchange, encode."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, MediaType, Request, Response, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Stream

from sync.core.limits import KEPT_PER_PAGE_MAX, PAGE_CHANGES_MAX
from sync.exchange import Exchange, SpaceAsk, SyncRequest, check_limit
from sync.kept import KeptAsk
from sync.pokes import Pokes
from sync.pull import Page
from sync.push import Caller

NDJSON = "application/x-ndjson"
_EXAMPLE_ID = "6f1c2b7e-58f0-4a53-9d2e-0c8a4f1b7d10"


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """Values that an op of the caller wanted to write and that did not stand."""

    op_id: UUID
    kept_at: str
    values: msgspec.Raw


class LostPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of these values, and where to go on from; `next` is null after the last."""

    values: list[Lost]
    next: str | None = None


class Seat(msgspec.Struct, frozen=True):
    """A device at the exchange."""

    exchange: Exchange
    device: Caller
    count_ops: Callable[[int], None]
    """Counts ops before they are applied; raises the host's refusal when they are too many."""


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """Whose news a stream tells, and how it knows that it must end."""

    party_id: UUID
    is_signed_in: Callable[[], Awaitable[bool]]


class SyncController(Controller):
    """Delta sync for devices."""

    path = "/v1"
    tags = ("sync",)

    @post(
        "/sync",
        operation_id="sync",
        status_code=200,
        media_type=MediaType.JSON,
        summary="Push changes and pull what is new, for every profile of a phone.",
    )
    async def sync(
        self, data: JSONBody[SyncRequest], seat: NamedDependency[Seat]
    ) -> Response[bytes]:
        """Apply ops in order and answer the next page of each space.

        Sending an op again gives the same outcome and changes nothing. A space
        that the caller may not open, or that does not exist, answers `wipe`.
        """
        if data.ops:
            seat.count_ops(len(data.ops))
        return Response(await seat.exchange.sync(seat.device, data), media_type=MediaType.JSON)

    @get(
        "/spaces/{space_id:uuid}/changes",
        operation_id="listChanges",
        media_type=MediaType.JSON,
        summary="Read the next changes of one space.",
        response_headers=[
            ResponseHeader(
                name="ETag", description="Of a complete answer.", documentation_only=True
            )
        ],
    )
    async def changes(
        self,
        request: Request[Any, Any, Any],
        seat: NamedDependency[Seat],
        space_id: FromPath[UUID],
        checkpoint: Annotated[
            str | None,
            QueryParameter(description="Where to go on from; absent for the beginning."),
        ] = None,
        limit: Annotated[
            int,
            QueryParameter(
                description=f"Changes on a page, from 1 to {PAGE_CHANGES_MAX}.",
                examples=[Example(value=PAGE_CHANGES_MAX)],
            ),
        ] = PAGE_CHANGES_MAX,
    ) -> Response[bytes] | Stream:
        """Return one page, or with `Accept: application/x-ndjson` every page in one answer.

        With the ETag of the last complete answer in `If-None-Match`, the answer
        is 304 while nothing is new.
        """
        check_limit(limit, "/limit")
        known = request.headers.get("if-none-match")
        if known is not None:
            tag = etag(*await seat.exchange.head(seat.device, space_id))
            if tag in known:
                return Response(b"", status_code=304, headers={"ETag": tag})
        ask = SpaceAsk(space_id=space_id, checkpoint=checkpoint, limit=limit)
        if NDJSON in request.headers.get("accept", ""):
            pages = seat.exchange.every_page(seat.device, ask)
            first = await anext(pages)  # A refusal is answered before anything is streamed.
            return Stream(_lines(first, pages), media_type=NDJSON)
        page = await seat.exchange.page(seat.device, ask)
        headers = {} if page.more else {"ETag": etag(page.place.epoch, page.place.seq)}
        return Response(page.encode(), media_type=MediaType.JSON, headers=headers)

    @get(
        "/spaces/{space_id:uuid}/records/{record_id:uuid}/lost",
        operation_id="listLostValues",
        summary="Read the values of yours that lost a conflict in one record.",
    )
    async def lost(
        self,
        seat: NamedDependency[Seat],
        space_id: FromPath[UUID],
        record_id: FromPath[UUID],
        after: Annotated[
            str | None,
            QueryParameter(max_length=100, description="The `next` of the page before."),
        ] = None,
        limit: Annotated[
            int,
            QueryParameter(
                description=f"Values on a page, from 1 to {KEPT_PER_PAGE_MAX}.",
                examples=[Example(value=KEPT_PER_PAGE_MAX)],
            ),
        ] = KEPT_PER_PAGE_MAX,
    ) -> LostPage:
        """Return what the caller wrote and what did not stand, and what gave way; oldest first."""
        ask = KeptAsk(space_id=space_id, record_id=record_id, after=after, limit=limit)
        page = await seat.exchange.lost(seat.device, ask)
        values = [
            Lost(op_id=k.op_id, kept_at=k.kept_at.isoformat(), values=msgspec.Raw(k.values))
            for k in page.values
        ]
        return LostPage(values=values, next=page.next)

    @get(
        "/sync/stream",
        operation_id="streamNews",
        summary="Hear which spaces have news; never what the news is.",
        media_type="text/event-stream",
    )
    async def stream(
        self, pokes: NamedDependency[Pokes], subscription: NamedDependency[Subscription]
    ) -> Stream:
        """Keep a stream of server-sent events open: `news` with the space's identifier.

        A comment every twenty seconds keeps the line alive. A poke may get lost:
        what counts is the next sync.
        """
        return Stream(
            _events(pokes, subscription),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )


def etag(epoch: int, seq: int) -> str:
    """Return the tag of a complete answer: of a feed at its head."""
    return f'"{epoch}.{seq}"'


async def _lines(first: Page, rest: AsyncIterator[Page]) -> AsyncIterator[bytes]:
    yield first.encode_lines()
    async for page in rest:
        yield page.encode_lines()


async def _events(pokes: Pokes, subscription: Subscription) -> AsyncIterator[bytes]:
    async for space_id in pokes.listen(subscription.party_id):
        if not await subscription.is_signed_in():
            return
        if space_id is None:
            yield b": still here\n\n"
        else:
            yield b'event: news\ndata: {"space_id":"%s"}\n\n' % str(space_id).encode()
