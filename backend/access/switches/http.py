"""The switches of a record over HTTP: decode, call one use case, encode."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, MediaType, Response, get, put
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter, JSONBody

from backend.access.switches import service
from backend.access.switches.model import Change, Switches
from backend.access.switches.service import etag_of
from backend.identity.sessions.model import Caller
from backend.kernel.problems import MEDIA_TYPE, ProblemDetails
from backend.kernel.work import Office
from sync.ports import Host

_ETAG = ResponseHeader(
    name="ETag", description="To be sent back in If-Match.", documentation_only=True
)


class SwitchController(Controller):
    """What a person decides for all cases to come."""

    path = "/v1/spaces/{space_id:uuid}/access-settings"
    tags = ("rights",)

    @get(
        operation_id="readAccessSettings",
        summary="Read who may open your record in an emergency.",
        response_headers=[_ETAG],
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
        response_headers=[_ETAG],
        responses={
            412: ResponseSpec(
                ProblemDetails,
                description="They have changed since they were read.",
                media_type=MEDIA_TYPE,
                generate_examples=False,
            ),
            428: ResponseSpec(
                ProblemDetails,
                description="`If-Match` is missing.",
                media_type=MEDIA_TYPE,
                generate_examples=False,
            ),
        },
    )
    async def change(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
        data: JSONBody[Switches],
        if_match: Annotated[
            str,
            HeaderParameter(
                name="If-Match", max_length=200, description="The `ETag` of what was read."
            ),
        ] = "",
    ) -> Response[Switches]:
        """Put all three. To let somebody see more, prove first who is there: a step-up."""
        change = Change(wanted=data, if_match=if_match)
        switches = await office.write(
            lambda work: service.change_switches(work, host, caller, space_id, change)
        )
        return _answer(switches)


def _answer(switches: Switches) -> Response[Switches]:
    return Response(switches, media_type=MediaType.JSON, headers={"ETag": etag_of(switches)})
