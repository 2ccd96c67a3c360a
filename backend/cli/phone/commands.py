"""The commands of `carnet phone`."""

import asyncio
import platform
from pathlib import Path
from uuid import UUID

import click
import httpx
import msgspec

from backend.access.rules.visibility import REMINDERS
from backend.cli.ask import confirm, prompt
from backend.cli.language import language, language_option
from backend.cli.phone import view
from backend.cli.phone.pocket import (
    TROUBLES,
    CopyDamaged,
    Options,
    Pocket,
    Surroundings,
    erase_damaged,
    opened,
    sentence_of,
    signed_in_as,
)
from backend.cli.phone.reminders import list_reminders
from backend.cli.phone.session import AccountSession, Device, Tokens, begin, verify
from backend.cli.phone.shared import (
    choose_profile,
    find,
    freshen,
    json_option,
    offline_option,
    profile_option,
    record_argument,
    send,
    shown_by,
    tell_report,
)
from backend.cli.phone.values import read_fields
from backend.cli.professional import fictional_tokens
from backend.cli.spoken import Failure, Spoken
from backend.cli.words import say
from backend.clinical.model import Profile as ProfileBody
from backend.clinical.rules.profile import SectionState, state_of
from sync.replica import (
    Profile,
    Refused,
    SyncReport,
)
from sync.replica.limits import ATTEMPTS_MAX

_TOTP = "totp"
# As many as the server counts before it ends a challenge.
CODE_TRIES_MAX = 5
_REFUSED_SIGN_IN = frozenset({401, 403})

_fields = click.argument("fields", nargs=-1, required=True, metavar="FIELD=VALUE...")


@click.group(cls=Spoken)
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="CARNET_PHONE",
    default=Path("phone"),
    show_default=True,
    help="The folder that is this phone; another folder is another phone. [CARNET_PHONE]",
)
@click.option("--server", help="Where the server is. [as at sign-in, or CARNET_PORT here]")
@language_option("--lang")
@click.option("--plain", is_flag=True, help="Allow http:// to another machine, for tests.")
@click.pass_context
def phone(context: click.Context, home: Path, server: str | None, *, plain: bool) -> None:
    """Be a phone: sign in, sync, read and write, with or without a network."""
    outside = context.obj if isinstance(context.obj, Surroundings) else Surroundings()
    context.obj = Options(
        folder=home,
        server=server,
        language=language(),
        allow_plain=plain,
        outside=outside,
    )


@phone.command()
@click.argument("login")
@click.option("--password", help="Asked for when left out.")
@click.option("--code", help="From an authenticator app; asked for when left out.")
@click.option("--device-name", default=platform.node() or "terminal", help="What to call it.")
@click.pass_obj
def login(
    options: Options, login: str, password: str | None, code: str | None, device_name: str
) -> None:
    """Sign in, and fetch everything for the first time."""
    with opened(options) as pocket:
        account = signed_in_as(pocket, login)
        secret = password or prompt(pocket.say("password"), hidden=True)
        device = Device(name=device_name[:80], device_id=account.device_id)

        async def work() -> SyncReport:
            async with pocket.client() as client:
                challenge = await begin(client, login, secret, device)
                key = "code-shown" if challenge.channel == _TOTP else "code-sent"
                view.note(pocket.say(key, to=challenge.sent_to))
                tokens = await _prove(pocket, client, challenge.challenge_id, code)
                AccountSession(client, pocket.home).keep(account, tokens)
            return await pocket.sync(ATTEMPTS_MAX)

        report = asyncio.run(work())
        names = ", ".join(profile.display_name for profile in pocket.replica.profiles())
        view.tell(pocket.say("signed-in", names=names))
        tell_report(pocket, report)


async def _prove(
    pocket: Pocket, client: httpx.AsyncClient, challenge_id: UUID, code: str | None
) -> Tokens:
    """Give the code; ask again for one that was mistyped, as often as the server takes it."""
    for tries_left in reversed(range(1 if code else CODE_TRIES_MAX)):
        given = code or prompt(pocket.say("code"))
        try:
            return await verify(client, challenge_id, given.strip())
        except Refused as refused:
            if refused.status not in _REFUSED_SIGN_IN:
                raise
            if tries_left:
                view.note(pocket.say("code-bad"))
    raise Failure(pocket.say("password-bad"))


@phone.command("login-professional")
@click.argument("rpps")
@click.option("--activity", help="Which of their activities, where there are several.")
@click.option("--device-name", default=platform.node() or "terminal", help="What to call it.")
@click.pass_obj
def login_professional(options: Options, rpps: str, activity: str | None, device_name: str) -> None:
    """Be the software of a professional who was made up; for development."""
    with opened(options) as pocket:
        account = msgspec.structs.replace(signed_in_as(pocket, rpps), is_professional=True)
        tokens = msgspec.convert(
            fictional_tokens(rpps, activity, device_name[:80]), Tokens, strict=False
        )

        async def work() -> SyncReport:
            async with pocket.client() as client:
                AccountSession(client, pocket.home).keep(account, tokens)
            return await pocket.sync(ATTEMPTS_MAX)

        report = asyncio.run(work())
        view.tell(pocket.say("signed-in", names=rpps))
        tell_report(pocket, report)


@phone.command()
@click.pass_obj
def sync(options: Options) -> None:
    """Send what waits and fetch what is new."""
    with opened(options) as pocket:
        tell_report(pocket, asyncio.run(pocket.sync(ATTEMPTS_MAX)))


@phone.command()
@offline_option
@json_option
@click.pass_obj
def profiles(options: Options, *, offline: bool, as_json: bool) -> None:
    """List the records that this phone may hold."""
    with opened(options) as pocket:
        freshen(pocket, offline=offline)
        view.profiles(pocket, pocket.replica.profiles(), json=as_json)


@phone.command("list")
@click.argument("collection")
@profile_option
@offline_option
@json_option
@click.pass_obj
def list_records(
    options: Options, collection: str, named: str | None, *, offline: bool, as_json: bool
) -> None:
    """List a collection: measures, allergies, documents, appointments and so on."""
    with opened(options) as pocket:
        freshen(pocket, offline=offline)
        if collection == REMINDERS:
            list_reminders(pocket, named, json=as_json)
            return
        profile = choose_profile(pocket, named)
        found = pocket.replica.records(profile.space_id, collection)
        view.records(pocket, found, json=as_json)
        state = None if found or as_json else _state(pocket, profile, collection)
        if state is not None:
            view.tell(pocket.say(_EMPTY[state]))


_EMPTY = {SectionState.NIL_KNOWN: "empty-nil-known", SectionState.UNKNOWN: "empty-unknown"}


def _state(pocket: Pocket, profile: Profile, collection: str) -> SectionState | None:
    """Tell "none" from "not yet filled in" for an empty part of a record that can say so."""
    field = f"{collection}_empty_reason"
    if field not in ProfileBody.__struct_fields__:
        return None
    about = pocket.replica.records(profile.space_id, "profile")
    return state_of(0, next((one.fields.get(field) for one in about), None))


@phone.command()
@record_argument
@click.option("--seen", is_flag=True, help="Forget the values that did not stand.")
@offline_option
@json_option
@click.pass_obj
def show(options: Options, record_id: str, *, seen: bool, offline: bool, as_json: bool) -> None:
    """Show one record, what waits of it, and what did not stand."""
    with opened(options) as pocket:
        freshen(pocket, offline=offline)
        shown, conflict = find(pocket, record_id)
        if seen and conflict is not None:
            pocket.replica.dismiss(conflict.space_id, conflict.record_id)
            view.note(pocket.say("seen"))
            conflict = None
        view.record(pocket, shown, conflict, json=as_json)


@phone.command()
@click.argument("collection")
@_fields
@profile_option
@offline_option
@click.pass_obj
def add(
    options: Options, collection: str, fields: tuple[str, ...], named: str | None, *, offline: bool
) -> None:
    """Add a record. A value is JSON if it parses, else text; NAME_at=now is this instant.

    The folder openapi/collections says which fields each collection has.
    """
    with opened(options) as pocket:
        profile = choose_profile(pocket, named)
        values = read_fields(fields, pocket.outside.clock.now())
        record_id = pocket.replica.put(profile.space_id, collection, None, values)
        send(pocket, profile.space_id, record_id, done="sent", offline=offline)


@phone.command()
@record_argument
@_fields
@offline_option
@click.pass_obj
def edit(options: Options, record_id: str, fields: tuple[str, ...], *, offline: bool) -> None:
    """Change some fields of a record; FIELD=null removes one."""
    with opened(options) as pocket:
        shown = shown_by(pocket, record_id)
        values = read_fields(fields, pocket.outside.clock.now())
        pocket.replica.put(shown.space_id, shown.collection, shown.record_id, values)
        send(pocket, shown.space_id, shown.record_id, done="sent", offline=offline)


@phone.command()
@record_argument
@offline_option
@click.pass_obj
def delete(options: Options, record_id: str, *, offline: bool) -> None:
    """Delete a record."""
    with opened(options) as pocket:
        shown = shown_by(pocket, record_id)
        pocket.replica.delete(shown.space_id, shown.collection, shown.record_id)
        send(pocket, shown.space_id, shown.record_id, done="deleted", offline=offline)


@phone.command()
@offline_option
@json_option
@click.pass_obj
def status(options: Options, *, offline: bool, as_json: bool) -> None:
    """Show what waits, when this phone last synced, and whether its copy is equal."""
    with opened(options) as pocket:
        freshen(pocket, offline=offline)
        found = [pocket.replica.standing(p.space_id) for p in pocket.replica.profiles()]
        view.standings(pocket, found, json=as_json)


@phone.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@offline_option
@click.pass_obj
def forget(options: Options, *, yes: bool, offline: bool) -> None:
    """Sign out and erase everything on this phone."""
    try:
        with opened(options) as pocket:
            waiting = pocket.replica.waiting()
            if not yes:
                confirm(pocket.counted(waiting, "confirm-forget"))
            if not offline and pocket.home.account() is not None:
                asyncio.run(_sign_out(pocket))
            pocket.erase()
    except CopyDamaged:
        erase_damaged(options)
    view.tell(say("forgotten"))


async def _sign_out(pocket: Pocket) -> None:
    """Tell the server, if it can be told: this phone is erased in any case."""
    try:
        async with pocket.client() as client:
            await AccountSession(client, pocket.home).sign_out()
    except TROUBLES as trouble:
        view.note(sentence_of(pocket, trouble))
