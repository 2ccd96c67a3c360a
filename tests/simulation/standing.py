"""Records as they stand, and as they will."""

from collections import ChainMap
from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from sync.storage.memory import MemorySpace
from sync.storage.port import Record, Writes
from tests.simulation.law import Records
from tests.simulation.travels import Fields


def after(space: MemorySpace, saved: Sequence[tuple[Writes, UUID | None]]) -> Records:
    """Return every record of a space as it will stand once this is committed."""
    written = {r.record_id: r for writes, _ in saved for r in writes.records}
    return ChainMap(written, space.records) if written else space.records


def after_of(space: MemorySpace, writes: Writes, record_id: UUID) -> Record | None:
    """Return one record of a space as it will stand once this is committed."""
    written: Iterable[Record] = (r for r in writes.records if r.record_id == record_id)
    return next(iter(written), space.records.get(record_id))


def is_same(before: Record | None, after: Record) -> bool:
    """Say whether nothing of a record changed."""
    if before is None:
        return False
    return (before.body, before.deleted, before.flags) == (after.body, after.deleted, after.flags)


def fields_of(record: Record | None) -> Fields:
    """Read what a record says; nothing, once it is deleted."""
    if record is None or record.body is None:
        return {}
    fields: Fields = msgspec.json.decode(record.body)
    return fields
