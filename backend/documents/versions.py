"""Which version of a document stands."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.documents.model import DocumentStatus


class Version(Struct, frozen=True, kw_only=True):
    """One version of a document that is already in the record."""

    record_id: UUID
    number: int
    created_at: datetime
    is_current: bool
    is_parent: bool = False
    """Whether the new document says that it replaces this one."""


class Succession(Struct, frozen=True, kw_only=True):
    """What a new version does to the others."""

    status: DocumentStatus
    replaces: UUID | None
    superseded: tuple[UUID, ...]


def succeed(number: int, created_at: datetime, others: Sequence[Version]) -> Succession:
    """Place a new version among the others, in whatever order they arrive.

    Numbers decide. Some authors give every version the same one: then the later
    of two stands and, made at the same instant, the one that came last.

    Source: HL7 CDA R2, setId and versionNumber; XDS, replacement of a document.
    """
    place = (number, created_at)
    earlier = [one for one in others if one.is_parent or (one.number, one.created_at) <= place]
    is_last = len(earlier) == len(others)
    nearest = max(earlier, key=lambda one: (one.number, one.created_at), default=None)
    return Succession(
        status="current" if is_last else "superseded",
        replaces=None if nearest is None else nearest.record_id,
        superseded=tuple(one.record_id for one in earlier if one.is_current),
    )
