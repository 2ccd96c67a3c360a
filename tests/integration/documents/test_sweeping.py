"""The bytes of a document go with it, a day later; no bytes that are needed ever go."""

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from backend.documents import register, service
from backend.documents.errors import DocumentsFull
from backend.documents.register import GRACE
from backend.documents.sweeping import DocumentSweeper
from backend.kernel.db import StorageUnavailable
from backend.operations.housekeeping import keep_house
from tests.archive import Archive, cda

PDF = b"%PDF-1.7\na scan of nobody"
OTHER = b"%PDF-1.7\nanother scan of nobody"


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


@pytest.fixture
def clock(archive: Archive) -> Clock:
    """Turn the clock of the archive's office."""
    turned = Clock()
    archive.office.clock = turned
    return turned


@pytest.fixture
async def shelf(archive: Archive):
    """One space."""
    return await archive.open()


def sweeper(archive: Archive) -> DocumentSweeper:
    """A process that keeps the house."""
    return DocumentSweeper(archive.office, archive.blobs)


async def only_document(archive: Archive, shelf):
    """Return the one document that the holder has."""
    held = await archive.pull(shelf, shelf.holder)
    (item,) = (one for one in held.values() if one.collection == "documents")
    return item


async def test_the_bytes_of_a_deleted_document_go_after_a_day(
    archive: Archive, shelf, clock: Clock
) -> None:
    """Not at once: a download may be under way."""
    await archive.upload(shelf, shelf.holder, PDF)
    await archive.delete(shelf, shelf.holder, await only_document(archive, shelf))
    keeper = sweeper(archive)

    await keep_house(archive.office, keeper)
    clock.later(hours=23)
    await keep_house(archive.office, keeper)
    kept = archive.blob_files()
    clock.later(hours=2)
    await keep_house(archive.office, keeper)

    assert len(kept) == 1
    assert archive.blob_files() == []


async def test_the_bytes_of_a_document_that_stands_stay(
    archive: Archive, shelf, clock: Clock
) -> None:
    """However old, and whatever else of the space goes."""
    await archive.upload(shelf, shelf.holder, PDF)
    document = await only_document(archive, shelf)
    await archive.upload(shelf, shelf.holder, OTHER)
    held = await archive.pull(shelf, shelf.holder)
    other = next(one for one in held.values() if one.record_id != document.record_id)
    await archive.delete(shelf, shelf.holder, other)

    for _ in range(3):
        clock.later(days=400)
        await keep_house(archive.office, sweeper(archive))

    assert len(archive.blob_files()) == 1
    content = await service.open_content(
        archive.desk, shelf.holder, shelf.space_id, document.record_id
    )
    assert await content.read(0, len(PDF)) == PDF


async def test_bytes_that_two_documents_have_stay_for_the_other(
    archive: Archive, shelf, clock: Clock
) -> None:
    """Two depositors brought the same file; one of them deletes theirs."""
    data = cda(hidden=["MASQUE_PS"])
    await archive.upload(shelf, shelf.holder, data)
    document = await only_document(archive, shelf)
    assert (await archive.bring(shelf, data)).status == "created"
    await archive.delete(shelf, shelf.holder, document)

    for _ in range(3):
        clock.later(days=2)
        await keep_house(archive.office, sweeper(archive))

    assert len(archive.blob_files()) == 1


async def test_what_a_broken_upload_left_goes_after_a_day(
    archive: Archive, shelf, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes were written, and the process died before their record."""
    with monkeypatch.context() as broken:
        broken.setattr("backend.documents.filing.Filing.file", _die)
        with pytest.raises(RuntimeError):
            await archive.upload(shelf, shelf.holder, PDF)
    left = archive.blob_files()
    clock.later(hours=23)
    await keep_house(archive.office, sweeper(archive))
    kept = archive.blob_files()
    clock.later(hours=2)
    await keep_house(archive.office, sweeper(archive))

    assert len(left) == len(kept) == 1
    assert archive.blob_files() == []


async def test_unfinished_files_of_a_dead_process_go(archive: Archive, shelf, clock: Clock) -> None:
    """Those of an upload that runs stay."""
    clock.now = datetime.now(UTC)
    await archive.upload(shelf, shelf.holder, PDF)
    folder = archive.blob_files()[0].parent
    old, young = folder / "00.new", folder / "11.new"
    for path in (old, young):
        path.write_bytes(b"half")
    day_ago = time.time() - GRACE.total_seconds() - 60
    os.utime(old, (day_ago, day_ago))

    await keep_house(archive.office, sweeper(archive))

    assert not old.exists()
    assert young.exists()
    assert len(archive.blob_files()) == 2


async def test_an_upload_of_bytes_about_to_be_swept_keeps_them(
    archive: Archive, shelf, clock: Clock
) -> None:
    """Deleted a year ago, brought again: announced bytes are swept by nobody."""
    await archive.upload(shelf, shelf.holder, PDF)
    await archive.delete(shelf, shelf.holder, await only_document(archive, shelf))
    await keep_house(archive.office, sweeper(archive))
    clock.later(days=365)
    keeper = sweeper(archive)
    written = archive.blobs.write

    async def write_while_swept(space, data: bytes) -> str:
        await keeper.sweep()
        sha256 = await written(space, data)
        await keeper.sweep()
        return sha256

    archive.blobs.write = write_while_swept
    await archive.upload(shelf, shelf.holder, PDF)
    archive.blobs.write = written
    await keeper.sweep()

    document = await only_document(archive, shelf)
    content = await service.open_content(
        archive.desk, shelf.holder, shelf.space_id, document.record_id
    )
    assert await content.read(0, len(PDF)) == PDF


async def test_a_sweeper_that_looked_before_an_upload_came_takes_nothing_of_it(
    archive: Archive, shelf, clock: Clock
) -> None:
    """What it found an hour ago is decided anew, in the transaction that removes it."""
    await archive.upload(shelf, shelf.holder, PDF)
    await archive.delete(shelf, shelf.holder, await only_document(archive, shelf))
    keeper = sweeper(archive)
    await keeper.sweep()
    clock.later(days=2)
    (found,) = await archive.office.read(register.unnamed)
    written = archive.blobs.write

    async def write_and_be_swept(space, data: bytes) -> str:
        sha256 = await written(space, data)
        await archive.office.write(partial(keeper._drop, blob=found))
        return sha256

    archive.blobs.write = write_and_be_swept
    await archive.upload(shelf, shelf.holder, PDF)

    assert len(archive.blob_files()) == 1


async def test_sweepers_and_uploads_at_once_lose_nothing(
    archive: Archive, shelf, clock: Clock
) -> None:
    """Three processes sweep while the same bytes come, go and come again."""
    stop = asyncio.Event()

    async def keep_sweeping() -> None:
        keeper = sweeper(archive)
        while not stop.is_set():
            await keeper.sweep()
            clock.later(hours=1)
            await asyncio.sleep(0.005)

    sweepers = [asyncio.create_task(keep_sweeping()) for _ in range(3)]
    came = 0
    for _ in range(30):
        try:
            await archive.upload(shelf, shelf.holder, PDF)
        except StorageUnavailable:
            continue  # Swept while it waited, by a clock that runs days in a moment.
        came += 1
        document = await only_document(archive, shelf)
        content = await service.open_content(
            archive.desk, shelf.holder, shelf.space_id, document.record_id
        )
        assert await content.read(0, len(PDF)) == PDF
        await archive.delete(shelf, shelf.holder, document)
    stop.set()
    await asyncio.gather(*sweepers)

    assert came > 0


async def test_a_document_whose_bytes_were_swept_is_not_filed(
    archive: Archive, shelf, clock: Clock
) -> None:
    """An upload that slept for days is told to come again: no record names what is gone."""
    keeper = sweeper(archive)
    written = archive.blobs.write

    async def write_and_sleep(space, data: bytes) -> str:
        sha256 = await written(space, data)
        clock.later(days=3)
        await keeper.sweep()
        return sha256

    archive.blobs.write = write_and_sleep
    with pytest.raises(StorageUnavailable):
        await archive.upload(shelf, shelf.holder, PDF)

    assert archive.blob_files() == []
    held = await archive.pull(shelf, shelf.holder)
    assert [one for one in held.values() if one.collection == "documents"] == []


async def test_a_space_keeps_so_many_bytes_and_no_more(
    archive: Archive, shelf, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one is refused and leaves no file; what goes makes room."""
    monkeypatch.setattr(service, "SPACE_BYTES_MAX", len(OTHER) + 5)
    await archive.upload(shelf, shelf.holder, PDF)
    document = await only_document(archive, shelf)

    with pytest.raises(DocumentsFull):
        await archive.upload(shelf, shelf.holder, OTHER)
    refused = archive.blob_files()
    again = await archive.upload(shelf, shelf.holder, PDF)
    await archive.delete(shelf, shelf.holder, document)
    keeper = sweeper(archive)
    await keeper.sweep()
    clock.later(hours=25)
    await keeper.sweep()
    await archive.upload(shelf, shelf.holder, OTHER)

    assert len(refused) == 1
    assert again.status == "duplicate"
    assert len(archive.blob_files()) == 1


async def test_former_versions_keep_their_bytes(archive: Archive, shelf, clock: Clock) -> None:
    """A version that was superseded is still a document; deleted, its bytes go alone."""
    await archive.upload(shelf, shelf.holder, cda(unique="1", version=1))
    newer = cda(unique="2", version=2, title="Synthese revue")
    await archive.upload(shelf, shelf.holder, newer)
    clock.later(days=30)
    await keep_house(archive.office, sweeper(archive))
    both = archive.blob_files()
    held = await archive.pull(shelf, shelf.holder)
    former = next(one for one in held.values() if one.body.get("status") == "superseded")

    await archive.delete(shelf, shelf.holder, former)
    for _ in range(2):
        await keep_house(archive.office, sweeper(archive))
        clock.later(days=2)

    await keep_house(archive.office, sweeper(archive))
    assert len(both) == 2
    assert len(archive.blob_files()) == 1


async def _die(*_: object) -> None:
    raise RuntimeError
