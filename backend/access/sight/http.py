"""Who may see what, and masks, over HTTP: decode, call one use case, encode."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.access.model import Mask
from backend.access.sight import masks, preview, service
from backend.access.sight.asking import Desk
from backend.access.sight.limits import ENTRIES_PER_PAGE_MAX
from backend.access.sight.masks import StandingMask
from backend.access.sight.model import EntryAudience, MaskPreview, Party, PartyEntries
from backend.access.wire import admit_own, provide_device_once
from backend.kernel.once import Once
from backend.kernel.work import Office
from sync.ports import Host
from sync.push import Caller


async def provide_desk(
    office: NamedDependency[Office],
    host: NamedDependency[Host],
    device: NamedDependency[Caller],
    space_id: FromPath[UUID],
) -> Desk:
    """Say who asks about which space."""
    return Desk(office, host, device, space_id)


class SightController(Controller):
    """Who sees what of one's own space, and why."""

    path = "/v1/spaces/{space_id:uuid}"
    tags = ("rights",)
    dependencies = {"desk": Provide(provide_desk)}

    @get(
        "/entries/{record_id:uuid}/audience",
        operation_id="getEntryAudience",
        summary="Read who may see an entry, who may not, and why.",
    )
    async def audience(
        self, desk: NamedDependency[Desk], record_id: FromPath[UUID]
    ) -> EntryAudience:
        """Return each viewer of the space, and what each profession would see with your consent.

        For whoever decides for the person: the holder, or who represents them.
        """
        return await service.entry_audience(desk, record_id)

    @get(
        "/parties",
        operation_id="listParties",
        summary="List everybody who is or was let into your space.",
    )
    async def parties(self, desk: NamedDependency[Desk]) -> list[Party]:
        """Return each with as what they look, since when and until when."""
        return await service.list_parties(desk)

    @get(
        "/parties/{party_id:uuid}/entries",
        operation_id="listPartyEntries",
        summary="Read what somebody sees of your space, and what not.",
    )
    async def party_entries(
        self,
        desk: NamedDependency[Desk],
        party_id: FromPath[UUID],
        after: Annotated[
            UUID | None, QueryParameter(description="The last entry that you have.")
        ] = None,
        limit: Annotated[
            int,
            QueryParameter(
                description=f"Entries on a page, from 1 to {ENTRIES_PER_PAGE_MAX}.",
                ge=1,
                le=ENTRIES_PER_PAGE_MAX,
                examples=[Example(value=ENTRIES_PER_PAGE_MAX)],
            ),
        ] = ENTRIES_PER_PAGE_MAX,
    ) -> PartyEntries:
        """Return how many entries they see and do not see, for which reasons, and which."""
        return await service.party_entries(desk, party_id, after=after, limit=limit)


class MaskController(Controller):
    """Masks, for whoever is connected; a phone that is not sends them as ops."""

    path = "/v1/spaces/{space_id:uuid}/masks"
    tags = ("rights",)
    dependencies = {"desk": Provide(provide_desk)}

    @post(
        "/preview",
        operation_id="previewMask",
        status_code=200,
        summary="Read who would still see what you mask.",
    )
    async def preview(self, desk: NamedDependency[Desk], data: JSONBody[Mask]) -> MaskPreview:
        """Return for each viewer what they see now and would see after; nothing is masked."""
        return await preview.preview_mask(desk, data)

    @post(
        operation_id="putMask",
        status_code=201,
        dependencies={"once": Provide(provide_device_once, sync_to_thread=False)},
        summary="Mask an entry, or a section of your record.",
    )
    async def put(
        self,
        desk: NamedDependency[Desk],
        once: NamedDependency[Once],
        data: JSONBody[Mask],
    ) -> Response[StandingMask]:
        """Hide it from professionals, one profession or one person, with their next contact.

        A mask on a document is on its versions too, on those to come, and on what
        was read in it. It is a record of the collection `masks`.
        """
        return await once.answer(
            lambda office: office.write(lambda work: masks.put_mask(work, desk, data)),
            admit=admit_own(desk.host, desk.device, desk.space_id),
        )

    @delete(
        "/{record_id:uuid}",
        operation_id="deleteMask",
        summary="Take a mask off.",
    )
    async def drop(self, desk: NamedDependency[Desk], record_id: FromPath[UUID]) -> None:
        """Show the entry again to whom nothing else hides it from."""
        await desk.office.write(lambda work: masks.drop_mask(work, desk, record_id))
