"""Which documents a space has, found by keyed hashes of their identifiers."""

from collections.abc import Collection
from uuid import UUID

from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    Uuid,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
)

from backend.documents import register
from backend.kernel.db import StorageUnavailable
from backend.kernel.statements import Row
from backend.kernel.tables import hash_column, metadata
from backend.kernel.work import Work
from sync.storage.tables import records

DOCUMENTS_AT_ONCE = 500

Place = tuple[UUID, UUID]
"""A space, and a document in it."""

documents = Table(
    "document_index",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("depositor_id", Uuid, nullable=False),
    hash_column("unique_hash"),
    hash_column("set_hash", nullable=True),
    Column("version_number", BigInteger, nullable=False),
    hash_column("content_hash"),
    Column("draft_ids", LargeBinary, nullable=False),  # Sixteen bytes each.
    PrimaryKeyConstraint("space_id", "record_id"),
    # By depositor too: whether somebody else brought a document that is hidden from
    # this one must not show in whether it is taken.
    UniqueConstraint("space_id", "unique_hash", "depositor_id"),
    Index(None, "space_id", "set_hash"),
    info={"shard_by": "space_id"},
)

_ADD = insert(documents)
_COLUMNS = (
    documents.c.record_id,
    documents.c.depositor_id,
    documents.c.unique_hash,
    documents.c.set_hash,
    documents.c.content_hash,
    documents.c.version_number,
    documents.c.draft_ids,
)
_KNOWN = select(*_COLUMNS).where(
    documents.c.space_id == bindparam("in_space"),
    or_(
        documents.c.unique_hash.in_(bindparam("identifiers", expanding=True)),
        documents.c.set_hash == bindparam("of_set", type_=LargeBinary),
    ),
)
_CONTENT = select(documents.c.content_hash).where(
    documents.c.space_id == bindparam("in_space"), documents.c.record_id == bindparam("record")
)
_NAMED = (
    select(documents.c.record_id)
    .where(
        documents.c.space_id == bindparam("in_space"),
        documents.c.content_hash == bindparam("content"),
    )
    .limit(1)
)
_AFTER = or_(
    documents.c.space_id > bindparam("space", type_=Uuid),
    and_(
        documents.c.space_id == bindparam("space", type_=Uuid),
        documents.c.record_id > bindparam("record", type_=Uuid),
    ),
)
_PAGE = (
    select(documents.c.space_id, documents.c.record_id, records.c.deleted)
    .select_from(
        documents.join(
            records,
            and_(
                records.c.space_id == documents.c.space_id,
                records.c.record_id == documents.c.record_id,
            ),
        )
    )
    .where(_AFTER)
    .order_by(documents.c.space_id, documents.c.record_id)
    .limit(DOCUMENTS_AT_ONCE)
    .execution_options(all_spaces=True)
)
_OF_RECORD = select(*_COLUMNS).where(
    documents.c.space_id == bindparam("in_space"), documents.c.record_id == bindparam("record")
)
# What somebody else brought too counts for both: else one could tell by the room that is left.
_HELD_BY = select(func.coalesce(func.sum(register.blobs.c.size_bytes), 0)).where(
    register.blobs.c.space_id == bindparam("in_space"),
    register.blobs.c.content_hash != bindparam("content"),
    or_(
        and_(
            register.blobs.c.unnamed_since.is_not(None),
            register.blobs.c.depositor_id.in_(bindparam("depositors", expanding=True)),
        ),
        register.blobs.c.content_hash.in_(
            select(documents.c.content_hash).where(
                documents.c.space_id == bindparam("in_space"),
                documents.c.depositor_id.in_(bindparam("depositors", expanding=True)),
            )
        ),
    ),
)
_FORGET = delete(documents).where(
    documents.c.space_id == bindparam("in_space"), documents.c.record_id == bindparam("record")
)


class Names(Struct, frozen=True, kw_only=True):
    """The identifiers by which a document is known, in clear."""

    unique: str
    of_set: str | None
    """What all its versions share."""
    parent: str | None
    """The identifier of the document that it says it replaces."""
    content: str


class Marks(Struct, frozen=True, kw_only=True):
    """The hashes of these, by which a document is recognised in its space and nowhere else."""

    unique: bytes
    of_set: bytes | None
    parent: bytes | None = None
    content: bytes


class Indexed(Struct, frozen=True, kw_only=True):
    """One document that a space has, and the records that were read in it."""

    record_id: UUID
    depositor_id: UUID
    marks: Marks
    version_number: int
    draft_ids: tuple[UUID, ...]


def marks_of(work: Work, space_id: UUID, names: Names) -> Marks:
    """Hash the identifiers of a document, for one space."""

    def hashed(what: str, value: str) -> bytes:
        return _hashed(work, space_id, what, value)

    return Marks(
        unique=hashed("identifier", names.unique),
        of_set=None if names.of_set is None else hashed("set", names.of_set),
        parent=None if names.parent is None else hashed("identifier", names.parent),
        content=hashed("content", names.content),
    )


def content_hash(work: Work, space_id: UUID, sha256: str) -> bytes:
    """Hash the SHA-256 of a content, for one space."""
    return _hashed(work, space_id, "content", sha256)


def _hashed(work: Work, space_id: UUID, what: str, value: str) -> bytes:
    return work.keys.provider.index(f"document {what} {space_id.hex}", value)


async def known(work: Work, space_id: UUID, marks: Marks) -> list[Indexed]:
    """Return this document, its other versions and its parent, whoever brought them."""
    rows = await work.db.rows(
        _KNOWN,
        in_space=space_id,
        identifiers=[marks.unique if marks.parent is None else marks.parent, marks.unique],
        of_set=marks.of_set,
    )
    return [_indexed(row) for row in rows]


async def of_record(work: Work, space_id: UUID, record_id: UUID) -> Indexed | None:
    """Return what is known of one document, or None."""
    row = await work.db.row(_OF_RECORD, in_space=space_id, record=record_id)
    return None if row is None else _indexed(row)


async def held_by(
    work: Work, space_id: UUID, depositor_ids: Collection[UUID], content: bytes
) -> int:
    """Return how many bytes of these depositors a space keeps without these bytes.

    What was deleted or broke off counts as long as it is kept.
    """
    row = await work.db.row(
        _HELD_BY, in_space=space_id, content=content, depositors=sorted(depositor_ids)
    )
    assert row is not None
    return int(row[0])


async def add(work: Work, space_id: UUID, document: Indexed) -> None:
    """Add a document to the index: its bytes have a name.

    Raises:
        StorageUnavailable: The bytes were swept while they waited for it.
    """
    if not await register.name(work, space_id, document.marks.content):
        raise StorageUnavailable("The bytes were not kept. Send them again.")
    await work.db.run(
        _ADD,
        space_id=space_id,
        record_id=document.record_id,
        depositor_id=document.depositor_id,
        unique_hash=document.marks.unique,
        set_hash=document.marks.of_set,
        content_hash=document.marks.content,
        version_number=document.version_number,
        draft_ids=b"".join(draft_id.bytes for draft_id in document.draft_ids),
    )


async def forget(work: Work, space_id: UUID, record_id: UUID) -> None:
    """Take a document out of the index, so that it may come again.

    Its bytes have no name from then on, unless another document has the same.
    """
    row = await work.db.row(_CONTENT, in_space=space_id, record=record_id)
    if row is None:
        return
    await work.db.run(_FORGET, in_space=space_id, record=record_id)
    if not await is_named(work, space_id, row[0]):
        await register.unname(work, space_id, row[0])


async def is_named(work: Work, space_id: UUID, content: bytes) -> bool:
    """Say whether a document of the index has this content."""
    return await work.db.row(_NAMED, in_space=space_id, content=content) is not None


async def page(work: Work, after: Place) -> list[tuple[Place, bool]]:
    """Return the next documents of all spaces, and whether each was deleted."""
    rows = await work.db.rows(_PAGE, space=after[0], record=after[1])
    return [((space_id, record_id), deleted) for space_id, record_id, deleted in rows]


def _indexed(row: Row) -> Indexed:
    record_id, depositor_id, unique, of_set, content, version_number, draft_ids = row
    return Indexed(
        record_id=record_id,
        depositor_id=depositor_id,
        marks=Marks(unique=unique, of_set=of_set, content=content),
        version_number=version_number,
        draft_ids=_ids_from(draft_ids),
    )


def _ids_from(raw: bytes) -> tuple[UUID, ...]:
    return tuple(UUID(bytes=bytes(raw[i : i + 16])) for i in range(0, len(raw), 16))
