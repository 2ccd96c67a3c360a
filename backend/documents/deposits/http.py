"""Professionals' deposits over HTTP: decode, call one use case, encode."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, MediaType, Request, Response, delete, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from msgspec.structs import replace

from backend.access.reading.model import EntryView
from backend.access.reading.service import etag_of
from backend.documents.deposits import keeping, service
from backend.documents.deposits.admission import admit_author, find_destination
from backend.documents.deposits.arrival import Arrival, whom_of_upload
from backend.documents.deposits.correcting import Correction, correct_document
from backend.documents.deposits.model import DepositPage, EntryDeposit, EntryDeposited, Orders
from backend.documents.deposits.rules import AT_ONCE, read_orders
from backend.documents.http import (
    DepositOperation,
    FileNameHeader,
    TitleHeader,
    TypeHeader,
    provide_desk,
)
from backend.documents.intake import intake
from backend.documents.model import Deposited
from backend.documents.reading import Upload
from backend.documents.receiving import decoded, read_body
from backend.documents.service import Desk
from backend.identity.model import Ins, InsOid
from backend.identity.professionals.model import ProfessionalCaller
from backend.identity.spaces.finding import Whom
from backend.identity.wire import Wire, seat_of
from backend.kernel.if_match import ETAG, IfMatchHeader, conditions
from backend.kernel.once import KeyHeader, Once
from backend.kernel.work import Office
from sync.ports import Host

_OF_A_DEPOSIT = (
    "Content-Type",
    "Document-Title",
    "Document-Type",
    "Document-File-Name",
    "If-Match",
    "Patient-INS",
    "Patient-INS-System",
    "Patient-Birth-Date",
    "Visible-To-Patient",
    "Hidden-From-Representatives",
)
_WHEN = (
    "When the patient sees it: `at-once`, `when-released` by a professional who told them, or "
    "an instant within 30 days (RFC 3339)."
)

InsHeader = Annotated[
    str | None,
    HeaderParameter(
        name="Patient-INS",
        max_length=15,
        description="The patient's number; CDA has its own.",
        examples=[Example(value="261046322012345")],
    ),
]
InsSystemHeader = Annotated[
    InsOid,
    HeaderParameter(name="Patient-INS-System", description="Who gave the number out."),
]
BirthDateHeader = Annotated[
    date | None, HeaderParameter(name="Patient-Birth-Date", description="With the number.")
]
VisibleHeader = Annotated[
    str, HeaderParameter(name="Visible-To-Patient", max_length=40, description=_WHEN)
]
RepresentativesHeader = Annotated[
    bool,
    HeaderParameter(
        name="Hidden-From-Representatives",
        description="A minor's secret: their legal representatives never see it.",
    ),
]
_CONDITIONS = conditions("It has changed since it was read.")


class EntryRequest(Wire, frozen=True, kw_only=True):
    """An entry of a patient. `fields` are those of its collection's schema."""

    ins: Ins
    birth_date: date
    collection: Annotated[str, msgspec.Meta(max_length=64, examples=["conditions"])]
    fields: dict[str, Any]
    visible_to_patient: Annotated[str, msgspec.Meta(max_length=40, description=_WHEN)] = AT_ONCE
    hidden_from_representatives: bool = False


class CorrectionRequest(Wire, frozen=True, kw_only=True):
    """Every field of an entry, as it is to be."""

    fields: dict[str, Any]


def provide_once(
    request: Request[Any, Any, Any],
    office: NamedDependency[Office],
    professional: NamedDependency[ProfessionalCaller],
    idempotency_key: KeyHeader = None,
) -> Once:
    """Let software that did not hear an answer send its deposit again."""
    return Once(request, office, seat_of(professional), headers=_OF_A_DEPOSIT)


class DepositController(Controller):
    """What professionals bring, and what they do with it after."""

    path = "/v1/deposits"
    tags = ("deposits",)
    dependencies = {
        "desk": Provide(provide_desk, sync_to_thread=False),
        "once": Provide(provide_once, sync_to_thread=False),
    }

    @post(
        "/documents",
        operation_id="depositProfessionalDocument",
        summary="Deposit a document for a patient, as a professional.",
        status_code=201,
        operation_class=DepositOperation,
        request_max_body_size=None,  # Counted as it comes, so that the refusal says the limit.
        responses={
            200: ResponseSpec(Deposited, description="It was there already; nothing was written.")
        },
    )
    async def deposit_document(
        self,
        request: Request[Any, Any, Any],
        desk: NamedDependency[Desk],
        professional: NamedDependency[ProfessionalCaller],
        once: NamedDependency[Once],
        ins: InsHeader = None,
        ins_system: InsSystemHeader = InsOid.NIR,
        birth_date: BirthDateHeader = None,
        title: TitleHeader = None,
        type_code: TypeHeader = None,
        file_name: FileNameHeader = None,
        visible_to_patient: VisibleHeader = AT_ONCE,
        *,
        from_representatives: RepresentativesHeader = False,
    ) -> Response[Deposited]:
        """Take the bytes of the body for whom a CDA names, or the headers name.

        No consent to read is needed, and nothing of the record is told. Correct and
        withdraw it by the identifier that is answered.
        """
        orders = _orders(desk.office, visible_to_patient, from_representatives=from_representatives)
        with intake().place(professional.professional_id):
            data = await read_body(request)
            media_type = request.headers.get("content-type", "")
            said = Arrival(ins=ins, ins_system=ins_system, birth_date=birth_date)
            whom = await whom_of_upload(said, data, media_type)
            upload = Upload(
                space_id=await find_destination(desk.office, professional, whom, orders),
                depositor_id=professional.professional_id,
                data=data,
                media_type=media_type,
                title=decoded(title, "/title"),
                type_code=type_code,
                file_name=decoded(file_name, "/file_name"),
                provenance=service.provenance_of(professional, orders),
            )
            return await once.answer(
                lambda office: service.deposit_document(
                    replace(desk, office=office), professional, upload
                ),
                status=_status,
                body=upload.data,
            )

    @post(
        "/entries",
        operation_id="depositEntry",
        summary="Deposit an entry for a patient, as a professional.",
        status_code=201,
    )
    async def deposit_entry(
        self,
        desk: NamedDependency[Desk],
        professional: NamedDependency[ProfessionalCaller],
        once: NamedDependency[Once],
        data: JSONBody[EntryRequest],
    ) -> Response[EntryDeposited]:
        """File an entry that says who wrote it; pointers of refusals lead into `fields`."""
        orders = _orders(
            desk.office,
            data.visible_to_patient,
            from_representatives=data.hidden_from_representatives,
        )
        whom = Whom(ins=data.ins, birth_date=data.birth_date)
        order = EntryDeposit(
            space_id=await find_destination(desk.office, professional, whom, orders),
            collection=data.collection,
            fields=data.fields,
            orders=orders,
        )
        return await once.answer(
            lambda office: service.deposit_entry(office, desk.host, professional, order)
        )

    @get(operation_id="listDeposits", summary="List what you deposited, the newest first.")
    async def list_deposits(
        self,
        office: NamedDependency[Office],
        professional: NamedDependency[ProfessionalCaller],
        after: Annotated[
            str | None, QueryParameter(max_length=100, description="The `next` of the page before.")
        ] = None,
    ) -> DepositPage:
        """Return identifiers and instants: your software knows for whom each was."""
        return await office.read(lambda work: keeping.list_deposits(work, professional, after))

    @get(
        "/{record_id:uuid}",
        operation_id="readDeposit",
        summary="Read what you deposited, as it stands.",
        response_headers=[ETAG],
    )
    async def read_deposit(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        professional: NamedDependency[ProfessionalCaller],
        record_id: FromPath[UUID],
    ) -> Response[EntryView]:
        """Return the record that you brought; the person's journal says that you read it."""
        entry = await office.write(
            lambda work: keeping.read_deposit(work, host, professional, record_id)
        )
        return _shown(entry)

    @put(
        "/documents/{record_id:uuid}",
        operation_id="correctDocument",
        summary="Put a corrected file in the place of one that you deposited.",
        operation_class=DepositOperation,
        request_max_body_size=None,
        responses=_CONDITIONS,
    )
    async def correct_document(
        self,
        request: Request[Any, Any, Any],
        desk: NamedDependency[Desk],
        professional: NamedDependency[ProfessionalCaller],
        once: NamedDependency[Once],
        record_id: FromPath[UUID],
        if_match: IfMatchHeader = "",
        title: TitleHeader = None,
        type_code: TypeHeader = None,
        file_name: FileNameHeader = None,
        visible_to_patient: VisibleHeader = AT_ONCE,
    ) -> Response[Deposited]:
        """File a new version; the former one stays, superseded, hidden from whom it was."""
        orders = _orders(desk.office, visible_to_patient, from_representatives=False)
        space_id = await desk.office.read(lambda work: admit_author(work, professional, record_id))
        with intake().place(professional.professional_id):
            upload = Upload(
                space_id=space_id,
                depositor_id=professional.professional_id,
                data=await read_body(request),
                media_type=request.headers.get("content-type", ""),
                title=decoded(title, "/title"),
                type_code=type_code,
                file_name=decoded(file_name, "/file_name"),
                replaces=record_id,
            )
            correction = Correction(upload=upload, orders=orders, if_match=if_match)
            return await once.answer(
                lambda office: correct_document(
                    replace(desk, office=office), professional, correction
                ),
                status=_status,
                body=upload.data,
            )

    @put(
        "/entries/{record_id:uuid}",
        operation_id="correctEntry",
        summary="Correct an entry that you deposited.",
        response_headers=[ETAG],
        responses=_CONDITIONS,
    )
    async def correct_entry(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        professional: NamedDependency[ProfessionalCaller],
        record_id: FromPath[UUID],
        data: JSONBody[CorrectionRequest],
        if_match: IfMatchHeader = "",
    ) -> Response[EntryView]:
        """Put all fields; from whom the entry is kept does not change."""
        entry = await office.write(
            lambda work: keeping.correct_entry(
                work, host, professional, record_id, fields=data.fields, if_match=if_match
            )
        )
        return _shown(entry)

    @delete(
        "/{record_id:uuid}",
        operation_id="withdrawDeposit",
        status_code=204,
        summary="Withdraw what you deposited.",
    )
    async def withdraw(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        professional: NamedDependency[ProfessionalCaller],
        record_id: FromPath[UUID],
    ) -> None:
        """Mark a document as an error, or take an entry back; the journal keeps it."""
        await office.write(lambda work: keeping.withdraw(work, host, professional, record_id))

    @post(
        "/{record_id:uuid}/release",
        operation_id="releaseDeposit",
        status_code=204,
        summary="Let the patient see what you deposited: you have told them.",
    )
    async def release(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        professional: NamedDependency[ProfessionalCaller],
        record_id: FromPath[UUID],
    ) -> None:
        """Lift the announcement delay; nothing happens where there is none."""
        await office.write(
            lambda work: keeping.release_deposit(work, host, professional, record_id)
        )


class ReleaseController(Controller):
    """Announcement delays, lifted by whoever told the patient."""

    path = "/v1/spaces/{space_id:uuid}/entries/{record_id:uuid}/release"
    tags = ("deposits",)

    @post(
        operation_id="releaseEntry",
        status_code=204,
        summary="Let the patient see an entry that you have told them of.",
    )
    async def release(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        professional: NamedDependency[ProfessionalCaller],
        space_id: FromPath[UUID],
        record_id: FromPath[UUID],
    ) -> None:
        """Lift the delay of the entry, and of the document it belongs to with all in it."""
        await office.write(
            lambda work: keeping.release_entry(
                work, host, professional, space_id=space_id, record_id=record_id
            )
        )


def _status(deposited: Deposited) -> int:
    return 200 if deposited.status == "duplicate" else 201


def _orders(office: Office, visible: str, *, from_representatives: bool) -> Orders:
    return read_orders(visible, from_representatives=from_representatives, now=office.clock())


def _shown(entry: EntryView) -> Response[EntryView]:
    headers = {"ETag": etag_of(bytes(entry.body))}
    return Response(entry, media_type=MediaType.JSON, headers=headers)
