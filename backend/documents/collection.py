"""How this room takes part in sync."""

from backend.access.orders import ordered
from backend.access.rules.sensitivity import SETTING, SPECIALTY, TYPE
from backend.access.sections import Clues, watched
from backend.documents.model import Document
from backend.documents.terminology import document_types
from backend.kernel.collection import collection
from backend.kernel.errors import InvalidInput
from backend.kernel.values import EndBeforeStart, check_code, check_year
from sync.ports import Collection, Policy

UNKNOWN_TYPE = "unknown-type"
_LEVELS = frozenset({"N", "R", "V"})


def check_document(body: Document) -> None:
    """Refuse metadata that contradict themselves.

    Raises:
        ImpossibleDate: A year is out of range.
        EndBeforeStart: The act ends before it starts.
        InvalidInput: Confidentiality has two levels or one code twice, or an
            identifier lacks its system.

    Source: CI-SIS JDV_J08: one level, and up to three codes beside it.
    """
    for field in ("created_at", "service_start_at", "service_end_at", "announced_at"):
        check_year(getattr(body, field), pointer=f"/{field}")
    if (
        body.service_start_at is not None
        and body.service_end_at is not None
        and body.service_end_at < body.service_start_at
    ):
        raise EndBeforeStart("The act ends before it starts.", pointer="/service_end_at")
    codes = set(body.confidentiality)
    if len(codes) < len(body.confidentiality) or len(codes & _LEVELS) > 1:
        raise InvalidInput("Confidentiality has one level.", pointer="/confidentiality")
    for place, author in enumerate(body.authors):
        check_year(author.at, pointer=f"/authors/{place}/at")
        check_code(
            author.identifier,
            author.identifier_system,
            pointer=f"/authors/{place}/identifier_system",
        )


def category(body: Document) -> str:
    """Return the type of a document that the published list has; no other word is a category.

    A document names its type itself: it must not pass for another collection.
    """
    is_known = (body.type_system, body.type_code) in document_types()
    return body.type_code if is_known else UNKNOWN_TYPE


def clues(body: Document) -> Clues:
    """Look at what a document is called, its type, who wrote it and where."""
    codes = [(TYPE, body.type_code)]
    texts = [body.title, body.comment, body.file_name, body.custodian]
    for author in body.authors:
        codes.append((SPECIALTY, author.specialty_code or ""))
        texts += (author.name, author.specialty_label, author.organization)
    for place in (body.practice_setting, body.facility_type):
        if place is not None:
            codes.append((SETTING, place.code))
            texts.append(place.display)
    for event in body.events:
        codes.append((event.system, event.code))
        texts.append(event.display)
    return codes, texts


COLLECTIONS: tuple[Collection, ...] = (
    watched(
        ordered(
            collection(
                "documents",
                Document,
                check=check_document,
                category=category,
                policy=Policy.APPEND,
            ),
            Document,
            lambda document: document.confidentiality,
            lambda document: document.announced_at,
        ),
        Document,
        clues,
    ),
)
