"""The switches of a record over HTTP: decode, call one use case, encode."""

from uuid import UUID

from litestar import Controller, MediaType, Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.switches import service
from backend.access.switches.model import Change, Switches
from backend.access.switches.service import etag_of
from backend.identity.sessions.model import Caller
from backend.kernel.if_match import ETAG, IfMatchHeader, conditions
from backend.kernel.work import Office
from sync.ports import Host


class SwitchController(Controller):
    """What a person decides for all cases to come."""

    path = "/v1/spaces/{space_id:uuid}/access-settings"
    tags = ("rights",)

    @get(
        operation_id="readAccessSettings",
        summary="Read who may open your record in an emergency.",
        response_headers=[ETAG],
    )
    async def read(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
    ) -> Response[Switches]:
        """Return the three switches; yes, yes and no while nobody has set them."""
        switches = await service.read_switches(office, host, caller, space_id)
        return _answer(switches)

    @put(
        operation_id="changeAccessSettings",
        summary="Decide who may open your record in an emergency.",
        response_headers=[ETAG],
        responses=conditions("They have changed since they were read."),
    )
    async def change(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
        data: JSONBody[Switches],
        if_match: IfMatchHeader = "",
    ) -> Response[Switches]:
        """Put all three. To let somebody see more, prove first who is there: a step-up."""
        change = Change(wanted=data, if_match=if_match)
        switches = await office.write(
            lambda work: service.change_switches(work, host, caller, space_id, change)
        )
        return _answer(switches)


def _answer(switches: Switches) -> Response[Switches]:
    return Response(switches, media_type=MediaType.JSON, headers={"ETag": etag_of(switches)})
