"""Documents over HTTP: bytes in, bytes out."""

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency, Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import (
    Example,
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)
from litestar.params import FromPath, HeaderParameter
from litestar.response import Stream
from msgspec import Struct
from msgspec.structs import replace

from backend.documents.blobs import BlobStore
from backend.documents.errors import RangeNotSatisfiable
from backend.documents.formats import FORMATS
from backend.documents.intake import intake
from backend.documents.limits import (
    CHUNK_BYTES,
    CHUNKS_PER_PIECE,
    DOCUMENT_BYTES_MAX,
)
from backend.documents.model import Deposited
from backend.documents.ports import Patients
from backend.documents.reading import DEFAULT_TYPE, Upload, offered_types
from backend.documents.receiving import decoded, read_body
from backend.documents.service import (
    Content,
    Desk,
    admit_viewer,
    deposit_as_viewer,
    open_content,
)
from backend.kernel.once import KeyHeader, Once
from backend.kernel.problems import MEDIA_TYPE, ProblemDetails, problem_response
from backend.kernel.work import Office
from sync.ports import Host
from sync.push import Caller

_PIECE_BYTES = CHUNK_BYTES * CHUNKS_PER_PIECE
_RANGE = re.compile(r"\s*bytes\s*=\s*([0-9]{0,18})\s*-\s*([0-9]{0,18})\s*")
_OF_A_DEPOSIT = ("Content-Type", "Document-Title", "Document-Type", "Document-File-Name")
# A document is shown by an app that knows what it does, never by a browser on our address.
_SAFE = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}

TitleHeader = Annotated[
    str | None,
    HeaderParameter(
        name="Document-Title",
        description="Percent-encoded UTF-8. Needed unless the document is CDA, which has its own.",
        examples=[Example(value="Radio%20du%20genou")],
    ),
]
TypeHeader = Annotated[
    str | None,
    HeaderParameter(
        name="Document-Type",
        description=f"One of the offered types; {DEFAULT_TYPE} when left out. CDA has its own.",
        examples=[Example(value="DOCPAT04")],
    ),
]
FileNameHeader = Annotated[
    str | None,
    HeaderParameter(
        name="Document-File-Name",
        description="Percent-encoded UTF-8. Its extension must agree with the content.",
        examples=[Example(value="radio.pdf")],
    ),
]


class Label(Struct, frozen=True, kw_only=True):
    """The same words in each language."""

    fr: str
    en: str


class OfferedFormat(Struct, frozen=True, kw_only=True):
    """A kind of file that is taken, and what it may be called."""

    kind: str
    media_types: tuple[str, ...]
    extensions: tuple[str, ...]


class OfferedType(Struct, frozen=True, kw_only=True):
    """A type under which people may file their own documents."""

    code: str
    system: str
    label: Label


class DocumentLimits(Struct, frozen=True, kw_only=True):
    """What may be deposited."""

    size_bytes_max: int
    formats: tuple[OfferedFormat, ...]
    types: tuple[OfferedType, ...]
    default_type: str


LIMITS = DocumentLimits(
    size_bytes_max=DOCUMENT_BYTES_MAX,
    formats=tuple(
        OfferedFormat(kind=one.kind, media_types=one.media_types, extensions=one.extensions)
        for one in FORMATS
    ),
    types=tuple(
        OfferedType(
            code=one.code,
            system=one.system,
            label=Label(fr=one.label_fr, en=one.label_en or one.label_fr),
        )
        for one in offered_types()
    ),
    default_type=DEFAULT_TYPE,
)


@dataclass
class DepositOperation(Operation):
    """The description of a deposit, whose body the framework does not see."""

    def __post_init__(self) -> None:
        binary = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        self.request_body = RequestBody(
            description="The file itself.",
            required=True,
            content={
                media_type: OpenAPIMediaType(schema=binary)
                for one in FORMATS
                for media_type in one.media_types
            },
        )


def provide_desk(
    office: NamedDependency[Office],
    host: NamedDependency[Host],
    blobs: NamedDependency[BlobStore],
    patients: NamedDependency[Patients],
) -> Desk:
    """Put together what the use cases of this room need."""
    return Desk(office, host, blobs, patients)


def provide_once(
    request: Request[Any, Any, Any],
    office: NamedDependency[Office],
    device: NamedDependency[Caller],
    idempotency_key: KeyHeader = None,
) -> Once:
    """Let a device that did not hear an answer send its file again."""
    party = f"device|{device.party_id}|{device.device_id}"
    return Once(request, office, party, headers=_OF_A_DEPOSIT)


class DocumentController(Controller):
    """Clinical documents and their bytes."""

    path = "/v1"
    tags = ("documents",)
    dependencies = {
        "desk": Provide(provide_desk, sync_to_thread=False),
        "once": Provide(provide_once, sync_to_thread=False),
    }

    @get(
        "/documents/limits",
        operation_id="getDocumentLimits",
        summary="Read which files may be deposited, how large, and under which types.",
    )
    async def limits(self, device: NamedDependency[Caller]) -> DocumentLimits:
        """Return the limits of a deposit, with the words of each type in two languages."""
        return LIMITS

    @post(
        "/spaces/{space_id:uuid}/documents",
        operation_id="depositDocument",
        summary="Deposit a document.",
        status_code=201,
        operation_class=DepositOperation,
        request_max_body_size=None,  # Counted below, so that the refusal says the limit.
        responses={
            200: ResponseSpec(Deposited, description="It was there already; nothing was written.")
        },
    )
    async def deposit(
        self,
        request: Request[Any, Any, Any],
        desk: NamedDependency[Desk],
        device: NamedDependency[Caller],
        once: NamedDependency[Once],
        space_id: FromPath[UUID],
        title: TitleHeader = None,
        type_code: TypeHeader = None,
        file_name: FileNameHeader = None,
    ) -> Response[Deposited]:
        """Take the bytes of the body, whose `Content-Type` says what they are.

        A CDA R2 document is read: its header becomes the metadata, its entries
        become drafts for a person to confirm. Sending the same bytes again
        answers 200 and writes nothing. What the file is called travels in
        headers, since addresses end up in logs.
        """
        with intake().place(device.party_id):
            upload = Upload(
                space_id=space_id,
                depositor_id=device.party_id,
                data=await read_body(request),
                media_type=request.headers.get("content-type", ""),
                title=decoded(title, "/title"),
                type_code=type_code,
                file_name=decoded(file_name, "/file_name"),
            )
            return await once.answer(
                lambda office: deposit_as_viewer(
                    replace(desk, office=office), upload, device.device_id
                ),
                status=lambda deposited: 200 if deposited.status == "duplicate" else 201,
                body=upload.data,
                admit=lambda *_: admit_viewer(desk, upload),
            )

    @get(
        "/spaces/{space_id:uuid}/documents/{record_id:uuid}/content",
        operation_id="getDocumentContent",
        summary="Read the bytes of a document, whole or a range of them.",
        media_type="application/octet-stream",
        response_headers=[
            ResponseHeader(
                name="ETag",
                description="The SHA-256 of the whole content.",
                documentation_only=True,
            ),
            ResponseHeader(
                name="Accept-Ranges", description="Always `bytes`.", documentation_only=True
            ),
        ],
        responses={
            206: ResponseSpec(
                bytes, description="The range.", media_type="application/octet-stream"
            ),
            304: ResponseSpec(None, description="The caller has it.", generate_examples=False),
            416: ResponseSpec(
                ProblemDetails,
                description="The range lies beyond the end.",
                media_type=MEDIA_TYPE,
                generate_examples=False,
            ),
        },
    )
    async def content(
        self,
        request: Request[Any, Any, Any],
        desk: NamedDependency[Desk],
        device: NamedDependency[Caller],
        space_id: FromPath[UUID],
        record_id: FromPath[UUID],
    ) -> Response[bytes] | Stream:
        """Return the bytes as they were deposited, to be saved and never run.

        One range is served at a time; a request for several gets the whole.
        """
        content = await open_content(desk, device, space_id, record_id)
        etag = f'"{content.sha256}"'
        if _matches(request.headers.get("if-none-match", ""), etag):
            return Response(b"", status_code=304, headers={**_SAFE, "ETag": etag})
        wanted = request.headers.get("range", "")
        if request.headers.get("if-range", etag) != etag:
            wanted = ""  # The beginning that the caller has is of something else.
        try:
            span = _span(wanted, content.size_bytes)
        except RangeNotSatisfiable as refusal:
            return _unsatisfiable(request, refusal, content.size_bytes)
        return await _answer(content, span, etag)


async def _answer(content: Content, span: range | None, etag: str) -> Stream:
    whole = range(content.size_bytes)
    sent = whole if span is None else span
    extension = next(
        (one.extensions[0] for one in FORMATS if content.media_type in one.media_types), ""
    )
    # Neither the title nor the name it came with: both may tell what the matter is.
    name = f"document-{content.record_id.hex[:8]}{extension}"
    headers = {
        **_SAFE,
        "ETag": etag,
        # Here, because the framework would add an encoding that nobody knows to a text.
        "Content-Type": content.media_type,
        "Content-Length": str(len(sent)),
        "Content-Disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}",
    }
    if span is not None:
        headers["Content-Range"] = f"bytes {sent.start}-{sent.stop - 1}/{content.size_bytes}"
    # The first piece is opened before anything is answered: what does not open is a 503.
    first = await content.read(sent.start, min(sent.start + _PIECE_BYTES, sent.stop))
    return Stream(
        _pieces(content, sent, first),
        status_code=200 if span is None else 206,
        headers=headers,
    )


async def _pieces(content: Content, sent: range, first: bytes) -> AsyncIterator[bytes]:
    yield first
    for start in range(sent.start + _PIECE_BYTES, sent.stop, _PIECE_BYTES):
        yield await content.read(start, min(start + _PIECE_BYTES, sent.stop))


def _unsatisfiable(
    request: Request[Any, Any, Any], refusal: RangeNotSatisfiable, size: int
) -> Response[bytes]:
    response = problem_response(request, refusal.code, detail=refusal.detail)
    response.headers["Content-Range"] = f"bytes */{size}"
    return response


def _matches(header: str, etag: str) -> bool:
    """Say whether `If-None-Match` names what we have; weak ones compare equal here."""
    tags: Iterable[str] = (tag.strip().removeprefix("W/") for tag in header.split(","))
    return any(tag in ("*", etag) for tag in tags)


def _span(header: str, size: int) -> range | None:
    """Read a `Range` header; None for no range, or one that is not served.

    Raises:
        RangeNotSatisfiable: It lies beyond the end.

    Source: RFC 9110, section 14.
    """
    match = _RANGE.fullmatch(header)
    if match is None or not (match[1] or match[2]):
        return None
    if match[1]:
        start = int(match[1])
        end = min(int(match[2]) + 1, size) if match[2] else size
        if match[2] and int(match[2]) < start:
            return None
    else:
        start, end = max(0, size - int(match[2])), size
    if start >= end:
        raise RangeNotSatisfiable("The range lies beyond the end of the document.")
    return range(start, end)
