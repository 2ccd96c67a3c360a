"""Who represents a child, over HTTP."""

from uuid import UUID

from litestar import Controller, Response, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from backend.access.mandates import service as mandates
from backend.access.minors import service
from backend.identity.sessions.model import Caller
from backend.identity.spaces.model import Letter
from backend.identity.wire import provide_once
from backend.kernel.once import Once
from sync.ports import Host


class RepresentativeController(Controller):
    """The two who may represent a child."""

    path = "/v1/spaces/{space_id:uuid}/representatives"
    tags = ("spaces",)
    dependencies = {"once": Provide(provide_once, sync_to_thread=False)}

    @post(
        operation_id="inviteRepresentative",
        status_code=201,
        summary="Let the other representative of a child in.",
    )
    async def invite(
        self,
        once: NamedDependency[Once],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
    ) -> Response[Letter]:
        """Return a letter's code to hand over, good for six weeks. It asks for a step-up first.

        With the child's birth date it opens the space, as the first letter did.
        """
        return await once.answer(
            lambda office: office.write(
                lambda work: service.invite_second(work, host, caller, space_id)
            ),
            admit=lambda office, _: office.read(
                lambda work: mandates.options(work, host, caller, space_id)
            ),
        )
