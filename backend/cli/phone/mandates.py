"""`carnet phone invite | mandates | change-mandate | … | leave`: helping, and being helped."""

import asyncio
from datetime import datetime
from uuid import UUID

import click

from backend.access.mandates.model import Accepted, Invited, MandateView
from backend.access.mandates.model import Options as MandateOptions
from backend.cli.phone import view
from backend.cli.phone.doors import (
    Proof,
    ask,
    ask_proven,
    code_option,
    id_starting,
    in_words,
    password_option,
    read,
    read_end,
    read_list,
)
from backend.cli.phone.pocket import Options, Pocket, opened
from backend.cli.phone.shared import (
    choose_profile,
    freshen,
    json_option,
    profile_option,
    tell_report,
)
from backend.cli.words import say
from sync.replica import Profile
from sync.replica.limits import ATTEMPTS_MAX


@click.command()
@click.argument("name")
@click.option("--phone", help="Where the code goes: a mobile number.")
@click.option("--email", help="Where the code goes: an address.")
@click.option(
    "--section", "sections", multiple=True, help="What it is over; again for more. [the usual ones]"
)
@click.option(
    "--action",
    "actions",
    multiple=True,
    help="read, add, change or message; again for more. [read]",
)
@click.option(
    "--until", "ends_at", callback=read_end, help="Its last day, a year away at most. [a year]"
)
@profile_option
@password_option
@code_option
@json_option
@click.pass_obj
def invite(
    options: Options,
    *,
    name: str,
    phone: str | None,
    email: str | None,
    sections: tuple[str, ...],
    actions: tuple[str, ...],
    ends_at: datetime | None,
    named: str | None,
    password: str | None,
    code: str | None,
    as_json: bool,
) -> None:
    """Invite somebody to help you, by a code that is sent to them."""
    if (phone is None) is (email is None):
        raise click.UsageError(say("invite-one-way"))
    with opened(options) as pocket:
        freshen(pocket, offline=False)
        path = _path(choose_profile(pocket, named))
        usual = read(ask(pocket, "GET", f"{path}/options"), MandateOptions)
        body = {
            "name": name,
            "sections": sections or [one.section for one in usual.sections if one.is_default],
            "actions": actions or usual.default_actions,
            "ends_at": ends_at or usual.latest_end,
            "language": pocket.language,
            **({"phone": phone} if email is None else {"email": email}),
        }
        proof = Proof(password=password, code=code)
        made = read(ask_proven(pocket, "POST", path, body, proof=proof), Invited)
        if as_json:
            view.as_json(made)
            return
        until = view.moment(pocket, made.answer_by)
        view.tell(pocket.say("invited", to=made.sent_to, code=made.code, until=until))


@click.command()
@click.option("--sections", "shows_sections", is_flag=True, help="Only the sections there are.")
@profile_option
@json_option
@click.pass_obj
def mandates(options: Options, named: str | None, *, shows_sections: bool, as_json: bool) -> None:
    """List who helps you, or is invited to, in what and until when."""
    with opened(options) as pocket:
        freshen(pocket, offline=False)
        path = _path(choose_profile(pocket, named))
        usual = read(ask(pocket, "GET", f"{path}/options"), MandateOptions)
        if shows_sections:
            _tell_sections(pocket, usual, as_json=as_json)
            return
        found = read_list(ask(pocket, "GET", path), MandateView)
        if as_json:
            view.as_json(found)
            return
        labels = {one.section: in_words(pocket, one.label) for one in usual.sections}
        rows = [_row(pocket, one, labels) for one in found]
        view.table(pocket, ("h-id", "h-who", "h-state", "h-sections", "h-actions", "h-until"), rows)


def _row(pocket: Pocket, one: MandateView, labels: dict[str, str]) -> tuple[str, ...]:
    return (
        str(one.record_id)[: view.SHORT_ID],
        one.name,
        pocket.say(f"mandate-{one.status}"),
        ", ".join(labels.get(section, section) for section in one.sections),
        ", ".join(pocket.say(f"action-{action}") for action in one.actions),
        view.moment(pocket, one.over_at),
    )


def _tell_sections(pocket: Pocket, usual: MandateOptions, *, as_json: bool) -> None:
    if as_json:
        view.as_json(usual)
        return
    rows = [
        (one.section, in_words(pocket, one.label), pocket.say("yes" if one.is_default else "no"))
        for one in usual.sections
    ]
    view.table(pocket, ("h-id", "h-what", "h-usual"), rows)


@click.command("change-mandate")
@click.argument("mandate_id")
@click.option(
    "--section", "sections", multiple=True, help="What it is over from now on. [as it is]"
)
@click.option("--action", "actions", multiple=True, help="read, add, change, message. [as it is]")
@profile_option
@password_option
@code_option
@json_option
@click.pass_obj
def change_mandate(
    options: Options,
    mandate_id: str,
    *,
    sections: tuple[str, ...],
    actions: tuple[str, ...],
    named: str | None,
    password: str | None,
    code: str | None,
    as_json: bool,
) -> None:
    """Change what a mandate is over, or what it lets do."""
    if not sections and not actions:
        raise click.UsageError(say("mandate-no-change"))
    with opened(options) as pocket:
        path, record_id = _meant(pocket, named, mandate_id)
        wanted = {"sections": sections, "actions": actions}
        body = {name: value for name, value in wanted.items() if value}
        proof = Proof(password=password, code=code)
        answer = ask_proven(pocket, "PATCH", f"{path}/{record_id}", body, proof=proof)
        made = read(answer, MandateView)
        if as_json:
            view.as_json(made)
            return
        view.tell(pocket.say("mandate-changed", name=made.name))


@click.command("renew-mandate")
@click.argument("mandate_id")
@click.option(
    "--until",
    "ends_at",
    callback=read_end,
    help="Its new last day, a year away at most. [as it is]",
)
@profile_option
@password_option
@code_option
@json_option
@click.pass_obj
def renew_mandate(
    options: Options,
    mandate_id: str,
    *,
    ends_at: datetime | None,
    named: str | None,
    password: str | None,
    code: str | None,
    as_json: bool,
) -> None:
    """Confirm that somebody goes on helping you, or put off the end."""
    with opened(options) as pocket:
        path, record_id = _meant(pocket, named, mandate_id)
        body = {} if ends_at is None else {"ends_at": ends_at}
        proof = Proof(password=password, code=code)
        answer = ask_proven(pocket, "POST", f"{path}/{record_id}/renewal", body, proof=proof)
        made = read(answer, MandateView)
        if as_json:
            view.as_json(made)
            return
        until, again = view.moment(pocket, made.ends_at), view.moment(pocket, made.over_at)
        key = "mandate-renewed" if made.over_at >= made.ends_at else "mandate-confirmed"
        view.tell(pocket.say(key, name=made.name, until=until, again=again))


def _meant(pocket: Pocket, named: str | None, mandate_id: str) -> tuple[str, UUID]:
    """Return the address of mandates, and the one whose identifier starts so."""
    freshen(pocket, offline=False)
    path = _path(choose_profile(pocket, named))
    found = read_list(ask(pocket, "GET", path), MandateView)
    return path, id_starting(mandate_id, [one.record_id for one in found])


@click.command("end-mandate")
@click.argument("mandate_id")
@profile_option
@click.pass_obj
def end_mandate(options: Options, mandate_id: str, named: str | None) -> None:
    """End a mandate, or withdraw an invitation. They are told nothing but that it is over."""
    with opened(options) as pocket:
        path, record_id = _meant(pocket, named, mandate_id)
        ask(pocket, "DELETE", f"{path}/{record_id}")
        view.tell(pocket.say("mandate-over"))


@click.command()
@click.argument("code")
@json_option
@click.pass_obj
def accept(options: Options, code: str, *, as_json: bool) -> None:
    """Accept to help somebody, by the code of their invitation."""
    with opened(options) as pocket:
        made = read(ask(pocket, "POST", "/v1/mandates/accept", {"code": code}), Accepted)
        report = asyncio.run(pocket.sync(ATTEMPTS_MAX))
        if as_json:
            view.as_json(made)
            return
        until = view.moment(pocket, made.until)
        view.tell(pocket.say("accepted", name=made.display_name, until=until))
        tell_report(pocket, report)


@click.command()
@profile_option
@click.pass_obj
def leave(options: Options, named: str | None) -> None:
    """Help somebody no longer; what is here of their record goes."""
    with opened(options) as pocket:
        freshen(pocket, offline=False)
        profile = choose_profile(pocket, named or "caregiver")
        ask(pocket, "POST", f"/v1/mandates/{profile.space_id}/leave")
        view.tell(pocket.say("left", name=profile.display_name))
        freshen(pocket, offline=False)


def _path(profile: Profile) -> str:
    return f"/v1/spaces/{profile.space_id}/mandates"
