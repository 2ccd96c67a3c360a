"""The agenda's link over HTTP: made and ended with a session, read without one."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, PathParameter
from msgspec import Meta, Struct

from backend.access.journal.words import Text
from backend.agenda.feed import service
from backend.agenda.feed.errors import AgendaNotFound
from backend.agenda.feed.model import Language, Titles
from backend.agenda.feed.reading import AgendaReader
from backend.agenda.feed.service import FeedView, Made, Wanted
from backend.agenda.feed.words import catalogue
from backend.identity.rules.places import network_of
from backend.identity.sessions.model import Caller
from backend.identity.wire import Wire, address_of, provide_once
from backend.kernel.once import Once
from backend.kernel.work import Office
from backend.settings import Settings
from sync.ports import Host

SUFFIX = ".ics"
MEDIA_TYPE = "text/calendar"
_HEADERS = {"Cache-Control": "private, no-cache"}


class FeedRequest(Wire, frozen=True, kw_only=True):
    """What the link is to show; what is left out stays, and is discreet at first."""

    titles: Annotated[
        Titles | None,
        Meta(description="`neutral` shows times only; read `titles_warning` before `shown`."),
    ] = None
    language: Annotated[
        Language | None, Meta(description="Of what the calendar says by itself.")
    ] = None


class MadeView(Struct, frozen=True, kw_only=True):
    """A new link, shown this once."""

    url: str
    titles: Titles
    language: Language
    made_at: datetime
    link_warning: Text


class FeedController(Controller):
    """The link by which a calendar elsewhere shows the agenda of a space."""

    path = "/v1/spaces/{space_id:uuid}/agenda-feed"
    tags = ("agenda",)
    dependencies = {"once": Provide(provide_once, sync_to_thread=False)}

    @get(operation_id="readAgendaFeed", summary="Read whether there is a link to the agenda.")
    async def read(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
    ) -> FeedView:
        """Return what your own link shows, and what to know before making one."""
        return await office.read(lambda work: service.view_feed(work, host, caller, space_id))

    @post(operation_id="makeAgendaFeed", status_code=201, summary="Make a link to the agenda.")
    async def make(
        self,
        once: NamedDependency[Once],
        host: NamedDependency[Host],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
        data: JSONBody[FeedRequest],
    ) -> Response[MadeView]:
        """Return an address for a calendar, shown this once. It asks for a step-up first.

        Whoever has the address sees your appointments, without signing in. Made
        again, the address before shows nothing from then on.
        """
        wanted = Wanted(titles=data.titles, language=data.language)
        return await once.answer(
            lambda office: office.write(
                lambda work: service.make_feed(work, host, caller, space_id, wanted)
            ),
            show=lambda made: _shown(made, settings.public_url.rstrip("/")),
            admit=lambda office, _: office.read(
                lambda work: service.view_feed(work, host, caller, space_id)
            ),
        )

    @delete(operation_id="endAgendaFeed", summary="End the link to the agenda.")
    async def end(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
    ) -> None:
        """Show nothing by your link any more, from now on."""
        await office.write(lambda work: service.end_feed(work, host, caller, space_id))


class CalendarController(Controller):
    """The agenda, for any calendar that brings a link."""

    path = "/v1/agenda"
    tags = ("agenda",)

    @get(
        "/{link:str}",
        operation_id="readAgenda",
        security=[],
        summary="Read an agenda by its link.",
        media_type=MEDIA_TYPE,
        response_headers=[
            ResponseHeader(
                name="ETag",
                description="Follows from what the calendar says.",
                documentation_only=True,
            )
        ],
    )
    async def read(
        self,
        request: Request[Any, Any, Any],
        agenda: NamedDependency[AgendaReader],
        link: Annotated[
            str,
            PathParameter(
                max_length=200, description="The secret of the link, with `.ics` after it."
            ),
        ],
    ) -> Response[bytes]:
        """Return the calendar (RFC 5545), or 304 with the `ETag` of what the caller has.

        No sign-in: the link is all it takes. What is no longer to be seen stays as
        cancelled for a while. Who may not look any more gets the answer of a link
        that never was.
        """
        if not link.endswith(SUFFIX):
            raise AgendaNotFound("No calendar is here.")
        answer = await agenda.read(
            link.removesuffix(SUFFIX),
            _tags(request.headers.get("if-none-match", "")),
            network_of(address_of(request)),
        )
        headers = {**_HEADERS, "ETag": f'"{answer.tag}"'}
        if answer.body is None:
            return Response(b"", status_code=304, headers=headers)
        # Here, because the framework would add its own encoding to a text.
        headers["Content-Type"] = f"{MEDIA_TYPE}; charset=utf-8"
        return Response(answer.body, headers=headers, media_type=f"{MEDIA_TYPE}; charset=utf-8")


def _tags(header: str) -> frozenset[str]:
    """Read `If-None-Match`; a compressed answer's tag is weak, and names the same content."""
    return frozenset(tag.strip().removeprefix("W/").strip('"') for tag in header.split(","))


def _shown(made: Made, base: str) -> MadeView:
    return MadeView(
        url=f"{base}/v1/agenda/{made.token}{SUFFIX}",
        titles=made.options.titles,
        language=made.options.language,
        made_at=made.made_at,
        link_warning=catalogue().link_warning,
    )
