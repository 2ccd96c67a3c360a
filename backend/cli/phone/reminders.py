"""`carnet phone remind | ring`: what a person is reminded of, with or without a network."""

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import click
import msgspec

from backend.access.rules.visibility import REMINDER_RULES, REMINDERS
from backend.cli.phone import view
from backend.cli.phone.pocket import TROUBLES, Options, Pocket, opened, sentence_of
from backend.cli.phone.reminder_view import OVER, Of, several, show_each, soonest
from backend.cli.phone.shared import (
    choose_profile,
    freshen,
    json_option,
    offline_option,
    profile_option,
    record_argument,
    send,
    shown_by,
)
from backend.cli.spoken import Failure
from backend.cli.words import say
from backend.reminders.model import Reminder as Body
from backend.reminders.records import reminder_of
from notifications.core.clock import ZoneUnknown, zone_of
from notifications.core.reminder import Mover, Reminder, Ring, State, may_move, rings
from sync.replica import DeviceRevoked, Fields, Profile, ProfileState, Shown

# A phone that was off for a while still shows what rang meanwhile.
RINGING_MINUTES = 15


def _read_time(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    """Read a time, with the offset that it has, or with none."""
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(say("bad-instant", text=text)) from None


def read_instant(context: click.Context, option: click.Parameter, text: str | None) -> Any:
    """Read an instant; without an offset it is by the clock of this machine."""
    at = _read_time(context, option, text)
    try:
        return None if at is None else at.astimezone()
    except (ValueError, OverflowError):
        raise click.BadParameter(say("bad-instant", text=text)) from None


def _by_clock(at: datetime, time_zone: str) -> str:
    """Write an instant; without an offset it is by the clock of that zone."""
    if at.tzinfo is None:
        # Of a zone that nobody knows the server says so.
        with contextlib.suppress(ZoneUnknown):
            at = at.replace(tzinfo=zone_of(time_zone))
    return at.isoformat(timespec="seconds") if at.tzinfo else f"{at.isoformat()}Z"


def list_reminders(pocket: Pocket, named: str | None, *, json: bool) -> None:
    """Show what the persons of this phone are reminded of, or the one who is named."""
    found = [(profile, _reminders(pocket, profile)) for profile in _meant(pocket, named)]
    if json:
        everything = [one for _, held in found for one in held]
        view.as_json(sorted(everything, key=soonest))
        return
    for profile, held in found:
        several(pocket, held, of=profile.display_name if len(found) > 1 else None)


def _meant(pocket: Pocket, named: str | None) -> list[Profile]:
    """Return the one who is named; else everybody: what is due concerns a whole family."""
    here = [one for one in pocket.replica.profiles() if one.state is ProfileState.OPEN]
    return here if named is None and len(here) > 1 else [choose_profile(pocket, named)]


@click.group()
def remind() -> None:
    """Ask for reminders, and answer those that there are."""


@remind.command("add")
@click.argument("title")
@click.option("--at", required=True, callback=_read_time, help="When first: 2026-12-24T08:00.")
@click.option("--every", "rrule", help="daily, weekly, monthly, yearly, or a rule of RFC 5545.")
@click.option("--until", callback=_read_time, help="Until when it comes again.")
@click.option("--lead", "leads", type=int, multiple=True, help="Minutes before; again for more.")
@click.option(
    "--zone", "time_zone", default="Europe/Paris", show_default=True, help="By whose clock."
)
@profile_option
@offline_option
@click.pass_obj
def add_rule(
    options: Options,
    *,
    title: str,
    at: datetime,
    rrule: str | None,
    until: datetime | None,
    leads: tuple[int, ...],
    time_zone: str,
    named: str | None,
    offline: bool,
) -> None:
    """Ask to be reminded, once or again and again."""
    fields: dict[str, Any] = {
        "title": title,
        "starts_at": _by_clock(at, time_zone),
        "time_zone": time_zone,
        **({} if rrule is None else {"rrule": _EVERY.get(rrule, rrule)}),
        **({} if until is None else {"ends_at": _by_clock(until, time_zone)}),
        **({"lead_minutes": leads} if leads else {}),
    }
    with opened(options) as pocket:
        profile = choose_profile(pocket, named)
        record_id = pocket.replica.put(profile.space_id, REMINDER_RULES, None, fields)
        send(pocket, profile.space_id, record_id, done="sent", offline=offline)


_EVERY = {word: f"FREQ={word.upper()}" for word in ("daily", "weekly", "monthly", "yearly")}


@remind.command("ack")
@record_argument
@offline_option
@click.pass_obj
def acknowledge(options: Options, record_id: str, *, offline: bool) -> None:
    """Say that a reminder was seen."""
    _answer(options, record_id, {"state": State.SEEN.value}, offline=offline)


@remind.command("done")
@record_argument
@offline_option
@click.pass_obj
def finish(options: Options, record_id: str, *, offline: bool) -> None:
    """Say that it is done."""
    _answer(options, record_id, {"state": State.DONE.value}, offline=offline)


@remind.command("dismiss")
@record_argument
@offline_option
@click.pass_obj
def dismiss(options: Options, record_id: str, *, offline: bool) -> None:
    """Put a reminder aside: it does not come back."""
    _answer(options, record_id, {"state": State.DISMISSED.value}, offline=offline)


@remind.command("undo")
@record_argument
@offline_option
@click.pass_obj
def undo(options: Options, record_id: str, *, offline: bool) -> None:
    """Take back that it is done or put aside."""
    _answer(options, record_id, {"state": State.PLANNED.value}, offline=offline)


@remind.command("snooze")
@record_argument
@click.option("--minutes", type=click.IntRange(1, 40_320), default=60, help="For how long. [60]")
@click.option("--until", callback=read_instant, help="Until when, instead.")
@offline_option
@click.pass_obj
def snooze(
    options: Options, record_id: str, *, minutes: int, until: datetime | None, offline: bool
) -> None:
    """Be reminded later."""
    with opened(options) as pocket:
        at = until or pocket.outside.clock.now() + timedelta(minutes=minutes)
        fields = {"state": State.SNOOZED.value, "snoozed_until": at.isoformat(timespec="seconds")}
        _put_answer(pocket, record_id, fields, offline=offline)


@remind.command("take")
@profile_option
@offline_option
@click.pass_obj
def take(options: Options, *, named: str | None, offline: bool) -> None:
    """Let this phone ring by itself, for everything that is planned."""
    with opened(options) as pocket:
        freshen(pocket, offline=offline)
        account = pocket.home.account()
        if account is None or account.device_id is None:
            raise Failure(pocket.say("no-device", login=pocket.login))
        profile = choose_profile(pocket, named)
        found = [one for one in _reminders(pocket, profile) if _may_take(one, account.device_id)]
        for one in found:
            taken_by = [*one.fields.get("taken_by", ()), str(account.device_id)]
            fields: Fields = {"taken_by": taken_by}
            if one.fields["state"] == State.PLANNED.value:
                fields["state"] = State.TAKEN.value
            pocket.replica.put(one.space_id, REMINDERS, one.record_id, fields)
        if found and not offline:
            _send_all(pocket)
        view.tell(pocket.counted(len(found), "taken"))


def _may_take(one: Shown, device_id: UUID) -> bool:
    fields = one.fields
    taken = fields.get("taken_by", ())
    rings_at_all = bool(fields.get("lead_minutes")) and fields["state"] not in OVER
    return rings_at_all and str(device_id) not in taken


def _send_all(pocket: Pocket) -> None:
    try:
        asyncio.run(pocket.sync(attempts=1))
    except DeviceRevoked:
        raise
    except TROUBLES as trouble:
        view.note(sentence_of(pocket, trouble))


@click.command()
@click.option("--at", callback=read_instant, help="At another instant than now.")
@click.option(
    "--within",
    type=click.IntRange(0, 40_320),
    default=RINGING_MINUTES,
    show_default=True,
    help="What rang so many minutes before, too.",
)
@click.option("--seen", is_flag=True, help="Say that they were seen.")
@profile_option
@json_option
@click.pass_obj
def ring(
    options: Options,
    *,
    at: datetime | None,
    within: int,
    seen: bool,
    named: str | None,
    as_json: bool,
) -> None:
    """Show what rings now, from what this phone holds: no network is asked."""
    with opened(options) as pocket:
        now = at or pocket.outside.clock.now()
        profiles = _meant(pocket, named)
        held = [one for profile in profiles for one in _reminders(pocket, profile)]
        names = {one.space_id: one.display_name for one in profiles} if len(profiles) > 1 else {}
        ringing = [
            (found, one)
            for one in held
            if (found := _ringing(one, now - timedelta(minutes=within), now)) is not None
        ]
        ringing.sort(key=lambda pair: (pair[0].ring_at, str(pair[1].record_id)))
        if seen:
            for _, one in ringing:
                fields = {"state": State.SEEN.value}
                pocket.replica.put(one.space_id, REMINDERS, one.record_id, fields)
        if as_json:
            whole = [{"ring_at": at.ring_at, **msgspec.to_builtins(one)} for at, one in ringing]
            view.as_json(whole)
        elif not ringing:
            view.tell(pocket.say("rings-nothing", at=view.moment(pocket, now)))
        else:
            show_each(pocket, [Of(one, names.get(one.space_id)) for _, one in ringing])


def _reminders(pocket: Pocket, profile: Profile) -> list[Shown]:
    return pocket.replica.records(profile.space_id, REMINDERS)


def _ringing(shown: Shown, after: datetime, until: datetime) -> Ring | None:
    """Return the last ring of a reminder within a while, if it has one there."""
    reminder = _read(shown)
    if reminder is None:
        return None
    found = [one for one in rings(reminder) if after < one.ring_at <= until]
    return found[-1] if found else None


def _read(shown: Shown) -> Reminder | None:
    """Read a reminder as this phone knows it; one of a newer server, which it does not, is none."""
    try:
        return reminder_of(shown.record_id, msgspec.convert(shown.fields, Body))
    except msgspec.ValidationError:
        return None


def _answer(options: Options, record_id: str, fields: Fields, *, offline: bool) -> None:
    with opened(options) as pocket:
        _put_answer(pocket, record_id, fields, offline=offline)


def _put_answer(pocket: Pocket, start: str, fields: Fields, *, offline: bool) -> None:
    shown = shown_by(pocket, start)
    if shown.collection != REMINDERS:
        raise Failure(pocket.say("not-a-reminder", id=start))
    before = _read(shown)
    if before is not None and not may_move(before.state, State(fields["state"]), Mover.PERSON):
        state = pocket.say(f"state-{before.state.value}")
        raise Failure(pocket.say("reminder-over", id=start, state=state))
    pocket.replica.put(shown.space_id, REMINDERS, shown.record_id, fields)
    send(pocket, shown.space_id, shown.record_id, done="remind-answered", offline=offline)
