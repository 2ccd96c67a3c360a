"""Planning one space: from its records to its reminders and their jobs.

Source: docs/decisions/0030-reminders-are-records.md, 0038-reminders-of-a-caregiver.md.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID, uuid5

import msgspec

from backend.access.model import Role
from backend.access.rules.visibility import REMINDERS
from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Work
from backend.reminders.eyes import Eye, Sight, eyes_of, gone, is_kept_from_representatives
from backend.reminders.facts import Reads, sources_of, told_by, told_of
from backend.reminders.records import fields_of, place_of, reminder_in
from backend.reminders.shelf import SERVER, Shelf
from notifications.core.customs import Customs
from notifications.core.reminder import ADVISED, Mover, State, may_move
from notifications.jobs import Telling, jobs_of
from notifications.plan import Planned as Asked
from notifications.plan import Told, next_plan_at, settle, wanted_of
from notifications.storage.sql import SqlJobStore
from sync.core.audience import Viewer
from sync.edit import Entry, SpaceEdit
from sync.errors import SpaceNotFound
from sync.ports import Host
from sync.storage.port import Record

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
    now, since = work.now, due.marked_at or work.now
    records = await edit.held(planning.reads.held)
    shelf = Shelf(edit, planning.host, sources_of(records), records)
    plans = _plans(edit, planning, records, since)
    plans += [_nothing(gone(i)) for i in shelf.parties() - {one.eye.party_id for one in plans}]
    namespace = await _namespace(work, space_id)
    if len(plans) > 1 and not shelf.parties():
        await shelf.review()
    written, dropped = 0, list[UUID]()
    for one in plans:
        name = namespace if one.eye.party_id is None else uuid5(namespace, str(one.eye.party_id))
        stood = shelf.of(one.eye.party_id)
        changes = settle(name, one.asked.wanted, stood, customs=planning.customs, now=now)
        await shelf.write(one.eye, changes, one.secret)
        written += len(changes.put)
        dropped += changes.drop
    new = jobs_of(
        _tellings(space_id, shelf, edit, planning.host),
        await jobs.jobs(),
        customs=planning.customs,
        since=since,
        now=now,
    )
    await jobs.put_jobs(new)
    if dropped:
        await jobs.drop_jobs(dropped)
    await save_space(work, space_id, edit)
    # Last: what the edit has written marked the plan as due.
    await jobs.planned(_next_at(plans[0], edit, planning, space_id))
    return Planned(written=written, jobs=len(new), problems=plans[0].asked.problems)


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for one eye; `secret` are the subjects that representatives are not told."""

    eye: Eye
    told: Told | None
    asked: Asked
    secret: frozenset[str] = frozenset()


def _plans(
    edit: SpaceEdit, planning: Planning, records: Sequence[Record], since: datetime
) -> list[_Plan]:
    """Ask what everybody is to be reminded of, by what they see: the person first."""
    reads, now = planning.reads, edit.now
    every = reads.open_in(records, now)
    # Most who help see all that counts, or as much as another: that is asked once.
    known: dict[tuple[Sight, bool], tuple[Told, Asked]] = {}
    plans: list[_Plan] = []
    for eye in eyes_of(edit.viewers.values(), every, reads, now):
        view = (eye.sight, eye.is_advised)
        if view not in known:
            told = told_of(eye.records, reads, now, is_advised=eye.is_advised)
            known[view] = (told, wanted_of(told, planning.customs, now, since=since))
        told, asked = known[view]
        if eye.party_id is not None:
            plans.append(_Plan(eye=eye, told=told, asked=_for_helper(eye, asked)))
            continue
        secret = told_by(
            lambda one: is_kept_from_representatives(one, now), eye.records, told, reads
        )
        plans.append(_Plan(eye=eye, told=told, asked=asked, secret=secret))
    return plans


def _for_helper(eye: Eye, asked: Asked) -> Asked:
    """Leave what reaches a caregiver, and have them confirm what is advised.

    They may see too little of the record for it: always to be confirmed, or this would
    tell that they do.
    """
    wanted = (
        msgspec.structs.replace(one, must_confirm=True) if one.kind in ADVISED else one
        for one in asked.wanted
        if eye.gets(one.kind)
    )
    return msgspec.structs.replace(asked, wanted=tuple(wanted))


def _nothing(eye: Eye) -> _Plan:
    return _Plan(eye=eye, told=None, asked=Asked(wanted=(), problems=0))


def _tellings(space_id: UUID, shelf: Shelf, edit: SpaceEdit, host: Host) -> list[Telling]:
    """Name who is told of each reminder: whoever sees it, by the same rights as everything."""
    viewers = [one for one in edit.viewers.values() if is_told(one)]
    return [
        Telling(
            space_id=space_id,
            reminder=one,
            parties=told_parties(host, shelf.records[reminder_id], viewers, edit.now),
        )
        for reminder_id, one in shelf.standing.items()
    ]


def _next_at(own: _Plan, edit: SpaceEdit, planning: Planning, space_id: UUID) -> datetime | None:
    """Say when time alone may change a plan: what is due, or what a caregiver may see."""
    assert own.told is not None, "The person is always asked for."
    helping = [one for one in edit.viewers.values() if one.role == Role.CAREGIVER.value]
    turns = [planning.host.rights.due_at(one, edit.now) for one in helping]
    turns.append(next_plan_at(own.told, planning.customs, space_id, edit.now))
    return min((at for at in turns if at is not None), default=None)


async def _namespace(work: Work, space_id: UUID) -> UUID:
    """Return the secret of a space that the identifiers of its reminders follow from."""
    cipher = await work.keys.cipher(work.db, space_id)
    return UUID(bytes=cipher.derive("reminders")[:16])


def is_told(viewer: Viewer) -> bool:
    """Say whether somebody is one whom reminders are for at all."""
    return viewer.role in _TOLD and viewer.party_id is not None


def told_parties(
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
    found = [edit.record(reminder_id) for reminder_id in reminder_ids]
    standing = [reminder_in(one) for one in found if one is not None and one.body is not None]
    for reminder in sorted(standing, key=place_of):
        if reminder.state is State.SENT:
            continue
        if may_move(reminder.state, State.SENT, Mover.DISPATCH):
            sent = msgspec.structs.replace(reminder, state=State.SENT)
            edit.put(
                Entry(
                    record_id=reminder.reminder_id,
                    collection=host.collections[REMINDERS],
                    author_id=SERVER,
                    fields=fields_of(sent),
                )
            )
    await save_space(work, space_id, edit)
