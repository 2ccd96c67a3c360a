"""How this room takes part in sync."""

from backend.access.orders import ordered
from backend.documents.model import Document
from backend.kernel.collection import collection
from backend.kernel.errors import InvalidInput
from backend.kernel.values import EndBeforeStart, check_code, check_year
from sync.ports import Collection, Policy

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


COLLECTIONS: tuple[Collection, ...] = (
    ordered(
        collection(
            "documents",
            Document,
            check=check_document,
            category=lambda document: document.type_code,
            policy=Policy.APPEND,
        ),
        Document,
        lambda document: document.confidentiality,
        lambda document: document.announced_at,
    ),
)
