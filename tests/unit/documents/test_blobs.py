"""The bytes of documents, sealed on disk."""

import hashlib
import stat
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backend.documents.blobs import SEALED_BYTES, BlobMissing, BlobSpace, BlobStore, name_of
from backend.documents.limits import CHUNK_BYTES
from backend.kernel.sealing import Cipher, SealBroken

SPACE = UUID(int=1)
KEY = bytes(range(32))
CONTENT = b"".join(hashlib.sha256(bytes([i % 256, i // 256])).digest() for i in range(7000))
SIZES = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, len(CONTENT))


def space(space_id=SPACE, key=KEY):
    """Open a space as its key would."""
    return BlobSpace(space_id, Cipher(space_id, key))


def files(folder, space_id=SPACE):
    """List what lies in the folder of a space."""
    return [path for path in (folder / space_id.hex).iterdir() if path.is_file()]


class Cut:
    """A store whose largest blob was cut, in a folder of its own."""

    def __init__(self, store, kept):
        (whole,) = (path for path in files(store._folder) if path.stat().st_size > len(CONTENT))
        self._folder = store._folder.parent / "cut"
        (self._folder / SPACE.hex).mkdir(parents=True, exist_ok=True)
        (self._folder / SPACE.hex / whole.name).write_bytes(whole.read_bytes()[:kept])

    def read(self, sha256, start=0, end=None):
        """Read what is left."""
        return BlobStore(self._folder)._read(space(), sha256, start, end)


@pytest.fixture
def store(tmp_path):
    """Keep blobs in a folder of this test."""
    return BlobStore(tmp_path / "blobs")


@pytest.fixture
async def written(store, tmp_path):
    """Store three chunks and more; return the hash and the file."""
    sha256 = await store.write(space(), CONTENT)
    (path,) = files(tmp_path / "blobs")
    return sha256, path


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Hold one blob of each size around the edges of chunks."""
    store = BlobStore(tmp_path_factory.mktemp("shelf"))
    return store, {size: store._write(space(), CONTENT[:size]) for size in SIZES}


@given(
    size=st.sampled_from(SIZES),
    start=st.integers(0, len(CONTENT) + 10),
    end=st.none() | st.integers(0, len(CONTENT) + 10),
)
@example(size=CHUNK_BYTES, start=CHUNK_BYTES, end=None)
@example(size=2 * CHUNK_BYTES, start=2 * CHUNK_BYTES, end=2 * CHUNK_BYTES + 1)
@example(size=len(CONTENT), start=CHUNK_BYTES - 1, end=CHUNK_BYTES + 1)
@example(size=0, start=0, end=None)
def test_a_range_reads_what_slicing_would(shelf, size, start, end):
    """Whatever the range, it is that of the content."""
    store, blobs = shelf

    read = store._read(space(), blobs[size], start, end)

    assert read == CONTENT[:size][start:end]


async def test_a_blob_is_known_by_the_hash_of_its_content_and_its_file_is_not(store, tmp_path):
    """Who knows a document cannot ask a stolen disk whether somebody has it."""
    sha256 = await store.write(space(), CONTENT)
    (path,) = files(tmp_path / "blobs")

    assert sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert await store.read(space(), sha256) == CONTENT
    assert sha256 not in path.name
    assert CONTENT[:32] not in path.read_bytes()


async def test_two_spaces_with_one_document_share_nothing(store, tmp_path):
    """Equal documents of two patients cannot be seen to be equal."""
    other = space(UUID(int=2), KEY[::-1])

    await store.write(space(), CONTENT)
    await store.write(other, CONTENT)

    (mine,), (theirs,) = files(tmp_path / "blobs"), files(tmp_path / "blobs", UUID(int=2))
    assert mine.name != theirs.name
    assert mine.read_bytes()[:CHUNK_BYTES] != theirs.read_bytes()[:CHUNK_BYTES]


async def test_files_are_for_their_owner_only_and_nothing_else_is_left(written):
    """Nobody else on the machine reads a blob, and no temporary file stays."""
    _, path = written

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


@given(kept=st.integers(0, len(CONTENT) + 4 * 28 - 1))
@example(kept=0)
@example(kept=5)
@example(kept=SEALED_BYTES)
@example(kept=SEALED_BYTES + 5)
@example(kept=SEALED_BYTES + 28)
@example(kept=2 * SEALED_BYTES)
@settings(deadline=None)
def test_a_file_that_was_cut_does_not_open(shelf, kept):
    """A shorter document is never taken for the whole one, wherever it was cut."""
    store, blobs = shelf
    cut = Cut(store, kept)

    with pytest.raises(SealBroken):
        cut.read(blobs[len(CONTENT)])
    with pytest.raises(SealBroken):
        cut.read(blobs[len(CONTENT)], len(CONTENT) - 1, len(CONTENT))


async def test_chunks_that_changed_places_do_not_open(store, written):
    """A document whose parts were put in another order is refused."""
    sha256, path = written
    sealed = path.read_bytes()
    first, second = sealed[:SEALED_BYTES], sealed[SEALED_BYTES : 2 * SEALED_BYTES]
    path.write_bytes(second + first + sealed[2 * SEALED_BYTES :])

    with pytest.raises(SealBroken):
        await store.read(space(), sha256, 0, 1)


@pytest.mark.parametrize("place", [0, 20, SEALED_BYTES + 40, -1])
async def test_one_changed_bit_is_seen(store, written, place):
    """Nothing of a changed chunk comes out."""
    sha256, path = written
    sealed = bytearray(path.read_bytes())
    sealed[place] ^= 1
    path.write_bytes(sealed)

    with pytest.raises(SealBroken):
        await store.read(space(), sha256)


async def test_a_file_moved_to_another_space_or_another_name_does_not_open(store, written):
    """A blob opens as itself in its own space, and nowhere else."""
    _, path = written
    other = space(UUID(int=2), KEY[::-1])
    theirs = await store.write(other, b"theirs")
    mine = await store.write(space(), b"mine")
    (their_file,) = files(path.parents[1], UUID(int=2))
    (my_file,) = set(files(path.parents[1])) - {path}
    their_file.write_bytes(path.read_bytes())
    my_file.write_bytes(path.read_bytes())

    with pytest.raises(SealBroken):
        await store.read(other, theirs)
    with pytest.raises(SealBroken):
        await store.read(space(), mine)


async def test_the_same_content_again_heals_a_damaged_file(store, written):
    """Storing a content twice leaves one file, whole."""
    sha256, path = written
    path.write_bytes(b"damaged")

    assert await store.write(space(), CONTENT) == sha256
    assert await store.read(space(), sha256) == CONTENT
    assert list(path.parent.iterdir()) == [path]


async def test_a_range_needs_only_its_own_chunks(store, written):
    """A damaged chunk elsewhere does not keep the others from being read."""
    sha256, path = written
    sealed = bytearray(path.read_bytes())
    sealed[SEALED_BYTES + 100] ^= 1
    path.write_bytes(sealed)

    assert await store.read(space(), sha256, 10, 20) == CONTENT[10:20]


async def test_what_was_deleted_is_missing(store, written):
    """A deleted blob leaves no file, and deleting it again is no error."""
    sha256, path = written

    await store.delete(space().space_id, name_of(space(), sha256))
    await store.delete(space().space_id, name_of(space(), sha256))

    assert list(path.parent.iterdir()) == []
    with pytest.raises(BlobMissing):
        await store.read(space(), sha256)


async def test_an_erased_space_leaves_no_file(store, written, tmp_path):
    """Nothing of an erased space stays, and nothing of others goes."""
    other = space(uuid4())
    theirs = await store.write(other, b"theirs")

    await store.delete_space(SPACE)

    assert not (tmp_path / "blobs" / SPACE.hex).exists()
    assert await store.read(other, theirs) == b"theirs"


async def test_a_write_that_fails_leaves_nothing(store, tmp_path, monkeypatch):
    """A full disk leaves no half of a document behind."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    await store.write(space(), b"before")
    before = files(tmp_path / "blobs")
    monkeypatch.setattr("backend.documents.blobs.os.fsync", full)

    with pytest.raises(OSError, match="No space"):
        await store.write(space(), CONTENT)

    assert files(tmp_path / "blobs") == before
