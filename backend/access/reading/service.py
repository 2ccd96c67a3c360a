"""Reading entries while connected, without keeping a copy.

Rights are asked at each request, of each entry, and what leaves is written into
the journal in the same transaction. Whoever may not see an entry gets the answer
of a world in which it does not exist: the order is that of random identifiers,
and neither a place nor the size of a page depends on anything hidden.

Source: docs/decisions/0024-emergency-access.md.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from backend.access.reading import cursor
from backend.access.reading.cursor import CursorInvalid
from backend.access.reading.model import EntryAsk, EntryPage, EntryView
from backend.kernel.spaces import SpaceTransactions
from backend.kernel.work import Office
from sync.bodies import told
from sync.core.pages import fitting
from sync.errors import CheckpointRefused, RecordNotFound
from sync.exchange import check_limit, read_traced
from sync.ports import Host
from sync.pull import Reading, open_reading
from sync.push import Caller
from sync.storage.port import Deed, Record, SpaceStore

_FIRST = UUID(int=0)


async def list_entries(office: Office, host: Host, caller: Caller, ask: EntryAsk) -> EntryPage:
    """Return some entries that the caller may see now, always in the same order.

    Raises:
        SpaceNotFound: No such space, or none that the caller may open now.
        CheckpointRefused: `after` was not given to this device for this list.
        RequestInvalid: The limit is out of range.
    """
    check_limit(ask.limit, "/limit")

    async def look(store: SpaceStore, now: datetime, *, traced: bool) -> EntryPage | None:
        reading = await open_reading(store, host, caller, now, online=True)
        whose = _reader(reading, ask)
        after = _FIRST if ask.after is None else _place(ask.after, host, whose)
        heads = [
            head
            for head in await store.heads()
            if ask.collection is None or head.collection == ask.collection
        ]
        visible = host.rights.readable_to(reading.viewer, heads, now)
        rest = sorted(record_id for record_id in visible if record_id > after)
        chosen = rest[: ask.limit]
        must_trace = bool(chosen) and store.must_trace(reading.viewer, caller.device_id)
        if must_trace and not traced:
            return None
        found = await store.records(chosen)
        records = [found[record_id] for record_id in chosen]
        entries = _fitting(await _views(store, reading, records, now))
        if must_trace:
            await store.trace(_deed(reading, entries))
        after_these = None
        if len(entries) < len(rest):
            last = entries[-1].record_id
            after_these = cursor.write(last, key=host.checkpoint_key, reader=whose)
        return EntryPage(entries=entries, next=after_these)

    return await read_traced(SpaceTransactions(office), host, ask.space_id, look)


async def read_entry(
    office: Office, host: Host, caller: Caller, space_id: UUID, record_id: UUID
) -> EntryView:
    """Return one entry.

    Raises:
        SpaceNotFound: No such space, or none that the caller may open now.
        RecordNotFound: No such entry for this caller, at this moment.
    """

    async def look(store: SpaceStore, now: datetime, *, traced: bool) -> EntryView | None:
        reading = await open_reading(store, host, caller, now, online=True)
        record = (await store.records([record_id])).get(record_id)
        if record is None or not host.rights.readable_to(reading.viewer, [record], now):
            raise RecordNotFound("/record_id")
        must_trace = store.must_trace(reading.viewer, caller.device_id)
        if must_trace and not traced:
            return None
        (entry,) = await _views(store, reading, [record], now)
        if must_trace:
            await store.trace(_deed(reading, [entry]))
        return entry

    return await read_traced(SpaceTransactions(office), host, space_id, look)


async def _views(
    store: SpaceStore, reading: Reading, records: Sequence[Record], now: datetime
) -> list[EntryView]:
    """Show records that a viewer sees; what they name is said where it is seen too."""
    named = await store.records({one.named_id for one in records if one.named_id is not None})
    host = reading.host
    seen = host.rights.readable_to(reading.viewer, named.values(), now)
    return [view_of(one, host, is_named_seen=one.named_id in seen) for one in records]


def view_of(record: Record, host: Host, *, is_named_seen: bool) -> EntryView:
    """Show a record that stands, to somebody who sees the record that it names or not."""
    body = told(host.collections.get(record.collection), record, is_named_seen=is_named_seen)
    return EntryView(
        record_id=record.record_id, collection=record.collection, body=msgspec.Raw(body)
    )


def etag_of(body: bytes) -> str:
    """Return the tag of an entry: it follows from what the entry says, and from nothing else."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _reader(reading: Reading, ask: EntryAsk) -> bytes:
    list_name = (ask.collection or "").encode()
    return reading.viewer.viewer_id.bytes + reading.device_id.bytes + list_name


def _place(after: str, host: Host, whose: bytes) -> UUID:
    try:
        return cursor.read(after, key=host.checkpoint_key, reader=whose)
    except CursorInvalid:
        raise CheckpointRefused("/after") from None


def _fitting(entries: Sequence[EntryView]) -> list[EntryView]:
    """Keep as many entries as a page holds, and one at least."""
    return [*entries[: fitting([len(memoryview(entry.body)) for entry in entries])]]


def _deed(reading: Reading, entries: Sequence[EntryView]) -> Deed:
    return Deed(
        viewer=reading.viewer,
        device_id=reading.device_id,
        action="read",
        objects=tuple((entry.collection, entry.record_id) for entry in entries),
    )
