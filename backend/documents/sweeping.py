"""Removing the bytes of documents that are no more, and what broken uploads left."""

import contextlib
from functools import partial
from uuid import UUID

from backend.documents import register
from backend.documents import store as index
from backend.documents.blobs import BlobStore
from backend.documents.register import GRACE, Unnamed
from backend.kernel.spaces import open_store
from backend.kernel.work import Office, Work
from sync.errors import SpaceNotFound

PAGES_MAX = 20
BEGINNING = (UUID(int=0), UUID(int=0))


class DocumentSweeper:
    """Looks for documents that were deleted, a stretch of the index at each round.

    Safe in any number of processes: each step is decided anew in its transaction.
    """

    def __init__(self, office: Office, blobs: BlobStore) -> None:
        self._office = office
        self._blobs = blobs
        self._after = BEGINNING
        self._has_looked = False

    async def sweep(self) -> None:
        """Do one round."""
        if not self._has_looked:
            # A process that died leaves them, and another one starts.
            await self._blobs.delete_unfinished(self._office.clock() - GRACE)
            self._has_looked = True
        for _ in range(PAGES_MAX):
            if not await self._forget_deleted():
                break
        for _ in range(PAGES_MAX):
            if not await self._drop_unnamed():
                break

    async def _forget_deleted(self) -> bool:
        """Take what was deleted out of one page of the index; False at its end."""
        page = await self._office.read(lambda work: index.page(work, self._after))
        for (space_id, record_id), is_deleted in page:
            if is_deleted:
                await self._office.write(partial(_forget, space_id=space_id, record_id=record_id))
        is_last = len(page) < index.DOCUMENTS_AT_ONCE
        self._after = BEGINNING if is_last else page[-1][0]
        return not is_last

    async def _drop_unnamed(self) -> bool:
        """Remove some of the bytes that nothing names; False when there are no more."""
        found = await self._office.read(register.unnamed)
        for blob in found:
            await self._office.write(partial(self._drop, blob=blob))
        return len(found) == register.BLOBS_AT_ONCE

    async def _drop(self, work: Work, blob: Unnamed) -> None:
        """Remove one file while its row is locked: an upload of the same bytes waits for it."""
        await _lock(work, blob.space_id)
        if await index.is_named(work, blob.space_id, blob.content_hash):
            await register.name(work, blob.space_id, blob.content_hash)
        elif await register.drop(work, blob):
            await self._blobs.delete(blob.space_id, blob.file_name)


async def _forget(work: Work, space_id: UUID, record_id: UUID) -> None:
    await _lock(work, space_id)
    await index.forget(work, space_id, record_id)


async def _lock(work: Work, space_id: UUID) -> None:
    """Keep deposits in a space waiting to the end of this transaction."""
    with contextlib.suppress(SpaceNotFound):  # It was erased: nobody deposits there.
        await (await open_store(work, space_id)).lock()
