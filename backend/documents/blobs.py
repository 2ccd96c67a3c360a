"""The bytes of documents: files sealed chunk by chunk, each under a key of its own.

A blob is known by the SHA-256 of its content inside its space. Neither the file
name nor the key can be computed from the content without the space's key, so a
stolen disk does not answer "does anybody here have this document?".
"""

import asyncio
import contextlib
import hashlib
import hmac
import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from backend.documents.limits import CHUNK_BYTES
from backend.kernel.sealing import NONCE_BYTES, SealBroken

TAG_BYTES = 16
SEALED_BYTES = NONCE_BYTES + CHUNK_BYTES + TAG_BYTES
"""The length on disk of every chunk but the last, which is that of its content and this much."""
_UNFINISHED = ".new"
_OVERHEAD = NONCE_BYTES + TAG_BYTES


class BlobMissing(Exception):
    """A record refers to a file that is not there: a damaged disk or an incomplete restore."""


class Derives(Protocol):
    """The key of a space, from which the keys of its blobs come."""

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes for one purpose."""


class BlobSpace(Struct, frozen=True):
    """The space that a blob belongs to, opened."""

    space_id: UUID
    cipher: Derives


class BlobStore:
    """The blobs of all spaces: a folder for each space, a file for each blob."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def write(self, space: BlobSpace, data: bytes) -> str:
        """Store a content and return its SHA-256 once the disk has it.

        The same content again replaces its file by an equal one, which also
        heals it. It is written whole even then: that a space already holds a
        content must not show in the time it takes.
        """
        return await asyncio.to_thread(self._write, space, data)

    async def read(
        self, space: BlobSpace, sha256: str, start: int = 0, end: int | None = None
    ) -> bytes:
        """Return the bytes from *start* up to, without, *end*, as slicing would.

        Only the chunks in question are read. An answer shorter than what was
        asked is proven by the last chunk: a file that was cut does not open.

        Raises:
            BlobMissing: There is no such file.
            SealBroken: A chunk was changed, moved or cut off.
        """
        return await asyncio.to_thread(self._read, space, sha256, start, end)

    async def delete(self, space_id: UUID, name: bytes) -> None:
        """Remove a blob by the name of its file; one that is not there is removed already."""
        await asyncio.to_thread(self._delete, space_id, name)

    async def delete_unfinished(self, before: datetime) -> int:
        """Remove what uploads that broke off left before an instant; return how many files."""
        return await asyncio.to_thread(self._delete_unfinished, before)

    async def delete_space(self, space_id: UUID) -> None:
        """Remove every blob of a space that is erased."""
        await asyncio.to_thread(shutil.rmtree, self._space_folder(space_id), ignore_errors=True)

    def _space_folder(self, space_id: UUID) -> Path:
        return self._folder / space_id.hex

    def _write(self, space: BlobSpace, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        name, key = _secrets_of(space, sha256)
        folder = self._space_folder(space.space_id)
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync_folder(folder.parent)
        temporary = folder / f"{secrets.token_hex(16)}{_UNFINISHED}"
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                for chunk in _seal(data, name, key):
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(folder / name.hex())
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(folder)
        return sha256

    def _read(self, space: BlobSpace, sha256: str, start: int, end: int | None) -> bytes:
        name, key = _secrets_of(space, sha256)
        try:
            file = (self._space_folder(space.space_id) / name.hex()).open("rb")
        except FileNotFoundError:
            raise BlobMissing("The file of a document is not there.") from None
        with file:
            count, size = _measure(os.fstat(file.fileno()).st_size)
            end = size if end is None else end
            first = min(start, size) // CHUNK_BYTES
            beyond = end > size or start >= size
            last = count - 1 if beyond else max(first, (end - 1) // CHUNK_BYTES)
            # A content that fills its last chunk has none beyond it.
            first = min(first, last)
            opened = b"".join(_open(file, range(first, last + 1), count, name=name, key=key))
        offset = first * CHUNK_BYTES
        return opened[start - offset : max(start, end) - offset]

    def _delete_unfinished(self, before: datetime) -> int:
        gone = 0
        for path in self._folder.glob(f"*/*{_UNFINISHED}"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    gone += 1
        return gone

    def _delete(self, space_id: UUID, name: bytes) -> None:
        folder = self._space_folder(space_id)
        with contextlib.suppress(FileNotFoundError):
            (folder / name.hex()).unlink()
            _sync_folder(folder)


def name_of(space: BlobSpace, sha256: str) -> bytes:
    """Return the name of a blob's file, which only the key of its space tells."""
    return _secrets_of(space, sha256)[0]


def _secrets_of(space: BlobSpace, sha256: str) -> tuple[bytes, bytes]:
    """Return the name of a blob's file and the key of its content."""
    name_key = space.cipher.derive("blob-name")
    name = hmac.digest(name_key, bytes.fromhex(sha256), hashlib.sha256)
    return name, space.cipher.derive(f"blob-content {sha256}")


def _place(name: bytes, index: int, *, is_last: bool) -> bytes:
    """Say where a chunk is sealed: which one, of which blob, and whether it is the end."""
    return b"blob" + index.to_bytes(8) + bytes([is_last]) + name


def _seal(data: bytes, name: bytes, key: bytes) -> Iterator[bytes]:
    aead = AESGCM(key)
    content = memoryview(data)
    last = max(0, len(data) - 1) // CHUNK_BYTES
    for index in range(last + 1):
        chunk = content[index * CHUNK_BYTES : (index + 1) * CHUNK_BYTES]
        # Random, and not the index: no later change of format may use one twice.
        nonce = os.urandom(NONCE_BYTES)
        yield nonce + aead.encrypt(nonce, chunk, _place(name, index, is_last=index == last))


def _measure(sealed_size: int) -> tuple[int, int]:
    """Return how many chunks a file has, and how long its content is."""
    full, rest = divmod(sealed_size, SEALED_BYTES)
    count = full + (rest > 0)
    size = sealed_size - count * _OVERHEAD
    # Only an empty content has a chunk with nothing in it.
    if size < 0 or count == 0 or (full and 0 < rest <= _OVERHEAD):
        raise SealBroken("A file of a document was cut.")
    return count, size


def _open(
    file: BinaryIO, indexes: range, count: int, *, name: bytes, key: bytes
) -> Iterator[bytes]:
    aead = AESGCM(key)
    file.seek(indexes.start * SEALED_BYTES)
    for index in indexes:
        sealed = file.read(SEALED_BYTES)
        place = _place(name, index, is_last=index == count - 1)
        try:
            yield aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
        except InvalidTag:
            raise SealBroken("A chunk of a document does not open in its place.") from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
