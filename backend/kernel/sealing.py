"""Sealing at rest: a key per owner, wrapped by a key that is never in the database.

Source: docs/decisions/0003-sealing.md.
"""

import contextlib
import fcntl
import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.kernel import signing
from notifications.channels.web_push import new_secret
from sync.core.ledger.heads import LogKey, Signature

NONCE_BYTES = 12
KEY_BYTES = 32
PUSH_SECRETS_MAX = 5
"""A phone that has not come back through as many renewals subscribes anew."""


class KeyFileUnsafe(Exception):
    """The key file is missing, readable by others, or not a key file."""


class SealBroken(Exception):
    """A ciphertext does not open here: moved, changed, or of another key."""


class Keyring(msgspec.Struct, frozen=True):
    """The contents of the key file.

    `current` seals new keys; older ones only open what is not yet rewrapped.
    `index` keys the look-up hashes and `checkpoint` the sync places; neither is
    ever rotated with the others, because hashes cannot be recomputed. `signers`
    sign for the journal, `push` are the secrets by which push services know this
    server, newest last; files from before there were any get theirs when needed.
    """

    current: int
    wrapping: dict[str, bytes]
    index: bytes
    checkpoint: bytes
    signers: tuple[signing.Signer, ...] = ()
    push: tuple[bytes, ...] = ()


class KeyProvider(Protocol):
    """Where the key-encryption keys are. Replaceable by a vault."""

    @property
    def checkpoint_key(self) -> bytes:
        """The key that binds checkpoints to their device."""

    def add_key(self) -> int:
        """Make a new current key-encryption key; older ones stay until dropped."""

    def drop_keys_before(self, version: int) -> None:
        """Forget the keys older than *version*, which nothing is under any more.

        Never the newer ones: another rotation may have begun meanwhile.
        """

    def wrap(self, owner_id: UUID, key: bytes) -> bytes:
        """Seal the key of a space or an account under the current key-encryption key."""

    def unwrap(self, owner_id: UUID, wrapped: bytes) -> bytes:
        """Open the key of a space or an account.

        Raises:
            SealBroken: It was not wrapped here, or not for this owner.
        """

    def is_current(self, wrapped: bytes) -> bool:
        """Say whether a wrapped key is under the current key-encryption key."""

    def index(self, purpose: str, value: str) -> bytes:
        """Return the 32-byte look-up hash of a value that many could guess."""

    def sign(self, message: bytes) -> Signature:
        """Sign a head of the journal's log."""

    def log_keys(self) -> list[LogKey]:
        """Return every key that signs or signed, oldest first."""

    def renew_signer(self) -> None:
        """Sign with a new key from now on; what former ones signed can still be checked."""

    def push_secrets(self) -> Sequence[bytes]:
        """Return the secrets by which push services know this server, newest last."""

    def renew_push_secret(self) -> None:
        """Let phones subscribe for a new key; those who did for a former one are still reached."""


class FileKeys:
    """Key-encryption keys in one file that only its owner may read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.reload()

    @classmethod
    def open(cls, path: Path) -> "FileKeys":
        """Read the key file, or make it at the first start.

        Raises:
            KeyFileUnsafe: Others can read it, or it is damaged.
        """
        if not path.exists():
            return cls._create(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise KeyFileUnsafe(
                f"The key file can be read by others (mode {mode:04o}). "
                "Run `chmod 0400` on it, find out who read it, then run `carnet keys rotate`."
            )
        try:
            return cls(path)
        except msgspec.MsgspecError:
            raise KeyFileUnsafe(
                "The key file is damaged. Put back the copy that you keep apart."
            ) from None

    @classmethod
    def _create(cls, path: Path) -> "FileKeys":
        keyring = Keyring(
            current=1,
            wrapping={"1": secrets.token_bytes(KEY_BYTES)},
            index=secrets.token_bytes(KEY_BYTES),
            checkpoint=secrets.token_bytes(KEY_BYTES),
            signers=signing.renewed(()),
        )
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_private(path, msgspec.json.encode(keyring))
        return cls(path)

    def reload(self) -> None:
        """Read the file again: another process may have rotated it."""
        # Before the contents: what is written between the two is then read again.
        self._read_at = self._path.stat().st_mtime_ns
        self._keyring = msgspec.json.decode(self._path.read_bytes(), type=Keyring)
        self._ciphers = {int(k): AESGCM(v) for k, v in self._keyring.wrapping.items()}

    def add_key(self) -> int:
        with self._alone():
            version = self._keyring.current + 1
            fresh = {str(version): secrets.token_bytes(KEY_BYTES)}
            self._write(current=version, wrapping={**self._keyring.wrapping, **fresh})
        return version

    def drop_keys_before(self, version: int) -> None:
        with self._alone():
            wrapping = self._keyring.wrapping
            kept = {name: key for name, key in wrapping.items() if int(name) >= version}
            self._write(wrapping=kept)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Change the file as it stands now, while no other process does."""
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            self.reload()
            yield
        finally:
            os.close(folder)

    def _write(self, **changed: object) -> None:
        keyring = msgspec.structs.replace(self._keyring, **changed)
        _write_private(self._path, msgspec.json.encode(keyring))
        self.reload()

    @property
    def checkpoint_key(self) -> bytes:
        return self._keyring.checkpoint

    def wrap(self, owner_id: UUID, key: bytes) -> bytes:
        self._refresh()  # Never under a key about to go.
        version = self._keyring.current
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[version].encrypt(nonce, key, b"owner-key" + owner_id.bytes)
        return version.to_bytes(4) + nonce + sealed

    def unwrap(self, owner_id: UUID, wrapped: bytes) -> bytes:
        version = int.from_bytes(wrapped[:4])
        if version not in self._ciphers:
            self.reload()
        cipher = self._ciphers.get(version)
        if cipher is None:
            raise SealBroken("This key is under a key that the key file does not hold.")
        nonce, sealed = wrapped[4 : 4 + NONCE_BYTES], wrapped[4 + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, sealed, b"owner-key" + owner_id.bytes)
        except InvalidTag:
            raise SealBroken("This key does not open.") from None

    def is_current(self, wrapped: bytes) -> bool:
        return int.from_bytes(wrapped[:4]) == self._keyring.current

    def index(self, purpose: str, value: str) -> bytes:
        message = purpose.encode() + b"\0" + value.encode()
        return hmac.digest(self._keyring.index, message, hashlib.sha256)

    def sign(self, message: bytes) -> Signature:
        return signing.sign(self._signers(), message)

    def log_keys(self) -> list[LogKey]:
        return signing.published(self._signers())

    def renew_signer(self) -> None:
        with self._alone():
            self._write(signers=signing.renewed(self._keyring.signers))

    def push_secrets(self) -> Sequence[bytes]:
        self._refresh()
        if not self._keyring.push:
            with self._alone():
                if not self._keyring.push:
                    self._write(push=(new_secret(),))
        return self._keyring.push

    def renew_push_secret(self) -> None:
        with self._alone():
            kept = self._keyring.push[-(PUSH_SECRETS_MAX - 1) :]
            self._write(push=(*kept, new_secret()))

    def _signers(self) -> tuple[signing.Signer, ...]:
        self._refresh()
        if not self._keyring.signers:
            with self._alone():
                if not self._keyring.signers:
                    self._write(signers=signing.renewed(()))
        return self._keyring.signers

    def _refresh(self) -> None:
        """Read the file again if another process rotated its keys."""
        if self._path.stat().st_mtime_ns != self._read_at:
            self.reload()


class Cipher:
    """Seals and opens what belongs to one owner: a space or an account.

    What it seals opens only in the same table, row and revision.
    """

    __slots__ = ("_aead", "_prefix", "_secret")

    def __init__(self, owner_id: UUID, key: bytes) -> None:
        self._aead = AESGCM(key)
        self._prefix = owner_id.bytes
        self._secret = key

    def seal(self, place: bytes, plain: bytes) -> bytes:
        """Encrypt *plain* for *place*: table, row and revision, as the caller encodes them."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, self._prefix + place)

    def open(self, place: bytes, sealed: bytes) -> bytes:
        """Decrypt what was sealed for *place*.

        Raises:
            SealBroken: It was sealed elsewhere, or changed.
        """
        try:
            return self._aead.decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._prefix + place
            )
        except InvalidTag:
            raise SealBroken("A sealed value does not open in its place.") from None

    def open_all(self, sealed: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """Decrypt many, each after the place that it was sealed for.

        Raises:
            SealBroken: One was sealed elsewhere, or changed.
        """
        decrypt, prefix = self._aead.decrypt, self._prefix
        try:
            return [
                decrypt(one[:NONCE_BYTES], one[NONCE_BYTES:], prefix + place)
                for place, one in sealed
            ]
        except InvalidTag:
            raise SealBroken("A sealed value does not open in its place.") from None

    def derive(self, purpose: str) -> bytes:
        """Return a 32-byte key of this owner for another purpose."""
        hkdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode())
        return hkdf.derive(self._secret)


def _write_private(path: Path, content: bytes) -> None:
    """Replace a file whole, readable by its owner only, before and after a crash."""
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
