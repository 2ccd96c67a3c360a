"""`carnet phone ask-consent | asked | type-code | … | read`: a professional's software."""

import asyncio
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

import click
import msgspec

from backend.access.consents.model import Requested, RequestView, State
from backend.access.emergency.model import EmergencyOpened
from backend.access.emergency.reasons import reasons
from backend.access.reading.model import EntryPage, EntryView
from backend.cli.days import DAY
from backend.cli.ins import ins_oid_option
from backend.cli.phone import view
from backend.cli.phone.doors import ask, id_starting, read, read_list
from backend.cli.phone.pocket import Options, Pocket, opened, refuse_stranger
from backend.cli.phone.shared import json_option, profile_option
from backend.cli.spoken import Failure
from backend.cli.words import known_in
from sync.replica import Fields

_ins = click.option("--ins", required=True, help="The person's INS number, 15 characters.")
_birth_date = click.option("--birth-date", required=True, type=DAY, help="As 1948-03-02.")


@click.command("ask-consent")
@_ins
@ins_oid_option
@_birth_date
@click.option(
    "--purpose",
    type=click.Choice(["consultation", "follow-up"]),
    default="consultation",
    show_default=True,
    help="A consultation lasts a day; a follow-up, as long as was given.",
)
@click.option("--keeps-copy", is_flag=True, help="Ask that this software keeps a copy.")
@json_option
@click.pass_obj
def ask_consent(
    options: Options,
    *,
    ins: str,
    ins_oid: str,
    birth_date: date,
    purpose: str,
    keeps_copy: bool,
    as_json: bool,
) -> None:
    """Ask a person to open their record to you."""
    with opened(options) as pocket:
        body = {
            "ins": {"value": ins, "oid": ins_oid},
            "birth_date": birth_date,
            "purpose": purpose,
            "keeps_copy": keeps_copy,
        }
        made = read(ask(pocket, "POST", "/v1/professionals/me/consents", body), Requested)
        if as_json:
            view.as_json(made)
            return
        until = view.moment(pocket, made.expires_at)
        then = "carnet phone sync" if keeps_copy else "carnet phone read"
        view.tell(pocket.say("asked", until=until, then=then))


@click.command("asked")
@json_option
@click.pass_obj
def asked(options: Options, *, as_json: bool) -> None:
    """List whom you asked to open their record, and what became of it."""
    with opened(options) as pocket:
        found = _requests(pocket)
        if as_json:
            view.as_json(found)
            return
        rows = [
            (
                str(one.request_id)[: view.SHORT_ID],
                "—" if one.ins is None else one.ins.value,
                pocket.say(f"request-{one.status.value}"),
                view.moment(pocket, one.granted_until or one.expires_at),
            )
            for one in found
        ]
        view.table(pocket, ("h-id", "h-number", "h-state", "h-until"), rows)


@click.command("type-code")
@click.argument("code")
@click.option("--request", "request_id", help="Which request. [the one that waits]")
@json_option
@click.pass_obj
def type_code(options: Options, code: str, request_id: str | None, *, as_json: bool) -> None:
    """Type the code that the person said aloud, in place of their answer."""
    with opened(options) as pocket:
        found = _requests(pocket)
        waiting = [one.request_id for one in found if one.status is State.WAITING]
        if request_id is not None:
            meant = id_starting(request_id, [one.request_id for one in found])
        elif len(waiting) == 1:
            meant = waiting[0]
        else:
            raise Failure(pocket.say("several-requests" if waiting else "no-request"))
        path = f"/v1/professionals/me/consents/{meant}/code"
        made = read(ask(pocket, "POST", path, {"code": code.strip()}), RequestView)
        if as_json:
            view.as_json(made)
            return
        until = "—" if made.granted_until is None else view.moment(pocket, made.granted_until)
        view.tell(pocket.say("code-taken", until=until, id=made.space_id))


def _requests(pocket: Pocket) -> list[RequestView]:
    return read_list(ask(pocket, "GET", "/v1/professionals/me/consents"), RequestView)


@click.command()
@_ins
@ins_oid_option
@_birth_date
@click.option(
    "--reason",
    "reason_code",
    required=True,
    type=click.Choice(list(reasons())),
    help="Why nobody could be asked.",
)
@click.option(
    "--why",
    required=True,
    help="In your own words, 15 characters at least, for the person to read.",
)
@json_option
@click.pass_obj
def emergency(
    options: Options,
    *,
    ins: str,
    ins_oid: str,
    birth_date: date,
    reason_code: str,
    why: str,
    as_json: bool,
) -> None:
    """Open a record without consent, for four hours; the person is told at once."""
    with opened(options) as pocket:
        body = {
            "ins": {"value": ins, "oid": ins_oid},
            "birth_date": birth_date,
            "reason_code": reason_code,
            "reason": why,
        }
        made = read(ask(pocket, "POST", "/v1/spaces/emergency", body), EmergencyOpened)
        if as_json:
            view.as_json(made)
            return
        until = view.moment(pocket, made.until)
        view.tell(pocket.say("emergency-open", until=until, id=made.space_id))


@click.command("end-emergency")
@click.argument("space_id", type=click.UUID)
@click.pass_obj
def end_emergency(options: Options, space_id: UUID) -> None:
    """Close a record again that you opened without consent."""
    with opened(options) as pocket:
        ask(pocket, "POST", f"/v1/spaces/{space_id}/emergency/end")
        view.tell(pocket.say("emergency-over"))


@click.command()
@json_option
@click.pass_obj
def patients(options: Options, *, as_json: bool) -> None:
    """List the persons whose record is open to you."""
    with opened(options) as pocket:
        refuse_stranger(pocket)
        found = asyncio.run(pocket.patients())
        if as_json:
            view.as_json(found)
            return
        rows = [
            (
                one.display_name,
                known_in(pocket.language, "role", one.role),
                pocket.say("yes" if one.keeps_copy else "no"),
                "—" if one.until is None else view.moment(pocket, one.until),
                str(one.space_id),
            )
            for one in found
        ]
        view.table(pocket, ("h-name", "h-access", "h-copy-kept", "h-until", "h-id"), rows)


@click.command("read")
@click.option("--collection", help="One collection. [all]")
@profile_option
@json_option
@click.pass_obj
def read_online(
    options: Options, collection: str | None, named: str | None, *, as_json: bool
) -> None:
    """Read a record that is open to you, while connected; nothing is kept."""
    with opened(options) as pocket:
        entries = _entries(pocket, _space(pocket, named), collection)
        if as_json:
            view.as_json(entries)
            return
        rows = [
            (str(one.record_id)[: view.SHORT_ID], one.collection, view.summary(_body(one)))
            for one in entries
        ]
        view.table(pocket, ("h-id", "h-collection", "h-what"), rows)


def _space(pocket: Pocket, named: str | None) -> UUID:
    """Find the space that is meant: an emergency opens one that this phone does not hold."""
    try:
        return UUID(named or "")
    except ValueError:
        refuse_stranger(pocket)
    known = asyncio.run(pocket.patients())
    word = (named or "").casefold()
    found = [one for one in known if set(word.split()) <= set(one.display_name.casefold().split())]
    if not found:
        raise Failure(pocket.say("no-patient"))
    if len(found) > 1:
        names = ", ".join(one.display_name for one in found)
        raise Failure(pocket.say("several-profiles", names=names))
    return found[0].space_id


def _entries(pocket: Pocket, space_id: UUID, collection: str | None) -> list[EntryView]:
    found: list[EntryView] = []
    asked = {} if collection is None else {"collection": collection}
    path = f"/v1/spaces/{space_id}/entries"
    while True:
        page = read(ask(pocket, "GET", f"{path}?{urlencode(asked)}"), EntryPage)
        found.extend(page.entries)
        if page.next is None:
            return found
        asked["after"] = page.next


def _body(one: EntryView) -> Fields:
    return msgspec.json.decode(one.body, type=Fields)
