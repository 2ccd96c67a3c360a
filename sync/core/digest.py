"""Proof of convergence: one number that two equal sets share.

The digest of a viewer is the sum, modulo 2^128, of a hash of each record that
the viewer may see with its sequence number. A sum changes by one line at a time
and does not depend on order. Source: docs/decisions/0001-feed-per-viewer.md.
"""

import hashlib
from uuid import UUID

MODULUS = 1 << 128


def line(record_id: UUID, seq: int) -> int:
    """Return what one record adds to the digest: the head of SHA-256(id ‖ seq)."""
    data = record_id.bytes + seq.to_bytes(8)
    return int.from_bytes(hashlib.sha256(data).digest()[:16])


def text(digest: int) -> str:
    """Write a digest as 32 hex digits."""
    return f"{digest % MODULUS:032x}"
