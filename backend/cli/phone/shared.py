"""What the commands of `carnet phone` share: options, and what happens before and after an act."""

import asyncio
from typing import Any
from uuid import UUID

import click

from backend.cli.phone import view
from backend.cli.phone.pocket import TROUBLES, Pocket, refuse_stranger, sentence_of
from backend.cli.phone.values import choose
from backend.cli.spoken import Failure
from sync.replica import (
    Conflict,
    DeviceRevoked,
    Profile,
    RecordUnknown,
    Refused,
    Shown,
    SignInNeeded,
    SyncReport,
)

offline_option = click.option("--offline", is_flag=True, help="Do not talk to the server.")
profile_option = click.option(
    "--profile", "--space", "named", help="Whose record: a name, a role, or its identifier."
)
json_option = click.option("--json", "as_json", is_flag=True, help="For scripts.")
record_argument = click.argument("record_id")


def freshen(pocket: Pocket, *, offline: bool) -> None:
    """Sync before reading, if the server is there; what is held can be read in any case."""
    refuse_stranger(pocket)
    if offline or pocket.home.account() is None:
        return
    try:
        report = asyncio.run(pocket.sync(attempts=1))
    except DeviceRevoked:
        raise
    except SignInNeeded:
        view.note(pocket.say("sign-in-shown", login=pocket.login))
    except Refused as refused:
        view.note(sentence_of(pocket, refused))
    except TROUBLES:
        view.note(pocket.say("offline"))
    else:
        _note_changes(pocket, report)


def send(pocket: Pocket, space_id: UUID, record_id: UUID, *, done: str, offline: bool) -> None:
    """Try to send what was just queued, and say what became of it."""
    if not offline and pocket.home.account() is not None:
        try:
            asyncio.run(pocket.sync(attempts=1))
        except DeviceRevoked:
            raise
        except TROUBLES as trouble:
            if isinstance(trouble.__cause__ or trouble, (SignInNeeded, Refused)):
                view.note(sentence_of(pocket, trouble))
    lost = next((c for c in pocket.replica.conflicts(space_id) if c.record_id == record_id), None)
    if lost is not None and lost.lost[-1].code != "conflict":
        why = view.why(pocket, lost.lost[-1])
        raise Failure(pocket.say("refused", why=why, id=record_id))
    if lost is not None:
        count = sum(len(one.fields) or 1 for one in lost.lost)
        view.note(pocket.counted(count, "lost-hint", id=record_id))
    is_waiting = pocket.replica.waiting_for(space_id, record_id) > 0
    view.tell(pocket.say("queued" if is_waiting else done, id=record_id))


def choose_profile(pocket: Pocket, named: str | None) -> Profile:
    """Find the record that a person means."""
    return choose(pocket.replica.profiles(), named)


def shown_by(pocket: Pocket, start: str) -> Shown:
    """Return the one record whose identifier starts so.

    Raises:
        RecordUnknown: None does.
    """
    shown, _ = find(pocket, start)
    if shown is None:
        raise RecordUnknown(start)
    return shown


def find(pocket: Pocket, start: str) -> tuple[Shown | None, Conflict | None]:
    """Find a record by the start of its identifier, and what was lost in it."""
    found = pocket.replica.find(start)
    lost = [c for c in pocket.replica.conflicts() if str(c.record_id).startswith(start.lower())]
    ids = {one.record_id for one in found} | {one.record_id for one in lost}
    if not ids or not start:
        raise RecordUnknown(start)
    if len(ids) > 1:
        raise Failure(pocket.say("several-records", id=start))
    return next(iter(found), None), next(iter(lost), None)


def tell_report(pocket: Pocket, report: SyncReport) -> None:
    """Say what a sync did."""
    standings = [pocket.replica.standing(p.space_id) for p in pocket.replica.profiles()]
    known = [one.is_equal for one in standings if one.is_equal is not None]
    view.tell(
        pocket.say(
            "synced",
            sent=report.applied + report.merged + report.conflicts + report.refused,
            received=report.received,
            gone=report.gone,
            equal=view.equality(pocket, is_equal=all(known) if known else None),
        )
    )
    _note_changes(pocket, report)


def _note_changes(pocket: Pocket, report: SyncReport) -> None:
    names = {p.space_id: p.display_name for p in pocket.replica.profiles()}
    told: dict[str, list[Any]] = {
        "access-ended": report.ended,
        "restarted": report.restarted,
        "diverged": report.diverged,
    }
    for key, space_ids in told.items():
        for space_id in space_ids:
            view.note(pocket.say(key, name=names[space_id]))
    if report.dropped:
        view.note(pocket.counted(report.dropped, "dropped"))
    if report.conflicts or report.refused:
        for conflict in pocket.replica.conflicts():
            count = sum(len(lost.fields) or 1 for lost in conflict.lost)
            view.note(pocket.counted(count, "lost-hint", id=conflict.record_id))
