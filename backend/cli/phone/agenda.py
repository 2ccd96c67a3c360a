"""`carnet phone agenda`: the link by which a calendar elsewhere shows the appointments."""

import click

from backend.agenda.feed.http import MadeView
from backend.agenda.feed.service import FeedView
from backend.cli.ask import confirm
from backend.cli.phone import view
from backend.cli.phone.doors import (
    Proof,
    ask,
    ask_proven,
    code_option,
    in_words,
    password_option,
    read,
)
from backend.cli.phone.pocket import Options, Pocket, opened
from backend.cli.phone.shared import choose_profile, freshen, json_option, profile_option


@click.group()
def agenda() -> None:
    """Show your appointments in another calendar, by a link."""


@agenda.command("show")
@profile_option
@json_option
@click.pass_obj
def show_link(options: Options, named: str | None, *, as_json: bool) -> None:
    """Say whether there is a link, and what it shows."""
    with opened(options) as pocket:
        found = read(ask(pocket, "GET", _path(pocket, named)), FeedView)
        if as_json:
            view.as_json(found)
            return
        if not found.is_shared or found.made_at is None:
            view.tell(pocket.say("agenda-none"))
            return
        since = view.moment(pocket, found.made_at)
        read_on = found.last_read_on.isoformat() if found.last_read_on else pocket.say("never")
        view.tell(pocket.say(f"agenda-{found.titles}", since=since, read_on=read_on))


@agenda.command()
@click.option("--titles", "shows_titles", is_flag=True, help="Let titles and places out too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@profile_option
@password_option
@code_option
@json_option
@click.pass_obj
def share(
    options: Options,
    *,
    shows_titles: bool,
    yes: bool,
    named: str | None,
    password: str | None,
    code: str | None,
    as_json: bool,
) -> None:
    """Make a link, shown this once; one that was there before shows nothing any more."""
    with opened(options) as pocket:
        path = _path(pocket, named)
        if shows_titles:
            warning = read(ask(pocket, "GET", path), FeedView).titles_warning
            view.note(in_words(pocket, warning))
            if not yes:
                confirm(pocket.say("agenda-sure"))
        body = {"titles": "shown" if shows_titles else "neutral", "language": pocket.language}
        _make(pocket, path, body, Proof(password=password, code=code), as_json=as_json)


@agenda.command()
@profile_option
@password_option
@code_option
@json_option
@click.pass_obj
def rotate(
    options: Options, *, named: str | None, password: str | None, code: str | None, as_json: bool
) -> None:
    """Make a new link that shows the same; the one before shows nothing any more."""
    with opened(options) as pocket:
        proof = Proof(password=password, code=code)
        _make(pocket, _path(pocket, named), {}, proof, as_json=as_json)


@agenda.command("end")
@profile_option
@click.pass_obj
def end_link(options: Options, named: str | None) -> None:
    """End the link: it shows nothing from now on."""
    with opened(options) as pocket:
        ask(pocket, "DELETE", _path(pocket, named))
        view.tell(pocket.say("agenda-over"))


def _make(pocket: Pocket, path: str, body: dict[str, str], proof: Proof, *, as_json: bool) -> None:
    made = read(ask_proven(pocket, "POST", path, body, proof=proof), MadeView)
    if as_json:
        view.as_json(made)
        return
    view.note(in_words(pocket, made.link_warning))
    view.tell(made.url)


def _path(pocket: Pocket, named: str | None) -> str:
    freshen(pocket, offline=False)
    return f"/v1/spaces/{choose_profile(pocket, named).space_id}/agenda-feed"
