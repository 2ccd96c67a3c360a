"""What a replica does with one page of a feed."""

from datetime import datetime
from uuid import UUID

import msgspec

from sync.core.change import SpaceState
from sync.replica import outbox, rows
from sync.replica.fields import same
from sync.replica.limits import RESTART_AGAIN_AFTER
from sync.replica.model import Held, Profile, ProfileState, SyncReport
from sync.replica.store import ReplicaStore
from sync.replica.wire import Change, ChangeKind, PageEnd

NEVER_MATCHES = 0
"""A base that no record has: numbers start at 1. The op is merged by what it saw."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Changes and where they lead, with the checkpoint that they were asked from."""

    space_id: UUID
    asked: str | None
    changes: list[Change]
    end: PageEnd


def take(store: ReplicaStore, page: Page, *, now: datetime, report: SyncReport) -> bool:
    """Apply a page together with its checkpoint, inside the caller's transaction.

    A page asked from another place than the one this replica is at is ignored:
    it answers a question that was answered already.

    Returns:
        Whether there is more to ask for this space.
    """
    profile = rows.profile(store, page.space_id)
    if profile is None or profile.state is ProfileState.ENDED or not _is_next(profile, page):
        return False
    if page.end.state is SpaceState.WIPE:
        rows.end_profile(store, page.space_id, now)
        report.ended.append(page.space_id)
        return False
    if page.end.state is SpaceState.RESYNC:
        return _resync(store, profile, report)
    _write(store, profile, page, report)
    if page.end.more:
        _advance(store, page)
        return True
    return _complete(store, profile, page, now=now, report=report)


def _is_next(profile: Profile, page: Page) -> bool:
    if profile.checkpoint != page.asked:
        return False
    return not page.changes or page.changes[0].seq > profile.reached


def _resync(store: ReplicaStore, profile: Profile, report: SyncReport) -> bool:
    if profile.checkpoint is None:
        return False  # We are at the beginning; a server that insists is asked another day.
    rows.start_again(store, profile.space_id)
    report.restarted.append(profile.space_id)
    return True


def _write(store: ReplicaStore, profile: Profile, page: Page, report: SyncReport) -> None:
    put: list[Held] = []
    for change in page.changes:
        if change.kind is ChangeKind.GONE:
            report.gone += 1
            report.dropped += rows.purge(store, profile.space_id, change.record_id)
            continue
        assert change.body is not None
        report.received += 1
        put.append(
            Held(
                space_id=profile.space_id,
                record_id=change.record_id,
                collection=change.collection,
                seq=change.seq,
                generation=profile.generation,
                fields=change.body,
            )
        )
    if profile.is_rebuilding:
        for record in put:
            _rebase(store, record)
    rows.save_held(store, put)


def _rebase(store: ReplicaStore, record: Held) -> None:
    """Give unsent ops a base of the new numbering.

    After a restore the same number may stand for another body, and an op that
    seems up to date is not merged. So an op keeps its standing only if the body
    that it was made on is the one that came back.
    """
    before = rows.held(store, record.space_id, record.record_id)
    if before is None or before.generation == record.generation:
        return
    for op in outbox.of_record(store, record.space_id, record.record_id):
        if op.attempts or op.base is None:
            continue
        is_current = op.base in {before.seq, record.seq} and same(before.fields, record.fields)
        base = record.seq if is_current else NEVER_MATCHES
        outbox.rewrite(store, msgspec.structs.replace(op, base=base))


def _advance(store: ReplicaStore, page: Page) -> None:
    reached = page.changes[-1].seq if page.changes else 0
    store.run(
        "UPDATE profile SET checkpoint = ?, reached = max(reached, ?) WHERE space_id = ?",
        page.end.checkpoint,
        reached,
        str(page.space_id),
    )


def _complete(
    store: ReplicaStore, profile: Profile, page: Page, *, now: datetime, report: SyncReport
) -> bool:
    """Finish with the last page: remove what was not brought again, and check the proof."""
    if profile.is_rebuilding:
        for record_id in rows.left_behind(store, profile.space_id, profile.generation):
            report.dropped += rows.purge(store, profile.space_id, record_id)
    _advance(store, page)
    is_equal = None
    if page.end.digest is not None:
        is_equal = rows.balance(store, profile.space_id) == (page.end.count, page.end.digest)
    store.run(
        "UPDATE profile SET is_rebuilding = 0, count = ?, digest = ?, is_equal = ?, synced_at = ?,"
        " restarted_at = CASE WHEN ? THEN NULL ELSE restarted_at END WHERE space_id = ?",
        page.end.count,
        page.end.digest,
        is_equal,
        now.isoformat(),
        bool(is_equal),
        str(profile.space_id),
    )
    if is_equal is not False:
        return False
    return _mend(store, profile, now=now, report=report)


def _mend(store: ReplicaStore, profile: Profile, *, now: datetime, report: SyncReport) -> bool:
    """Fetch a space again whose proof failed; once, and then not before a day has passed."""
    since = profile.restarted_at
    if since is not None and abs(now - since) < RESTART_AGAIN_AFTER:
        report.diverged.append(profile.space_id)
        return False
    rows.start_again(store, profile.space_id)
    store.run(
        "UPDATE profile SET restarted_at = ?, is_equal = 0 WHERE space_id = ?",
        now.isoformat(),
        str(profile.space_id),
    )
    report.restarted.append(profile.space_id)
    return True
