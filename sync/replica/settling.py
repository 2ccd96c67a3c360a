"""What a replica does with the outcome of an op."""

from datetime import datetime

import msgspec

from sync.core.change import OpKind, Status
from sync.errors import RecordGone, RecordNotFound
from sync.replica import outbox, rows
from sync.replica.fields import losing, overlay, same
from sync.replica.model import Held, Loss, QueuedOp, SyncReport
from sync.replica.store import ReplicaStore
from sync.replica.wire import Outcome

CONFLICT = "conflict"


def settle(store: ReplicaStore, outcome: Outcome, *, now: datetime, report: SyncReport) -> None:
    """Take an answered op out of the queue and keep what it left.

    An op that is no longer queued was answered before, or went with its record:
    its outcome is nothing to anybody.
    """
    op = outbox.by_id(store, outcome.op_id)
    if op is None:
        return
    outbox.remove(store, op)
    if outcome.status is Status.REFUSED:
        loss = Loss(code=outcome.code or "", pointer=outcome.pointer, at=now)
        refuse(store, op, loss, report)
    elif op.kind is OpKind.DELETE:
        _settle_delete(store, op, outcome, now=now, report=report)
    else:
        _settle_put(store, op, outcome, now=now, report=report)


def refuse(store: ReplicaStore, op: QueuedOp, loss: Loss, report: SyncReport) -> None:
    """Give up an op that is already out of the queue, keeping its words for the person.

    What is refused because the record may no longer be held is not kept: a
    withdrawn record stays in no form, and the server has kept the words for
    their author.
    """
    is_held = rows.held(store, op.space_id, op.record_id) is not None
    if loss.code == RecordGone.code:
        report.dropped += 1
        store.must_scrub()
        if not is_held:
            report.dropped += rows.purge(store, op.space_id, op.record_id)
        return
    report.refused += 1
    followers = outbox.of_record(store, op.space_id, op.record_id)
    if is_held:
        _keep(store, op, loss)
        for follower in followers:
            _see_through(store, follower, op)
        return
    for unfounded in followers:
        outbox.remove(store, unfounded)
    if any(follower.kind is OpKind.DELETE for follower in followers):
        return  # The person had thrown the words away.
    for unfounded in (op, *followers):
        _keep(store, unfounded, loss)


def _keep(store: ReplicaStore, op: QueuedOp, loss: Loss) -> None:
    if op.kind is OpKind.DELETE and loss.code == RecordNotFound.code:
        return  # What the person wanted gone is not there.
    rows.save_lost(store, op, op.set, loss)


def _settle_delete(
    store: ReplicaStore, op: QueuedOp, outcome: Outcome, *, now: datetime, report: SyncReport
) -> None:
    if outcome.status is Status.APPLIED:
        report.applied += 1
        rows.purge(store, op.space_id, op.record_id)
        return
    report.conflicts += 1
    rows.save_lost(store, op, {}, Loss(code=CONFLICT, at=now))
    _confirm(store, op, outcome)


def _settle_put(
    store: ReplicaStore, op: QueuedOp, outcome: Outcome, *, now: datetime, report: SyncReport
) -> None:
    if outcome.status is Status.CONFLICT:
        report.conflicts += 1
        fields = losing(op.set, was=op.was, standing=outcome.current)
        rows.save_lost(store, op, fields, Loss(code=CONFLICT, at=now))
    elif outcome.status is Status.MERGED:
        report.merged += 1
    else:
        report.applied += 1
        _rebase(store, op, outcome)
    _confirm(store, op, outcome)


def _rebase(store: ReplicaStore, op: QueuedOp, outcome: Outcome) -> None:
    """Let what was made on top of an applied op start from the number it got.

    Between the two nobody else changed the record, so the person saw what stands.
    """
    for follower in outbox.of_record(store, op.space_id, op.record_id):
        if outcome.seq is not None and follower.base == op.base:
            outbox.rewrite(store, msgspec.structs.replace(follower, base=outcome.seq))


def _see_through(store: ReplicaStore, follower: QueuedOp, refused: QueuedOp) -> None:
    """Correct what a later edit saw: values that the server never took."""
    was = dict(follower.was)
    for name, value in refused.set.items():
        if name in follower.set and same(was.get(name), value):
            was.pop(name, None)
            if name in refused.was:
                was[name] = refused.was[name]
    outbox.rewrite(store, msgspec.structs.replace(follower, was=was))


def _confirm(store: ReplicaStore, op: QueuedOp, outcome: Outcome) -> None:
    """Show what the server took until the feed brings it, perhaps pages later.

    Its line of the feed comes after our checkpoint, so it will come, and it
    decides: here nothing is written over a record that is as new or newer.
    """
    profile = rows.profile(store, op.space_id)
    if outcome.seq is None or profile is None:
        return
    record = rows.held(store, op.space_id, op.record_id)
    before = None if record is None else record.fields
    fields = outcome.current
    if fields is None and outcome.status is not Status.CONFLICT:
        fields = overlay(before, op.set)
    if fields is None:
        return
    confirmed = Held(
        space_id=op.space_id,
        record_id=op.record_id,
        collection=op.collection,
        seq=outcome.seq,
        generation=profile.generation,
        fields=fields,
    )
    if record is not None and record.generation < profile.generation:
        # Not brought by this generation yet: it must still count as missing.
        confirmed = msgspec.structs.replace(confirmed, seq=record.seq, generation=record.generation)
    elif record is not None and record.seq >= outcome.seq:
        return
    rows.save_held(store, [confirmed])
