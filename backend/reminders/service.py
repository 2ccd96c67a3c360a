"""Planning one space: from its records to its reminders and their jobs.

Source: docs/decisions/0030-reminders-are-records.md.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from backend.access.model import Role
from backend.access.rules.visibility import REMINDERS
from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Work
from backend.reminders.facts import Known, Reads, known_of
from backend.reminders.records import fields_of, named, reminder_in
from backend.reminders.secrecy import keep, kept_from
from notifications.core.customs import Customs
from notifications.core.reminder import ADVISED, Mover, Reminder, State, may_move
from notifications.jobs import Telling, jobs_of
from notifications.plan import Changes, next_plan_at, settle, wanted_of
from notifications.storage.sql import SqlJobStore
from sync.core.audience import Viewer
from sync.edit import Entry, SpaceEdit
from sync.errors import SpaceNotFound
from sync.ports import Host
from sync.storage.port import Record

# Whoever writes for the server itself: no account has this identifier.
SERVER = UUID(int=0)

_TOLD = frozenset({Role.HOLDER.value, Role.REPRESENTATIVE.value, Role.CAREGIVER.value})


class Planning(msgspec.Struct, frozen=True, kw_only=True):
    """What planning needs beside a space."""

    host: Host
    reads: Reads
    customs: Customs


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """What planning a space did."""

    written: int
    jobs: int
    problems: int


async def plan_space(work: Work, planning: Planning, space_id: UUID) -> Planned | None:
    """Plan a space, if that is due; None when there is nothing to do.

    Everything is written in this one transaction, which holds the space: whatever
    is recorded meanwhile comes before it, or makes the plan due again.
    """
    jobs = SqlJobStore(work.db, space_id)
    try:
        edit = await edit_space(work, planning.host, space_id)
    except SpaceNotFound:  # Closed, or erased: nobody is told anything.
        await jobs.planned(None)
        return None
    due = await jobs.plan()
    if due is None or due.due_at is None or work.now < due.due_at:
        return None
    customs, now = planning.customs, work.now
    records = await edit.held(planning.reads.held)
    known = known_of(records, planning.reads, now)
    since = due.marked_at or now
    asked = wanted_of(known.told, customs, now, since=since)
    held = {record.record_id: record for record in named(records, REMINDERS)}
    standing = {record_id: reminder_in(record) for record_id, record in held.items()}
    namespace, stood = await _namespace(work, space_id), [*standing.values()]
    changes = settle(namespace, asked.wanted, stood, customs=customs, now=now)
    await _write(edit, planning.host, changes, known)
    for one in changes.put:
        standing[one.reminder_id] = one
        held[one.reminder_id] = _written(edit, one.reminder_id)
    for reminder_id in changes.drop:
        del standing[reminder_id]
    parties = await _parties(edit, planning.host, known, held, standing)
    new = jobs_of(
        [
            Telling(space_id=space_id, reminder=one, parties=parties[reminder_id])
            for reminder_id, one in standing.items()
        ],
        await jobs.jobs(),
        customs=customs,
        since=since,
        now=now,
    )
    await jobs.put_jobs(new)
    if changes.drop:
        await jobs.drop_jobs(changes.drop)
    await save_space(work, space_id, edit)
    # Last: what the edit has written marked the plan as due.
    await jobs.planned(next_plan_at(known.told, planning.customs, space_id, work.now))
    return Planned(written=len(changes.put), jobs=len(new), problems=asked.problems)


async def _parties(
    edit: SpaceEdit,
    host: Host,
    known: Known,
    held: dict[UUID, Record],
    standing: Mapping[UUID, Reminder],
) -> dict[UUID, frozenset[UUID]]:
    """Name who is told of each reminder: whoever sees it, by the same rights as everything."""
    viewers = [one for one in edit.viewers.values() if is_told(one)]
    kept = kept_from(known.said, viewers)
    await keep(edit, held, {i: kept[about] for i, about in _advised(standing) if about in kept})
    return {i: told_of(host, held[i], viewers, edit.now) for i in standing}


def _advised(standing: Mapping[UUID, Reminder]) -> list[tuple[UUID, str]]:
    """Return the reminders of recommendations, each with its subject."""
    return [(i, one.wanted.subject) for i, one in standing.items() if one.wanted.kind in ADVISED]


async def _namespace(work: Work, space_id: UUID) -> UUID:
    """Return the secret of a space that the identifiers of its reminders follow from."""
    cipher = await work.keys.cipher(work.db, space_id)
    return UUID(bytes=cipher.derive("reminders")[:16])


async def _write(edit: SpaceEdit, host: Host, changes: Changes, known: Known) -> None:
    """Write the reminders that change; each is kept from others as what it is about."""
    families = {
        known.families[one.wanted.subject]
        for one in changes.put
        if one.wanted.subject in known.families
    }
    await edit.load([*families, *(one.reminder_id for one in changes.put), *changes.drop])
    for one in changes.put:
        _put(edit, host, one, known)
    for reminder_id in changes.drop:
        record = edit.record(reminder_id)
        assert record is not None, "What is dropped stood."
        edit.delete(record, SERVER)


def _put(edit: SpaceEdit, host: Host, one: Reminder, known: Known) -> None:
    subject = one.wanted.subject
    family_id = known.families.get(subject)
    before = edit.record(one.reminder_id)
    flags = known.flags.get(subject, 0)
    if one.state is State.CANCELLED and before is not None:
        # What it is about may be gone by now, and with it the orders that it carried.
        flags |= before.flags & host.collections[REMINDERS].lasting_flags
    edit.put(
        Entry(
            record_id=one.reminder_id,
            collection=host.collections[REMINDERS],
            author_id=SERVER,
            fields=fields_of(one),
            flags=flags,
            family_id=family_id,
        )
    )


def _written(edit: SpaceEdit, reminder_id: UUID) -> Record:
    record = edit.record(reminder_id)
    assert record is not None, "It was written in this edit."
    return record


def is_told(viewer: Viewer) -> bool:
    """Say whether somebody is one whom reminders are for at all."""
    return viewer.role in _TOLD and viewer.party_id is not None


def told_of(
    host: Host, record: Record, viewers: Sequence[Viewer], now: datetime
) -> frozenset[UUID]:
    """Name the parties that may see a reminder at this instant."""
    seeing = host.rights.audience(record, viewers, now)
    return frozenset(
        viewer.party_id
        for viewer in viewers
        if viewer.viewer_id in seeing and viewer.party_id is not None
    )


async def note_sent(work: Work, host: Host, space_id: UUID, reminder_ids: Collection[UUID]) -> None:
    """Say in reminders that somebody was told, unless they stand further by now."""
    try:
        edit = await edit_space(work, host, space_id)
    except SpaceNotFound:
        return
    await edit.load(reminder_ids)
    for reminder_id in reminder_ids:
        record = edit.record(reminder_id)
        if record is None or record.body is None:
            continue
        reminder = reminder_in(record)
        if reminder.state is State.SENT:
            continue
        if may_move(reminder.state, State.SENT, Mover.DISPATCH):
            sent = msgspec.structs.replace(reminder, state=State.SENT)
            edit.put(
                Entry(
                    record_id=reminder_id,
                    collection=host.collections[REMINDERS],
                    author_id=SERVER,
                    fields=fields_of(sent),
                )
            )
    await save_space(work, space_id, edit)
