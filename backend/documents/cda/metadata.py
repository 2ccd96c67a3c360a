"""From the header to the metadata under which a document is filed."""

import hashlib
import re

from backend.documents.cda import limits
from backend.documents.cda.concepts import codes_of, coding, named
from backend.documents.cda.model import (
    CdaDocument,
    Concept,
    Header,
    InstanceIdentifier,
    Json,
    Party,
    TimeStamp,
)
from backend.documents.cda.times import instant_text
from backend.documents.cda.tree import one_line
from backend.documents.terminology import (
    confidentiality_codes,
    document_types,
    format_codes,
    system_uri,
    value_set,
)

_MEDIA_TYPE = "text/xml"
_LEVELS = ("V", "R", "N")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_UNKNOWN_TYPE = ("unknown", "urn:oid:1.2.250.1.213.1.1.4.12")
_AUTHORS_MAX = 20
_EVENTS_MAX = 50
_WORDS_MAX = 200
_IDENTIFIER_LENGTH_MAX = 255


def document_metadata(cda: CdaDocument, *, data: bytes) -> Json:
    """Write the body of the `documents` record of a CDA document.

    The caller adds what only the server knows: `patient_matched`, `replaces`
    (the record of `cda.header.replaces`), `file_name`, and `created_at` for a
    document that does not say when it was made.

    Args:
        cda: What was read in the document.
        data: The bytes that were read.

    Source: CI-SIS, XDS metadata taken from the CDA header.
    """
    header = cda.header
    body: Json = {
        **_kind(header),
        "title": _title(header),
        "created_at": _instant(header.created),
        **_service(header),
        "authors": _authors(header),
        "custodian": None if header.custodian is None else header.custodian.name,
        "confidentiality": _confidentiality(header),
        "language": _language(header),
        "media_type": _MEDIA_TYPE,
        "format_code": _format_code(cda),
        "size_bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "unique_id": _identifier(header.unique_id),
        "set_id": _identifier(header.set_id),
        "version_number": header.version_number or None,
        "status": "current",
        "events": _events(header),
        "practice_setting": _coding(_practice_setting(header), "practice_settings"),
        "facility_type": _coding(_facility_type(header), "facility_types"),
        "understood": _words(cda.understood),
        "not_understood": _words(cda.not_understood),
    }
    return {name: value for name, value in body.items() if value not in (None, [], ())}


def _kind(header: Header) -> Json:
    codes = codes_of(header.type)
    if not codes:
        return {"type_code": _UNKNOWN_TYPE[0], "type_system": _UNKNOWN_TYPE[1]}
    system = system_uri(codes[0].system) or ""
    known = document_types().get((system, codes[0].code or ""))
    return {
        "type_code": codes[0].code,
        "type_system": system,
        "class_code": None if known is None else known.class_code,
    }


def _title(header: Header) -> str:
    codes = codes_of(header.type)
    types = document_types()
    labels = [types.get((system_uri(one.system) or "", one.code or "")) for one in codes[:1]]
    known = next((one.label_fr for one in labels if one is not None), None)
    return header.title or header.type.display or known or "Document"


def _service(header: Header) -> Json:
    periods = [event.period for event in header.events]
    period = next((one for one in periods if one.start is not None or one.end is not None), None)
    if period is None:
        return {}
    start, end = period.start, period.end
    if start is not None and end is not None and end.at < start.at:
        end = None
    return {"service_start_at": _instant(start), "service_end_at": _instant(end)}


def _authors(header: Header) -> list[Json]:
    found = (_author(party) for party in header.authors[:_AUTHORS_MAX])
    return [author for author in found if author is not None]


def _author(party: Party) -> Json | None:
    organization = None if party.organization is None else party.organization.name
    person = None if party.name is None else party.name.display
    specialty = party.code or Concept()
    identifier = next((one for one in party.ids if one.extension is not None), None)
    names = (person, party.device, organization, named(specialty))
    name = next((one for one in names if one is not None), None)
    if name is None:
        return None
    known = value_set("author_specialties").get(specialty.code or "")
    label = specialty.display or (None if known is None else known.label_fr)
    body = {
        "name": one_line(name, length_max=limits.LINE_LENGTH_MAX),
        "specialty_code": next((one.code for one in codes_of(specialty)), None),
        "specialty_label": one_line(label, length_max=limits.LINE_LENGTH_MAX),
        "organization": organization,
        "at": _instant(party.period.start),
    }
    system = None if identifier is None else system_uri(identifier.root)
    if identifier is not None and identifier.extension and system is not None:
        value = one_line(identifier.extension, length_max=_IDENTIFIER_LENGTH_MAX)
        body |= {"identifier": value, "identifier_system": system}
    return {key: value for key, value in body.items() if value is not None}


def _confidentiality(header: Header) -> list[str]:
    """Keep the codes of the national list: one level, the strictest, and the others.

    A code that nobody knows may hide anything: the document is then very
    restricted until somebody has looked.
    """
    known = {code for _, code in confidentiality_codes()}
    found = {one.code for one in header.confidentiality if one.code in known}
    is_sure = bool(header.confidentiality) and len(found) > 0
    if not is_sure or any(one.code not in known for one in header.confidentiality):
        found.add("V")
    level = next((one for one in _LEVELS if one in found), "N")
    others = sorted(str(code) for code in found if code not in _LEVELS)
    return [level, *others]


def _language(header: Header) -> str | None:
    language = header.language
    if language is None or len(language) > 35 or _LANGUAGE.fullmatch(language) is None:
        return None
    return language


def _format_code(cda: CdaDocument) -> str | None:
    codes = format_codes()
    if cda.body_kind == "file":
        return codes.get(("media-type", cda.files[0].true_type)) if cda.files else None
    templates = (("template", template.root) for template in reversed(cda.header.templates))
    return next((codes[key] for key in templates if key in codes), None)


def _events(header: Header) -> list[Json]:
    found: list[Json] = []
    for event in header.events:
        codes = [] if event.code is None else codes_of(event.code)
        for one in codes[:1]:
            written = coding(one)
            if written not in found:
                found.append(written)
    return found[:_EVENTS_MAX]


def _practice_setting(header: Header) -> Concept | None:
    for event in header.events:
        for performer in event.performers:
            if performer.organization is not None and performer.organization.practice_setting:
                return performer.organization.practice_setting
    return None


def _facility_type(header: Header) -> Concept | None:
    return None if header.encounter is None else header.encounter.facility_type


def _coding(concept: Concept | None, name: str) -> Json | None:
    codes = [] if concept is None else codes_of(concept)
    if not codes:
        return None
    written = coding(codes[0])
    known = value_set(name).get(codes[0].code or "")
    if "display" not in written and known is not None:
        written["display"] = known.label_fr
    return written


def _instant(stamp: TimeStamp | None) -> str | None:
    return None if stamp is None else instant_text(stamp)


def _identifier(identifier: InstanceIdentifier | None) -> str | None:
    if identifier is None or len(identifier.text) > _IDENTIFIER_LENGTH_MAX:
        return None
    return identifier.text


def _words(words: tuple[str, ...]) -> list[str]:
    return [word[: limits.LINE_LENGTH_MAX] for word in words[:_WORDS_MAX]]
