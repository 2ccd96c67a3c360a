"""A chain of salted commitments: each link holds all that came before it.

Source: docs/decisions/0018-journal.md.
"""

import hashlib
from uuid import UUID

HASH_BYTES = 32
SALT_BYTES = 16
_LINK = b"\x02"


def begin(space_id: UUID) -> bytes:
    """Return what the chain of a space begins with, before its first entry."""
    return hashlib.sha256(_LINK + b"carnet journal" + space_id.bytes).digest()


def commit(salt: bytes, entry: bytes) -> bytes:
    """Return the commitment to an entry.

    The salt keeps an entry that is erased with it from being guessed.

    Args:
        salt: SALT_BYTES random bytes.
        entry: Canonical bytes.
    """
    return hashlib.sha256(salt + entry).digest()


def link(before: bytes, commitment: bytes) -> bytes:
    """Return the chain after one more commitment."""
    return hashlib.sha256(_LINK + before + commitment).digest()
