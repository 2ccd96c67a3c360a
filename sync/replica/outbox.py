"""What the person did here and the server has not answered yet.

For any record there is at most one op in flight and one behind it. An op that
was never sent takes in what follows it; one that may have been sent is left as
it is for ever, because the server answers the same identifier with the same
outcome.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sync.core.change import OpKind
from sync.core.limits import OPS_PER_PUSH_MAX
from sync.replica import rows
from sync.replica.errors import RecordUnknown
from sync.replica.fields import overlay, same
from sync.replica.limits import OPS_BYTES_MAX
from sync.replica.model import Fields, Held, QueuedOp
from sync.replica.store import ReplicaStore
from sync.replica.wire import message_of

_SELECT = (
    'SELECT place, op_id, space_id, collection, record_id, kind, base, "set", was, attempts,'
    " queued_at FROM op"
)


# An op that may have left is sent again until it is answered. One that has not
# waits for the answer to what is ahead of it on the same record, and, while a
# space is fetched again, for the numbers that its base must be one of.
_READY = (
    "(attempts > 0 OR (NOT EXISTS (SELECT 1 FROM op AS ahead WHERE ahead.attempts > 0"
    " AND ahead.space_id = op.space_id AND ahead.record_id = op.record_id)"
    " AND (base IS NULL OR NOT EXISTS (SELECT 1 FROM profile"
    " WHERE profile.space_id = op.space_id AND is_rebuilding))))"
)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An edit as the person made it, before it is compared with what is shown."""

    op_id: UUID
    space_id: UUID
    collection: str
    record_id: UUID
    fields: Fields
    at: datetime


def of_record(store: ReplicaStore, space_id: UUID, record_id: UUID) -> list[QueuedOp]:
    """Return what waits for one record, in order."""
    return _ops(store, "space_id = ? AND record_id = ?", str(space_id), str(record_id))


def of_collection(store: ReplicaStore, space_id: UUID, collection: str) -> list[QueuedOp]:
    """Return what waits in one collection, in order."""
    return _ops(store, "space_id = ? AND collection = ?", str(space_id), collection)


def by_id(store: ReplicaStore, op_id: UUID) -> QueuedOp | None:
    """Return one op, or None once it was answered or dropped."""
    return next(iter(_ops(store, "op_id = ?", str(op_id))), None)


def shown(record: Held | None, ops: Iterable[QueuedOp]) -> Fields | None:
    """Return what the person sees of a record, None if nothing."""
    fields = None if record is None else record.fields
    for op in ops:
        if op.kind is OpKind.DELETE:
            fields = None
        elif fields is not None or op.base is None:
            fields = overlay(fields, op.set)
    return fields


def create(store: ReplicaStore, draft: Draft) -> None:
    """Queue a new record."""
    fields = overlay(None, draft.fields)
    _add(store, draft, kind=OpKind.PUT, base=None, change=(fields, {}))


def edit(store: ReplicaStore, draft: Draft) -> None:
    """Queue an edit of a record that is shown; one that changes nothing is not queued.

    Raises:
        RecordUnknown: The record is not shown, or is in another collection.
    """
    record, ops, seen = _seen(store, draft)
    changed = {n: v for n, v in draft.fields.items() if not same(seen.get(n), v)}
    was = {name: seen[name] for name in changed if name in seen}
    last = ops[-1] if ops else None
    if last is not None and last.attempts == 0:
        _squash(store, last, changed, was, is_new=record is None and len(ops) == 1)
    elif changed:
        base = None if record is None else record.seq
        _add(store, draft, kind=OpKind.PUT, base=base, change=(changed, was))


def delete(store: ReplicaStore, draft: Draft) -> None:
    """Queue a deletion; a record that was never sent just vanishes.

    Raises:
        RecordUnknown: The record is not shown, or is in another collection.
    """
    record, ops, _ = _seen(store, draft)
    base = None if record is None else record.seq
    if ops and ops[-1].attempts == 0:
        # The number the person started from: what came since is still under their edits.
        base = ops[-1].base
        remove(store, ops[-1])
        if record is None and len(ops) == 1:
            return
    _add(store, draft, kind=OpKind.DELETE, base=base, change=({}, {}))


def remove(store: ReplicaStore, op: QueuedOp) -> None:
    """Take one op out of the queue."""
    store.run("DELETE FROM op WHERE place = ?", op.place)


def rewrite(store: ReplicaStore, op: QueuedOp) -> None:
    """Change an op that was never sent."""
    assert op.attempts == 0
    store.run(
        'UPDATE op SET base = ?, "set" = ?, was = ? WHERE place = ? AND attempts = 0',
        op.base,
        rows.to_json(op.set),
        rows.to_json(op.was),
        op.place,
    )


def waiting(store: ReplicaStore, space_id: UUID | None = None) -> int:
    """Count what waits, in one space or everywhere."""
    row = store.row(
        "SELECT count(*) AS n FROM op WHERE ?1 IS NULL OR space_id = ?1",
        None if space_id is None else str(space_id),
    )
    assert row is not None
    return int(row["n"])


def spaces_with_ready_ops(store: ReplicaStore) -> list[UUID]:
    """Return the spaces in which something can be sent now."""
    found = store.rows(
        f"SELECT space_id FROM op WHERE {_READY} GROUP BY space_id ORDER BY min(place)"  # noqa: S608
    )
    return [UUID(row["space_id"]) for row in found]


def next_batch(
    store: ReplicaStore, space_ids: Sequence[UUID], most: int = OPS_PER_PUSH_MAX
) -> list[QueuedOp]:
    """Take the ops to send now, in order, and mark them as sent.

    They fit in one request together, and no two are about the same record.
    """
    marks = ", ".join("?" * len(space_ids))
    ready = _ops(
        store,
        f"space_id IN ({marks}) AND {_READY}",
        *(str(space_id) for space_id in space_ids),
        most=most,
    )
    batch: list[QueuedOp] = []
    size = 0
    for op in ready:
        size += len(msgspec.json.encode(message_of(op))) + 1
        if batch and size > OPS_BYTES_MAX:
            break
        batch.append(op)
    store.run_many(
        "UPDATE op SET attempts = attempts + 1 WHERE place = ?", ((op.place,) for op in batch)
    )
    return batch


def _ops(
    store: ReplicaStore, where: str, *values: object, most: int | None = None
) -> list[QueuedOp]:
    limit = "" if most is None else f"LIMIT {most:d}"
    found = store.rows(f"{_SELECT} WHERE {where} ORDER BY place {limit}", *values)
    return [rows.to_struct(row, QueuedOp) for row in found]


def _seen(store: ReplicaStore, draft: Draft) -> tuple[Held | None, list[QueuedOp], Fields]:
    record = rows.held(store, draft.space_id, draft.record_id)
    ops = of_record(store, draft.space_id, draft.record_id)
    seen = shown(record, ops)
    named = {known.collection for known in (record, *ops) if known is not None}
    if seen is None or named != {draft.collection}:
        raise RecordUnknown("There is no such record here.")
    return record, ops, seen


def _squash(
    store: ReplicaStore, last: QueuedOp, changed: Fields, was: Fields, *, is_new: bool
) -> None:
    """Take an edit into an op that was never sent."""
    first_seen = {name: value for name, value in was.items() if name not in last.set}
    wanted, before = {**last.set, **changed}, {**first_seen, **last.was}
    for name in [name for name in wanted if same(wanted[name], before.get(name))]:
        del wanted[name]  # Changed and changed back.
    before = {name: value for name, value in before.items() if name in wanted}
    if wanted or is_new:
        rewrite(store, msgspec.structs.replace(last, set=wanted, was=before))
    else:
        remove(store, last)


def _add(
    store: ReplicaStore,
    draft: Draft,
    *,
    kind: OpKind,
    base: int | None,
    change: tuple[Fields, Fields],
) -> None:
    wanted, was = change
    store.run(
        'INSERT INTO op (op_id, space_id, collection, record_id, kind, base, "set", was, queued_at)'
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        str(draft.op_id),
        str(draft.space_id),
        draft.collection,
        str(draft.record_id),
        kind.value,
        base,
        rows.to_json(wanted),
        rows.to_json(was),
        draft.at.isoformat(),
    )
