"""What is read online: entries as their records say them, a page at a time."""

from uuid import UUID

import msgspec


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """One entry that the caller may see now. `body` is that of its collection's schema."""

    record_id: UUID
    collection: str
    body: msgspec.Raw


class EntryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some entries, and where to go on from; `next` is null after the last."""

    entries: list[EntryView]
    next: str | None = None


class EntryAsk(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: a space, one collection or all, after a place, so many at most."""

    space_id: UUID
    collection: str | None
    after: str | None
    limit: int
