"""What the engine asks of a storage, whichever it is, inside one transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from sync.core.audience import Line, Viewer
from sync.core.change import Change
from sync.core.kept_place import KeptPlace


class Space(msgspec.Struct, frozen=True, kw_only=True):
    """The numbering of one space."""

    space_id: UUID
    head: int
    epoch: int
    is_open: bool
    due_at: datetime | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record as stored; `body` is encoded JSON, None once deleted.

    `category`, `flags` and `restrictions` are the host's words for deciding who
    may see it. Records of one family are kept from others together: a document,
    its versions, and what was read in them. `named_id` is the record that the body
    names, if it names one. At `due_at` time alone changes who may see it.
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
    restrictions: bytes = b""
    family_id: UUID | None = None
    named_id: UUID | None = None
    due_at: datetime | None = None

    @property
    def family(self) -> UUID:
        """The record that stands for the family of this one."""
        return self.family_id or self.record_id


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A record or a viewer to look at again at an instant; None for no more."""

    subject_id: UUID
    is_viewer: bool
    due_at: datetime | None


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a viewer did to records, or with them, for the host's trail.

    `action` is `read`, `add`, `change` or `delete`; for a record that is about
    another one, its collection comes first (`masks:add`) and the objects are the
    others. What is done to no record has a word of the host's own, and no objects.
    `said` is what a record says that could be about another one and is not, by its
    identifier: see `Collection.instead`.
    """

    viewer: Viewer
    device_id: UUID
    action: str
    objects: tuple[tuple[str, UUID], ...]
    said: Mapping[UUID, str] = {}


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
    due_at: datetime | None = None


class FeedPlace(msgspec.Struct, frozen=True):
    """Where a page of a feed begins: what is gone is told after a number of its own."""

    after: int
    gone_after: int = 0


class Writes(msgspec.Struct, kw_only=True):
    """All that one edit of one space leaves to store."""

    head: int
    records: list[Record]
    viewers: list[Viewer]
    lines: list[Line]
    answered: list[Answered]
    kept: list[Kept]
    granted: list[Viewer] = []
    """Viewers that are new, or whose grant changed."""
    restricted: list[Record] = []
    """Records of which only `restrictions` changed."""
    due: list[Due] = []


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

    async def has_written(self, device_id: UUID) -> bool:
        """Say whether an op of a device was ever answered here."""

    async def records(self, record_ids: Collection[UUID]) -> dict[UUID, Record]:
        """Return these records, opened."""

    async def lines(self, record_ids: Collection[UUID]) -> list[Line]:
        """Return the line of each viewer for each of these records."""

    async def kept(
        self, record_id: UUID, author_ids: Collection[UUID], after: KeptPlace, limit: int
    ) -> list[Kept]:
        """Return what these authors lost in a record after a place, oldest first, at most *limit*.

        Values of one instant are in the order of their ops.
        """

    async def page(
        self, viewer_id: UUID, place: FeedPlace, limit: int, *, naming: Mapping[str, str]
    ) -> tuple[Sequence[Change], bool]:
        """Return a viewer's lines after a place that fit a page, and whether more follow.

        In order, with their bodies: at most *limit*, and at least one if there is any.

        Args:
            viewer_id: Whose lines.
            place: After which.
            limit: How many at most.
            naming: The field that names another record, by collection: it is left out
                where the viewer does not have that one, of the body and of its size.
        """

    async def heads(self) -> list[Record]:
        """Return every standing record without its body, oldest change first."""

    async def lines_of(self, viewer_id: UUID) -> list[Line]:
        """Return every line of one viewer."""

    async def held(self, collections: Collection[str]) -> list[Record]:
        """Return every standing record of some collections, opened."""

    async def families(self, family_ids: Collection[UUID]) -> list[UUID]:
        """Return the members of families, those that stand for them left out."""

    async def naming(self, record_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
        """Return the records whose bodies name one of these, each with the one it names."""

    async def due(self, now: datetime) -> list[Due]:
        """Return what time has changed."""

    async def prepare(self) -> None:
        """Make ready what the host's rights decide by, as this transaction sees it."""

    def must_trace(self, viewer: Viewer, device_id: UUID) -> bool:
        """Say whether a read by this viewer on this device goes into the trail."""

    async def trace(self, deed: Deed) -> None:
        """Write into the host's trail, in this transaction."""

    async def all_ids(self) -> list[UUID]:
        """Return the identifier of every record: for repairs only."""

    async def save(self, writes: Writes, *, device_id: UUID | None, now: datetime) -> None:
        """Store an edit whole."""
