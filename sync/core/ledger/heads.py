"""Signed words of a log: how large it is, who signs for it, and how it began.

Source: RFC 8032 (Ed25519); docs/decisions/0018-journal.md.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.core.ledger import canonical

# What is signed for one purpose is worth nothing for another.
_HEAD = b"carnet tree head v1\n"
_KEY = b"carnet log key v1\n"
_OPENING = b"carnet log opening v1\n"

Keys = Mapping[str, str]
"""Public keys in hexadecimal, by key identifier."""


class TreeHead(msgspec.Struct, frozen=True, kw_only=True):
    """A log at one instant; hashes are written in hexadecimal."""

    log_id: UUID
    size: int
    root: str
    time: datetime


class LogOpening(msgspec.Struct, frozen=True, kw_only=True):
    """How a log began: from nothing, or because the server was put back to an earlier copy.

    `former` is the log as that copy knew it, if it knew one; what it had taken in
    since is lost.
    """

    log_id: UUID
    opened_at: datetime
    restored: bool = False
    former: TreeHead | None = None


class LogKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that signs, or signed; every key but the first is endorsed by one before it."""

    key_id: str
    public: str
    endorsed_by: str | None = None
    endorsement: str | None = None


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed, and the 64 bytes in hexadecimal."""

    key_id: str
    value: str


class SignedHead(msgspec.Struct, frozen=True, kw_only=True):
    """A tree head as a log publishes it."""

    head: TreeHead
    signature: Signature
    opening: LogOpening
    opening_signature: Signature


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """What one leaf of the tree says: the chain of a space, at one of its numbers."""

    space_id: UUID
    seq: int
    chain: str

    def data(self) -> bytes:
        """Return the bytes whose hash is in the tree."""
        return canonical.encode(msgspec.to_builtins(self))


def head_message(head: TreeHead) -> bytes:
    """Return what is signed of a tree head."""
    return _HEAD + canonical.encode(msgspec.to_builtins(head))


def opening_message(opening: LogOpening) -> bytes:
    """Return what is signed of the beginning of a log."""
    return _OPENING + canonical.encode(msgspec.to_builtins(opening))


def key_message(key_id: str, public: str) -> bytes:
    """Return what the key before signs of a new one."""
    return _KEY + canonical.encode({"key_id": key_id, "public": public})


def key_id_of(public: bytes) -> str:
    """Return the identifier of a public key: the head of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def is_signed(message: bytes, signature: Signature, keys: Keys) -> bool:
    """Say whether one of these keys made a signature."""
    public = keys.get(signature.key_id)
    if public is None:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature.value), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def trusted(known: Keys, offered: list[LogKey]) -> dict[str, str] | None:
    """Return the keys to trust from now on; None when the offer betrays a known key.

    The first keys ever seen are taken as they are. After that, every known key is
    still offered unchanged, and a new one is endorsed by a trusted one.
    """
    public = {key.key_id: key.public for key in offered}
    if any(key_id != _id_or_none(value) for key_id, value in public.items()):
        return None
    if not known:
        return public or None
    if any(public.get(key_id) != value for key_id, value in known.items()):
        return None
    keys = dict(known)
    waiting = [key for key in offered if key.key_id not in keys]
    while waiting:
        endorsed = [key for key in waiting if _is_endorsed(key, keys)]
        if not endorsed:
            return None
        keys.update({key.key_id: key.public for key in endorsed})
        waiting = [key for key in waiting if key.key_id not in keys]
    return keys


def _id_or_none(public: str) -> str | None:
    try:
        return key_id_of(bytes.fromhex(public))
    except ValueError:
        return None


def _is_endorsed(key: LogKey, keys: Keys) -> bool:
    if key.endorsed_by is None or key.endorsement is None:
        return False
    signature = Signature(key_id=key.endorsed_by, value=key.endorsement)
    return is_signed(key_message(key.key_id, key.public), signature, keys)
