"""The way in: one CDA document, read as far as it can be."""

from collections.abc import Iterable
from datetime import date
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from backend.documents.cda import limits
from backend.documents.cda.concepts import codes_of
from backend.documents.cda.entries.history import stay_of_header
from backend.documents.cda.files import file_of, type_doubt
from backend.documents.cda.header import read_header
from backend.documents.cda.model import CdaDocument, Draft, Header, Patient
from backend.documents.cda.narrative import Narrative
from backend.documents.cda.reader import read_document
from backend.documents.cda.sections import SectionReading, Surroundings, read_sections
from backend.documents.cda.tree import child

_BODY = "/ClinicalDocument/component"
_TO_CHECK = {
    "clinical_status": ("état", "status"),
    "measured_at": ("date", "date"),
    "occurred_on": ("date", "date"),
    "status": ("état", "status"),
}


def read_patient(data: bytes) -> Patient:
    """Read whom a CDA R2 document is about, and nothing else of it.

    Raises:
        DocumentEmpty, DocumentTooLarge, DocumentNotXml, DocumentHostile,
            DocumentNotCda: See `reader.read_document`.
    """
    element, _ = read_document(data)
    header, _ = read_header(element, Narrative(element))
    return header.patient


def read_cda(data: bytes, *, today: date | None = None) -> CdaDocument:
    """Read a CDA R2 document: header, sections, files, and drafts of records.

    A document that cannot be read in full is read as far as it goes;
    `not_understood` says what was left.

    Args:
        data: The bytes of the document.
        today: The day on which it is read: what has ended since it was written is
            over. None reads it as on the day it was written.

    Raises:
        DocumentEmpty, DocumentTooLarge, DocumentNotXml, DocumentHostile,
            DocumentNotCda: See `reader.read_document`.

    Source: HL7 CDA R2; ANS CI-SIS.
    """
    element, is_wrapped = read_document(data)
    narrative = Narrative(element)
    header, zone = read_header(element, narrative)
    around = Surroundings(
        narrative=narrative,
        zone=zone,
        header=header,
        today=None if today is None else today.isoformat(),
        is_french=_is_french(header),
    )
    document = CdaDocument(
        header=header,
        body_kind="none",
        is_self_presentable=is_wrapped,
        understood=("header",),
        not_understood=tuple(_gaps(header)),
    )
    return _with_body(document, child(element, "component"), around)


def _with_body(
    document: CdaDocument, component: Element | None, around: Surroundings
) -> CdaDocument:
    structured = child(component, "structuredBody")
    if structured is not None:
        path = f"{_BODY}/structuredBody"
        return _with_sections(document, read_sections(structured, path, around), around)
    text = child(component, "nonXMLBody/text")
    if text is None:
        return replace(document, not_understood=_unique(document.not_understood, ["body"]))
    found = file_of(text, f"{_BODY}/nonXMLBody/text")
    if isinstance(found, str):
        return replace(
            document,
            body_kind="file",
            not_understood=_unique(document.not_understood, ["body", found]),
        )
    doubt = type_doubt(found)
    return replace(
        document,
        body_kind="file",
        files=(found,),
        understood=_unique(document.understood, ["file"]),
        not_understood=_unique(document.not_understood, [] if doubt is None else [doubt]),
    )


def _with_sections(
    document: CdaDocument, readings: Iterable[SectionReading], around: Surroundings
) -> CdaDocument:
    stay = stay_of_header(around.header, is_french=around.is_french)
    drafts = [] if stay is None else [stay]
    found: list[SectionReading] = []
    for reading in readings:
        found.append(reading)
        drafts.extend(reading.drafts)
        if len(drafts) > limits.DRAFTS_MAX:
            break
    kept = [_marked(draft, is_french=around.is_french) for draft in drafts[: limits.DRAFTS_MAX]]
    files = [file for reading in found for file in reading.files][: limits.FILES_MAX]
    too_many = ["too-many-entries"] if len(drafts) > len(kept) else []
    return replace(
        document,
        body_kind="structured",
        sections=tuple(reading.section for reading in found),
        files=tuple(files),
        drafts=tuple(kept),
        understood=_unique(
            document.understood,
            ["history"] if stay is not None else [],
            *(reading.understood for reading in found),
        ),
        not_understood=_unique(
            document.not_understood, too_many, *(reading.not_understood for reading in found)
        ),
    )


def _marked(draft: Draft, *, is_french: bool) -> Draft:
    # The mark stays with the record: who confirms it must see what was guessed.
    if not draft.doubts:
        return draft
    place = 0 if is_french else 1
    words = ", ".join(_TO_CHECK[doubt][place] for doubt in draft.doubts)
    note = (
        f"À vérifier, car le document ne le précise pas : {words}."
        if is_french
        else f"To check, since the document does not say: {words}."
    )
    comment = "\n".join(part for part in (draft.body.get("comment"), note) if part)
    body = {**draft.body, "comment": comment[-limits.COMMENT_LENGTH_MAX :]}
    return replace(draft, body=body)


def _is_french(header: Header) -> bool:
    return header.language is None or header.language.lower().startswith("fr")


def _gaps(header: Header) -> Iterable[str]:
    required = {
        "unique-id": header.unique_id,
        "type": header.type.code or codes_of(header.type),
        "title": header.title,
        "created": header.created,
        "patient": header.patient.ids or header.patient.birth_date,
        "authors": header.authors,
        "confidentiality": any(one.code for one in header.confidentiality),
    }
    return [name for name, value in required.items() if not value]


def _unique(*lists: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for words in lists for word in words))
