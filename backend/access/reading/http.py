"""Reading online over HTTP: decode, call one use case, encode."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, MediaType, Request, Response, get
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import FromPath, QueryParameter

from backend.access.reading import service
from backend.access.reading.model import EntryAsk, EntryPage, EntryView
from backend.access.reading.service import etag_of
from backend.kernel.work import Office
from sync.core.limits import PAGE_CHANGES_MAX
from sync.ports import Host
from sync.push import Caller


class EntryController(Controller):
    """The entries of a space, for whoever reads while connected."""

    path = "/v1/spaces/{space_id:uuid}/entries"
    tags = ("entries",)

    @get(operation_id="listEntries", summary="Read the entries of a space that you may see now.")
    async def list_entries(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        device: NamedDependency[Caller],
        space_id: FromPath[UUID],
        collection: Annotated[
            str | None,
            QueryParameter(
                max_length=64,
                description="One collection; all when left out.",
                examples=[Example(value="allergies")],
            ),
        ] = None,
        after: Annotated[
            str | None,
            QueryParameter(max_length=100, description="The `next` of the page before."),
        ] = None,
        limit: Annotated[
            int,
            QueryParameter(
                description=f"Entries on a page, from 1 to {PAGE_CHANGES_MAX}.",
                examples=[Example(value=PAGE_CHANGES_MAX)],
            ),
        ] = PAGE_CHANGES_MAX,
    ) -> EntryPage:
        """Return a page, in an order that says nothing; rights are asked for each request.

        For professionals who keep no copy, and for anybody else who may look. The
        entries that leave are in the person's journal.
        """
        ask = EntryAsk(space_id=space_id, collection=collection, after=after, limit=limit)
        return await service.list_entries(office, host, device, ask)

    @get(
        "/{record_id:uuid}",
        operation_id="readEntry",
        summary="Read one entry.",
        response_headers=[
            ResponseHeader(
                name="ETag",
                description="Follows from what the entry says.",
                documentation_only=True,
            )
        ],
    )
    async def read_entry(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        device: NamedDependency[Caller],
        space_id: FromPath[UUID],
        record_id: FromPath[UUID],
    ) -> Response[EntryView] | Response[bytes]:
        """Return the entry as it is now, or 304 with the `ETag` of what the caller has."""
        entry = await service.read_entry(office, host, device, space_id, record_id)
        tag = etag_of(bytes(entry.body))
        if tag in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers={"ETag": tag})
        return Response(entry, media_type=MediaType.JSON, headers={"ETag": tag})
