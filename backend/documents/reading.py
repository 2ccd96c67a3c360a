"""From bytes to what is to be written: all that can be done before the transaction."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from backend.documents.cda.document import read_cda
from backend.documents.cda.metadata import document_metadata
from backend.documents.cda.model import CdaDocument, Draft, Json
from backend.documents.errors import (
    DocumentsBusy,
    DocumentTitleNeeded,
    DocumentTypeNotOffered,
)
from backend.documents.formats import Format, clean_file_name, recognise
from backend.documents.limits import READERS_MAX, READERS_WAITING_MAX, TITLE_MAX
from backend.documents.model import Document, DraftRefused
from backend.documents.rules import match_patient
from backend.documents.store import Names
from backend.documents.terminology import DocumentType, document_types
from backend.identity.model import PatientIdentity
from backend.kernel.threads import BoundedThreads
from sync.bodies import encode_body
from sync.errors import CollectionUnknown, SyncRefused
from sync.ports import Around, Host

DEFAULT_TYPE = "DOCPAT02"
_OFFERED = (
    *(f"DOCPAT0{n}" for n in range(1, 10)),
    *(f"EXPPAT_{n}" for n in range(1, 4)),
    "74465-6",
)
LEVELS = frozenset({"N", "R", "V"})
_PENDING = "INVISIBLE_PATIENT"
_OF_A_MINOR = "INVISIBLE_REPRESENTANTS_LEGAUX"
_MASKED = "MASQUE_PS"
# What a version leaves out by forgetting it is not lifted by that.
_KEPT = (_OF_A_MINOR, _MASKED)
_NOBODY = UUID(int=0)
_NOT_UNDERSTOOD_MAX = 200
# What two proposals of one thing may differ in and still be the same proposal.
_NOT_OF_THE_MATTER = ("comment", "draft_of", "draft_state", "sensitive")


class Provenance(Struct, frozen=True, kw_only=True):
    """Which professional brings a file, and who is to see it when.

    `orders` are codes of confidentiality beside those that the file has itself.
    """

    author: Json
    """The body of an `Author`: for files that do not name theirs."""
    custodian: str | None = None
    orders: tuple[str, ...] = ()
    announced_at: datetime | None = None


class Upload(Struct, frozen=True, kw_only=True):
    """A file, and what whoever brings it says about it.

    A professional's comes with its provenance, and may replace a former one of theirs.
    """

    space_id: UUID
    depositor_id: UUID
    data: bytes
    media_type: str
    file_name: str | None = None
    title: str | None = None
    type_code: str | None = None
    provenance: Provenance | None = None
    replaces: UUID | None = None


class Prepared(Struct, frozen=True, kw_only=True):
    """An upload that was read: the body of its record but for its place among versions."""

    body: Json
    names: Names
    version_number: int
    created_at: datetime
    drafts: tuple[Draft, ...] = ()
    disagreeing: tuple[str, ...] = ()
    """Traits of the patient that are not the holder's, though the number is."""
    refused: tuple[DraftRefused, ...] = ()


@cache
def readers() -> BoundedThreads:
    """Return the one pool of this process."""
    return BoundedThreads(
        READERS_MAX,
        READERS_WAITING_MAX,
        name="documents",
        busy=lambda: DocumentsBusy("Too many documents are being read."),
    )


@cache
def offered_types() -> tuple[DocumentType, ...]:
    """Return the types under which people may file their own documents.

    Source: CI-SIS JDV_J07, types for patients.
    """
    by_code = {entry.code: entry for entry in document_types().values()}
    return tuple(by_code[code] for code in _OFFERED)


@cache
def professional_types() -> tuple[DocumentType, ...]:
    """Return the types under which professionals file what says no type itself."""
    offered = set(offered_types())
    return tuple(one for one in document_types().values() if one not in offered)


def read_upload(
    upload: Upload, host: Host, *, identity: PatientIdentity, now: datetime
) -> Prepared:
    """Read a file as far as it can be; pure, and long for a large one.

    Raises:
        Refusal: Why it is not taken, or not for this person.
    """
    file_name = clean_file_name(upload.file_name)
    found = recognise(upload.data, media_type=upload.media_type, file_name=file_name)
    if found.kind == "cda":
        prepared = _read_cda(upload.data, identity, now)
    else:
        prepared = _read_plain(upload, found, now)
    # What the profile of the space says, which the drafts are judged beside when they are filed.
    profile = msgspec.json.encode({"birth_date": identity.traits.birth_date})
    drafts, refused = _sound(host, prepared.drafts, Around(now=now, beside=(profile,)))
    if upload.provenance is not None:
        prepared = replace(prepared, body=_with_orders(prepared.body, upload.provenance))
    unsound = (f"{one.collection}:{one.code}" for one in refused)
    reasons = [*dict.fromkeys([*prepared.body.get("not_understood", ()), *unsound])]
    body = {
        **prepared.body,
        **({"file_name": file_name} if file_name else {}),
        **({"not_understood": reasons[:_NOT_UNDERSTOOD_MAX]} if reasons else {}),
    }
    encode_body(host.collections["documents"], {**body, "status": "current"})
    return replace(prepared, body=body, drafts=drafts, refused=refused)


def draft_fields(draft: Draft, document_id: UUID) -> Json:
    """Return the body of a draft's record."""
    return {**draft.body, "draft_of": str(document_id), "draft_state": "draft"}


def matter(body: bytes) -> bytes:
    """Return what a draft's record proposes, for comparison with other proposals."""
    fields: Json = msgspec.json.decode(body)
    kept = {name: value for name, value in fields.items() if name not in _NOT_OF_THE_MATTER}
    return msgspec.json.encode(kept, order="deterministic")


def _read_cda(data: bytes, identity: PatientIdentity, now: datetime) -> Prepared:
    cda = read_cda(data, today=now.date())
    ins = identity.ins
    match = match_patient(
        cda.header.patient,
        ins=None if ins is None else ins.value,
        ins_oid=None if ins is None else ins.oid.value,
        traits=identity.traits,
    )
    created = cda.header.created
    body = {
        "created_at": now.isoformat(),
        **document_metadata(cda, data=data),
        "patient_matched": True,
    }
    return Prepared(
        body=body,
        names=Names(
            # Without an identifier of its own, a document is known by its content.
            unique=f"id {body['unique_id']}" if "unique_id" in body else f"sha {body['sha256']}",
            of_set=body.get("set_id"),
            parent=_parent(cda),
            content=body["sha256"],
        ),
        version_number=body.get("version_number", 1),
        created_at=now if created is None else created.at,
        drafts=cda.drafts,
        disagreeing=match.disagreeing,
    )


def _parent(cda: CdaDocument) -> str | None:
    replaced = cda.header.replaces
    return f"id {replaced.ids[0].text}" if replaced is not None and replaced.ids else None


def _read_plain(upload: Upload, found: Format, now: datetime) -> Prepared:
    title = " ".join((upload.title or "").split())
    if not 0 < len(title) <= TITLE_MAX:
        raise DocumentTitleNeeded(
            f"This file needs a title of at most {TITLE_MAX} characters.", pointer="/title"
        )
    kind = _kind_of(upload)
    sha256 = hashlib.sha256(upload.data).hexdigest()
    body: Json = {
        "title": title,
        "type_code": kind.code,
        "type_system": kind.system,
        "class_code": kind.class_code,
        "created_at": now.isoformat(),
        "confidentiality": ["N"],
        "media_type": found.media_types[0],
        "size_bytes": len(upload.data),
        "sha256": sha256,
    }
    if upload.provenance is not None:
        body |= {"authors": [upload.provenance.author], "custodian": upload.provenance.custodian}
    names = Names(unique=f"sha {sha256}", of_set=None, parent=None, content=sha256)
    return Prepared(body=body, names=names, version_number=1, created_at=now)


def _kind_of(upload: Upload) -> DocumentType:
    """Return the type of a file that does not say its own.

    Raises:
        DocumentTypeNotOffered: None is named, or none that this depositor may use.
    """
    offered = offered_types() if upload.provenance is None else professional_types()
    code = upload.type_code
    if upload.provenance is None:
        code = code or DEFAULT_TYPE
    kind = next((one for one in offered if one.code == code), None)
    if kind is None:
        raise DocumentTypeNotOffered("Choose a type that is offered.", pointer="/type_code")
    return kind


def kept_as(prepared: Prepared, versions: Collection[Document], now: datetime) -> Prepared:
    """Order for a version what stands for the others: it shows nothing that they hide.

    What they say may be in it too, whether its depositor ordered it again or not.
    """
    body, opens_at = prepared.body, list[datetime | None]()
    orders: set[str] = {code for one in versions for code in _KEPT if code in one.confidentiality}
    for one in versions:
        is_over = one.announced_at is not None and one.announced_at <= now
        if _PENDING in one.confidentiality and not is_over:
            opens_at.append(one.announced_at)
    if opens_at:
        orders.add(_PENDING)
        if _PENDING in body["confidentiality"]:
            own = body.get("announced_at")
            opens_at.append(None if own is None else datetime.fromisoformat(own))
        known = [at for at in opens_at if at is not None]
        body = {**body, "announced_at": None}
        if len(known) == len(opens_at):
            body["announced_at"] = max(known).isoformat()
    return replace(prepared, body=_with_codes(body, orders)) if orders else prepared


def _with_orders(body: Json, provenance: Provenance) -> Json:
    """Add what its depositor orders to what a file orders itself: nothing is taken away."""
    body = _with_codes(body, provenance.orders)
    if provenance.announced_at is not None and _PENDING in body["confidentiality"]:
        body["announced_at"] = provenance.announced_at.isoformat()
    return body


def _with_codes(body: Json, orders: Iterable[str]) -> Json:
    codes = {*body["confidentiality"], *orders}
    levels = [code for code in body["confidentiality"] if code in LEVELS]
    return {**body, "confidentiality": [*levels, *sorted(codes - set(levels))]}


def _sound(
    host: Host, drafts: Sequence[Draft], around: Around
) -> tuple[tuple[Draft, ...], tuple[DraftRefused, ...]]:
    """Keep the drafts that make records; say of the others why not."""
    kept, refused = [], []
    for draft in drafts:
        try:
            _refuse_unsound(host, draft, around)
        except (SyncRefused, host.refusal) as error:
            # About this entry only: the document and its other entries stand.
            refused.append(
                DraftRefused(
                    collection=draft.collection,
                    code=getattr(error, "code", "refused"),
                    pointer=getattr(error, "pointer", None),
                    source=draft.source,
                )
            )
        else:
            kept.append(draft)
    return tuple(kept), tuple(refused)


def _refuse_unsound(host: Host, draft: Draft, around: Around) -> None:
    collection = host.collections.get(draft.collection)
    if collection is None:
        raise CollectionUnknown("/collection")
    _, body = encode_body(collection, draft_fields(draft, _NOBODY))
    if collection.fits is not None:
        collection.fits(body, around)
