"""`carnet phone notifications`: how one is reminded, shown or chosen."""

import re
from typing import Any

import click
import msgspec

from backend.cli.phone import view
from backend.cli.phone.doors import ask, read
from backend.cli.phone.pocket import Options, Pocket, opened
from backend.cli.phone.shared import choose_profile, freshen, json_option, profile_option
from backend.cli.words import say

_KINDS = ("appointment", "vaccine", "screening", "examination", "check", "own")
_CHANNELS = ("push", "sms", "email", "letter")
_NEVER = "none"
_QUIET = re.compile(r"([0-2]\d:[0-5]\d)-([0-2]\d:[0-5]\d)")


class _Quiet(msgspec.Struct, frozen=True, kw_only=True):
    starts: str
    ends: str


class _Chosen(msgspec.Struct, frozen=True, kw_only=True):
    kinds: list[str]
    channels: list[str]
    quiet_hours: _Quiet | None
    time_zone: str
    language: str
    postal_address: list[str]


class _Shown(_Chosen, frozen=True, kw_only=True):
    space_id: str
    reached_by: list[str]


def _quiet(_: click.Context, __: click.Parameter, value: str | None) -> _Quiet | str | None:
    if value is None or value == _NEVER:
        return value
    found = _QUIET.fullmatch(value)
    if found is None:
        raise click.BadParameter(say("bad-quiet", text=value))
    return _Quiet(starts=found[1], ends=found[2])


@click.command()
@click.option("--on", multiple=True, type=click.Choice(_KINDS), help="Be reminded of this kind.")
@click.option("--off", multiple=True, type=click.Choice(_KINDS), help="Not of this one.")
@click.option(
    "--by", multiple=True, type=click.Choice(_CHANNELS), help="Reach me by this; the first first."
)
@click.option("--quiet", callback=_quiet, help="When nothing rings: 21:00-08:00, or none.")
@click.option("--zone", help="Where I am, such as Europe/Paris.")
@click.option("--language", type=click.Choice(["fr", "en"]), help="Of what I am sent.")
@click.option("--address", multiple=True, help="A line of my postal address; the name first.")
@profile_option
@json_option
@click.pass_obj
def notifications(options: Options, /, named: str | None, *, as_json: bool, **given: Any) -> None:
    """Show, or choose, how you are reminded about a record."""
    with opened(options) as pocket:
        freshen(pocket, offline=False)
        path = f"/v1/notifications/preferences/{choose_profile(pocket, named).space_id}"
        answer = ask(pocket, "GET", path)
        standing = read(answer, _Shown)
        wanted = _wanted(standing, **given)
        if wanted != _chosen(standing):
            tag = {"If-Match": answer.headers["ETag"]}
            standing = read(ask(pocket, "PUT", path, wanted, headers=tag), _Shown)
        if as_json:
            view.as_json(standing)
            return
        _tell(pocket, standing)


def _chosen(shown: _Shown) -> _Chosen:
    return _Chosen(**{name: getattr(shown, name) for name in _Chosen.__struct_fields__})


def _wanted(
    shown: _Shown,
    *,
    on: tuple[str, ...],
    off: tuple[str, ...],
    by: tuple[str, ...],
    quiet: _Quiet | str | None,
    zone: str | None,
    language: str | None,
    address: tuple[str, ...],
) -> _Chosen:
    """Return what stands with what was given in its place; what is left out stays."""
    kinds = [one for one in _KINDS if (one in shown.kinds or one in on) and one not in off]
    hours = shown.quiet_hours if quiet is None else None if isinstance(quiet, str) else quiet
    return _Chosen(
        kinds=kinds,
        channels=list(by) or shown.channels,
        quiet_hours=hours,
        time_zone=zone or shown.time_zone,
        language=language or shown.language,
        postal_address=list(address) or shown.postal_address,
    )


def _tell(pocket: Pocket, shown: _Shown) -> None:
    def names(words: list[str], kind: str) -> str:
        return ", ".join(pocket.say(f"{kind}-{word}") for word in words) or "—"

    view.tell(pocket.say("reminders-kinds", which=names(shown.kinds, "kind")))
    view.tell(pocket.say("reminders-channels", which=names(shown.channels, "channel")))
    if shown.reached_by:
        view.tell(pocket.say("reminders-reached", which=names(shown.reached_by, "channel")))
    else:
        view.tell(pocket.say("reminders-unreached"))
    if shown.quiet_hours is None:
        view.tell(pocket.say("reminders-no-quiet"))
    else:
        quiet = shown.quiet_hours
        view.tell(
            pocket.say(
                "reminders-quiet", starts=quiet.starts, ends=quiet.ends, zone=shown.time_zone
            )
        )
    if shown.postal_address:
        view.tell(pocket.say("reminders-address", address=", ".join(shown.postal_address)))
