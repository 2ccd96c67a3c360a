"""Under which address a record reaches the one caregiver whom it was made for.

It holds who they are and what their mandate lets them in to: what was made for
them under another mandate reaches them no more, from the instant that it changes.

Source: docs/decisions/0038-reminders-of-a-caregiver.md.
"""

import functools
import hashlib
from uuid import UUID

_DIGITS = 16


@functools.lru_cache(maxsize=1_000)
def address_of(party_id: UUID | None, sections: tuple[str, ...] | None) -> str:
    """Name a caregiver as one who is let in to these sections, and to no others."""
    named = "\n".join(sorted(sections or ()))
    return f"{party_id}/{hashlib.sha256(named.encode()).hexdigest()[:_DIGITS]}"


def no_address_of(party_id: UUID) -> str:
    """Name a caregiver so that it reaches them not: what was theirs is put away."""
    return f"{party_id}/"


def party_in(address: str) -> UUID:
    """Return whom an address names."""
    return UUID(address.partition("/")[0])
