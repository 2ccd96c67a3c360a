"""From whom a record is kept, and for whom it was made, as they are stored with it."""

import functools
from collections.abc import Iterable

import msgspec

from backend.access.model import ADDRESSED, Scope


@functools.lru_cache(maxsize=10_000)
def scopes_in(restrictions: bytes) -> tuple[Scope, ...]:
    """Read from whom a record is hidden."""
    return tuple(one for one in _all_in(restrictions) if one.kind != ADDRESSED)


@functools.lru_cache(maxsize=10_000)
def address_in(restrictions: bytes) -> str | None:
    """Read for whom alone a record was made; None for one that is for all who may see it."""
    return next((one.value for one in _all_in(restrictions) if one.kind == ADDRESSED), None)


def written(scopes: Iterable[Scope], address: str | None) -> bytes:
    """Write from whom a record is hidden, and for whom it was made; nothing for an open one."""
    every = set(scopes)
    if address is not None:
        every.add(Scope(ADDRESSED, address))
    return msgspec.json.encode(sorted(every)) if every else b""


def _all_in(restrictions: bytes) -> tuple[Scope, ...]:
    return msgspec.json.decode(restrictions, type=tuple[Scope, ...]) if restrictions else ()
