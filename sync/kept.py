"""The values of one record that did not stand, a page at a time."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from sync.core import kept_place
from sync.core.change import Kind
from sync.core.kept_place import START, KeptPlace, KeptPlaceInvalid
from sync.core.limits import KEPT_PER_PAGE_MAX
from sync.core.pages import fitting
from sync.errors import CheckpointRefused
from sync.pull import Reading, line_of
from sync.storage.port import EVERYBODY, Deed, Kept, SpaceStore


class KeptAsk(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: the values of a record after a place, so many at most."""

    space_id: UUID
    record_id: UUID
    after: str | None = None
    limit: int = KEPT_PER_PAGE_MAX


class KeptPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some values, oldest first, and where to go on from; `next` is None after the last."""

    values: Sequence[Kept]
    next: str | None = None


async def read_kept(
    store: SpaceStore, reading: Reading, ask: KeptAsk, *, traced: bool
) -> KeptPage | None:
    """Return the page after a place; None when the read must be traced and cannot be.

    What never stood is read by its author alone; what stood and gave way, by
    whoever sees the record. For a record that the caller cannot see there is
    nothing, whether it exists or not.

    Raises:
        CheckpointRefused: The place was not given to this device for this record.
    """
    viewer, reader = reading.viewer, _reader(reading, ask)
    place = _place(ask.after, reading.host.checkpoint_key, reader)
    line = await line_of(store, viewer, ask.record_id)
    if line is None or line.kind is not Kind.PUT:
        return KeptPage(values=[])
    must_trace = store.must_trace(viewer, reading.device_id)
    if must_trace and not traced:
        return None
    assert viewer.party_id is not None, "Whoever asks is a party."
    authors = (viewer.party_id, EVERYBODY)
    found = await store.kept(ask.record_id, authors, place, ask.limit + 1)
    values = found[: min(ask.limit, fitting([len(kept.values) for kept in found]))]
    if must_trace and values:
        objects = ((line.collection, ask.record_id),)
        await store.trace(
            Deed(viewer=viewer, device_id=reading.device_id, action="read", objects=objects)
        )
    if len(values) == len(found):
        return KeptPage(values=values)
    after_these = kept_place.write(
        _after(values, place), key=reading.host.checkpoint_key, reader=reader
    )
    return KeptPage(values=values, next=after_these)


def _reader(reading: Reading, ask: KeptAsk) -> bytes:
    return reading.viewer.viewer_id.bytes + reading.device_id.bytes + ask.record_id.bytes


def _place(after: str | None, key: bytes, reader: bytes) -> KeptPlace:
    if after is None:
        return START
    try:
        return kept_place.read(after, key=key, reader=reader)
    except KeptPlaceInvalid:
        raise CheckpointRefused("/after") from None


def _after(values: Sequence[Kept], before: KeptPlace) -> KeptPlace:
    """Return the place after some values: two of one op may lie on two pages."""
    last = values[-1]
    given = sum((kept.kept_at, kept.op_id) == (last.kept_at, last.op_id) for kept in values)
    if (before.kept_at, before.op_id) == (last.kept_at, last.op_id):
        given += before.given
    return KeptPlace(last.kept_at, last.op_id, given)
