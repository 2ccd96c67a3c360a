"""What the engine asks of a storage, whichever it is, inside one transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from sync.core.audience import Line, Viewer
from sync.core.change import Change


class Space(msgspec.Struct, frozen=True, kw_only=True):
    """The numbering of one space."""

    space_id: UUID
    head: int
    epoch: int
    is_open: bool


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record as stored; `body` is encoded JSON, None once deleted.

    `category` and `flags` are the host's words for deciding who may see it.
    """

    record_id: UUID
    collection: str
    rev: int
    category: str
    flags: int
    depositor_id: UUID
    author_id: UUID
    deleted: bool
    body: bytes | None


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """An op that was answered: a hash of what was asked, and the encoded outcome."""

    op_id: UUID
    request_hash: bytes
    outcome: bytes


# Who may read a value that stood and gave way: each viewer who sees its record, as before.
EVERYBODY = UUID(int=(1 << 128) - 1)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Values that lost a conflict, kept for who wrote them, or for everybody who saw them."""

    record_id: UUID
    op_id: UUID
    author_id: UUID
    kept_at: datetime
    values: bytes


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What a poll needs: is there anything new, and may the caller still look?"""

    epoch: int
    is_open: bool
    viewer: Viewer


class Writes(msgspec.Struct, kw_only=True):
    """All that one edit of one space leaves to store."""

    head: int
    records: list[Record]
    viewers: list[Viewer]
    lines: list[Line]
    answered: list[Answered]
    kept: list[Kept]


class SpaceStore(Protocol):
    """One space in one transaction."""

    async def lock(self) -> Space | None:
        """Return the space and keep every other writer of it waiting until the end."""

    async def look(self) -> Space | None:
        """Return the space as this transaction sees it."""

    async def viewers(self) -> list[Viewer]:
        """Return every viewer of the space."""

    async def viewer_of(self, party_id: UUID) -> Viewer | None:
        """Return the viewer through which a party looks."""

    async def answered(self, device_id: UUID, op_ids: Collection[UUID]) -> dict[UUID, Answered]:
        """Return what was answered to these ops of a device."""

    async def records(self, record_ids: Collection[UUID]) -> dict[UUID, Record]:
        """Return these records, opened."""

    async def lines(self, record_ids: Collection[UUID]) -> list[Line]:
        """Return the line of each viewer for each of these records."""

    async def kept(self, record_id: UUID, author_id: UUID) -> list[Kept]:
        """Return what an author lost in a record, oldest first."""

    async def page(self, viewer_id: UUID, after: int, limit: int) -> Sequence[Change]:
        """Return a viewer's lines after a number, in order, with their bodies."""

    async def all_ids(self) -> list[UUID]:
        """Return the identifier of every record: for backfills and repairs only."""

    async def save(self, writes: Writes, *, device_id: UUID | None, now: datetime) -> None:
        """Store an edit whole."""
