"""Records that are about other records: which one an op names."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from sync.core.change import Op
from sync.core.merge import Fields
from sync.edit import SpaceEdit
from sync.ports import Host
from sync.storage.port import Record


def referred(host: Host, edit: SpaceEdit, ops: Sequence[Op]) -> list[UUID]:
    """Name the records that ops, or what they change, are about or name without writing them."""
    found = []
    for op in ops:
        standing = edit.loaded(op.record_id)
        if standing is not None and standing.named_id is not None:
            found.append(standing.named_id)
        collection = host.collections.get(op.collection)
        if collection is not None and collection.refers is not None:
            about = named(collection.refers, standing, op)
            found.extend([] if about is None else [about])
    return found


def named(field: str, standing: Record | None, op: Op) -> UUID | None:
    """Return the record that an op is about, by what it says or by what stands."""
    body = b"{}" if standing is None or standing.body is None else standing.body
    fields: Fields = msgspec.json.decode(body)
    return uuid_in({**fields, **op.set}.get(field))


def said_in(field: str | None, standing: Record | None, op: Op) -> str | None:
    """Return the text that an op says in a field, or that stands in it."""
    body = b"{}" if standing is None or standing.body is None else standing.body
    fields: Fields = msgspec.json.decode(body)
    value = {**fields, **op.set}.get(field) if field is not None else None
    return value if isinstance(value, str) else None


def uuid_in(value: object) -> UUID | None:
    """Read an identifier as a device wrote it; None for what is none."""
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
