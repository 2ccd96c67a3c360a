"""Use cases: a document comes in, and its bytes go out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.access.collection import DECIDING
from backend.documents import register
from backend.documents import store as index
from backend.documents.blobs import BlobMissing, BlobSpace, BlobStore, name_of
from backend.documents.errors import ContentUnavailable, DepositsFull, DocumentsFull
from backend.documents.filing import Filing
from backend.documents.limits import DEPOSITOR_BYTES_MAX, SPACE_BYTES_MAX
from backend.documents.model import Deposited, Document
from backend.documents.ports import Patients
from backend.documents.reading import Upload, read_upload, readers
from backend.documents.witnesses import COLLECTION, ImportWitness, ViewerWitness, Witness
from backend.identity.model import PatientIdentity
from backend.kernel.db import StorageUnavailable
from backend.kernel.errors import Refusal
from backend.kernel.sealing import SealBroken
from backend.kernel.spaces import SpaceTransactions, open_store
from backend.kernel.work import Office, Work
from sync.core.audience import Viewer
from sync.errors import RecordNotFound, SpaceNotFound
from sync.exchange import read_traced
from sync.ports import Host
from sync.pull import open_reading
from sync.push import Caller
from sync.storage.port import Deed, SpaceStore


class Desk(Struct, frozen=True):
    """What depositing and reading need."""

    office: Office
    host: Host
    blobs: BlobStore
    patients: Patients


class _Part(Struct, frozen=True):
    """A part of what a space keeps: whose, None for everybody's, and how large it may be."""

    depositor_ids: frozenset[UUID] | None
    bytes_max: int
    full: Refusal


class Content(Struct, frozen=True, kw_only=True):
    """The bytes of a document that a caller may read, not yet read."""

    record_id: UUID
    media_type: str
    size_bytes: int
    sha256: str
    space: BlobSpace
    blobs: BlobStore

    async def read(self, start: int, end: int) -> bytes:
        """Return the bytes from *start* up to, without, *end*.

        Raises:
            ContentUnavailable: They are not there, or not what they were.
        """
        try:
            found = await self.blobs.read(self.space, self.sha256, start, end)
        except (BlobMissing, SealBroken, OSError) as error:
            reason = type(error).__name__
            raise ContentUnavailable(f"The bytes cannot be read: {reason}.") from error
        if len(found) != end - start:
            raise ContentUnavailable("The bytes are fewer than their record says.")
        return found


async def deposit_as_viewer(desk: Desk, upload: Upload, device_id: UUID) -> Deposited:
    """Take a document from somebody who looks at the space and may add documents to it.

    Raises:
        SpaceNotFound: They have no eye on this space, now, or one that adds none.
        Refusal: Why the document is not taken.
    """
    return await _deposit(desk, upload, as_viewer=True, witness=ViewerWitness(upload, device_id))


async def import_document(desk: Desk, upload: Upload) -> Deposited:
    """Take a document from the operator of the server.

    Raises:
        SpaceNotFound: No such space, or a closed one.
        Refusal: Why the document is not taken.
    """
    return await _deposit(desk, upload, as_viewer=False, witness=ImportWitness(upload))


async def deposit(desk: Desk, upload: Upload, witness: Witness | None = None) -> Deposited:
    """Take a document from a depositor whose right to bring it the caller has checked.

    What must be checked and written in the transaction itself, a witness does.

    Raises:
        SpaceNotFound: No such space, or a closed one.
        Refusal: Why the document is not taken.
    """
    return await _deposit(desk, upload, as_viewer=False, witness=witness)


async def admit_viewer(desk: Desk, upload: Upload) -> None:
    """Say nothing to whoever brings this; refuse them if they may not bring it now.

    Raises:
        SpaceNotFound: They may add no document to this space, now, or it is closed.
    """
    filing = Filing(desk.host, upload, as_viewer=True)
    await desk.office.read(lambda work: _admit(work, filing, upload.space_id))


async def open_content(desk: Desk, caller: Caller, space_id: UUID, record_id: UUID) -> Content:
    """Find the bytes of a document that the caller's viewer has, at this moment.

    Raises:
        SpaceNotFound: No such space, or none that the caller may open now.
        RecordNotFound: No such document for this caller.
    """

    async def look(store: SpaceStore, now: datetime, *, traced: bool) -> Document | None:
        reading = await open_reading(store, desk.host, caller, now, online=True)
        record = (await store.records([record_id])).get(record_id)
        if record is None or record.body is None or record.collection != COLLECTION:
            raise RecordNotFound("/record_id")
        if not desk.host.rights.readable_to(reading.viewer, [record], now):
            raise RecordNotFound("/record_id")
        if store.must_trace(reading.viewer, caller.device_id):
            if not traced:
                return None
            await store.trace(
                Deed(
                    viewer=reading.viewer,
                    device_id=caller.device_id,
                    action="read-content",
                    objects=((COLLECTION, record_id),),
                )
            )
        return msgspec.json.decode(record.body, type=Document)

    document = await read_traced(SpaceTransactions(desk.office), desk.host, space_id, look)
    return Content(
        record_id=record_id,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        space=await desk.office.read(lambda work: _blob_space(work, space_id)),
        blobs=desk.blobs,
    )


async def _deposit(
    desk: Desk, upload: Upload, *, as_viewer: bool, witness: Witness | None = None
) -> Deposited:
    """Read first, outside any transaction; then the bytes; then the record that names them."""
    filing = Filing(desk.host, upload, as_viewer=as_viewer, witness=witness)

    async def arrive(work: Work) -> tuple[PatientIdentity, BlobSpace]:
        await _admit(work, filing, upload.space_id)
        identity = await desk.patients.identity_of(work, upload.space_id)
        return identity, await _blob_space(work, upload.space_id)

    identity, blob_space = await desk.office.read(arrive)
    now = desk.office.clock()
    prepared = await readers().run(
        lambda: read_upload(upload, desk.host, identity=identity, now=now)
    )
    # Asked before the bytes are stored, so that what is not taken leaves no file.
    before = await desk.office.read(lambda work: filing.look_for(work, prepared))
    if before is not None:
        return before
    sha256 = prepared.names.content

    async def expect(work: Work) -> None:
        await _expect(work, blob_space, upload, sha256)

    await desk.office.preparing().write(expect)
    try:
        await desk.blobs.write(blob_space, upload.data)
    except OSError as error:
        raise StorageUnavailable(f"The file cannot be written: {error.strerror}.") from error
    return await desk.office.write(lambda work: filing.file(work, prepared))


async def _expect(work: Work, space: BlobSpace, upload: Upload, sha256: str) -> None:
    """Announce the bytes, within what whoever brings them may fill of one space.

    The space is locked, so that uploads at the same time count each other.
    """
    size_bytes, space_id = len(upload.data), space.space_id
    store = await open_store(work, space_id)
    if await store.lock() is None:
        raise SpaceNotFound
    content = index.content_hash(work, space_id, sha256)
    for part in _parts(upload, await store.viewers()):
        if part.depositor_ids is None:
            held = await register.held_beside(work, space_id, content)
        else:
            held = await index.held_by(work, space_id, part.depositor_ids, content)
        if held + size_bytes > part.bytes_max:
            raise part.full
    blob = register.Unnamed(space_id, content, name_of(space, sha256))
    await register.expect(work, blob, size_bytes, upload.depositor_id)


def _parts(upload: Upload, viewers: Sequence[Viewer]) -> list[_Part]:
    """Name the parts of a space that an upload counts in.

    Everybody has a part of their own, the person with who represents them one: how
    much there is that is hidden from them then shows in nothing that they are refused.
    What all professionals bring is bounded together too; they have one answer for both.
    """
    space_full = DocumentsFull(f"A space keeps {SPACE_BYTES_MAX} bytes of documents.")
    part_full = DepositsFull("This record takes no more files of yours.")
    theirs = _Part(frozenset({upload.depositor_id}), DEPOSITOR_BYTES_MAX, part_full)
    if upload.provenance is not None:
        return [theirs, _Part(None, SPACE_BYTES_MAX, part_full)]
    own = {one.party_id for one in viewers if one.role in DECIDING}
    if upload.depositor_id in own:
        ids = frozenset(one for one in own if one is not None)
        return [_Part(ids, SPACE_BYTES_MAX, space_full)]
    if any(one.party_id == upload.depositor_id for one in viewers):
        return [theirs]
    return [_Part(None, SPACE_BYTES_MAX, space_full)]


async def _admit(work: Work, filing: Filing, space_id: UUID) -> None:
    store = await open_store(work, space_id)
    space = await store.look()
    if space is None or not space.is_open:
        raise SpaceNotFound
    filing.admit(await store.viewers(), work.now)


async def _blob_space(work: Work, space_id: UUID) -> BlobSpace:
    return BlobSpace(space_id, await work.keys.cipher(work.db, space_id))
