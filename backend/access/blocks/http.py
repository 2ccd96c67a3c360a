"""Blocks over HTTP."""

from uuid import UUID

from litestar import Controller, Response, delete, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from backend.access.blocks import service
from backend.access.blocks.service import Blocked
from backend.access.wire import provide_device_once
from backend.identity.wire import Wire
from backend.kernel.once import Once
from backend.kernel.work import Office
from sync.ports import Host
from sync.push import Caller


class BlockRequest(Wire, frozen=True, kw_only=True):
    """A professional whom the space has met."""

    party_id: UUID


class BlockController(Controller):
    """Shutting a professional out."""

    path = "/v1/spaces/{space_id:uuid}/blocks"
    tags = ("rights",)
    dependencies = {"once": Provide(provide_device_once, sync_to_thread=False)}

    @post(operation_id="blockProfessional", status_code=201, summary="Shut a professional out.")
    async def block(
        self,
        once: NamedDependency[Once],
        host: NamedDependency[Host],
        device: NamedDependency[Caller],
        space_id: FromPath[UUID],
        data: JSONBody[BlockRequest],
    ) -> Response[Blocked]:
        """End what they were given and their place in the care team, from now on.

        For who decides for the person, and for a professional whom they made
        administrator.
        """
        return await once.answer(
            lambda office: office.write(
                lambda work: service.block(work, host, device, space_id, data.party_id)
            ),
            admit=lambda office, told: office.read(
                lambda work: service.admit(work, host, device, space_id)
            ),
        )

    @delete("/{record_id:uuid}", operation_id="unblockProfessional", summary="Lift a block.")
    async def unblock(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        device: NamedDependency[Caller],
        space_id: FromPath[UUID],
        record_id: FromPath[UUID],
    ) -> None:
        """Lift it; nothing opens again before a new consent."""
        await office.write(lambda work: service.unblock(work, host, device, space_id, record_id))
