"""`carnet phone deposit | deposits | correct | withdraw | release`: what a professional brings."""

import mimetypes
from datetime import date
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import click

from backend.access.reading.model import EntryView
from backend.cli.days import DAY
from backend.cli.ins import ins_oid_option
from backend.cli.phone import view
from backend.cli.phone.doors import ask, id_starting, read
from backend.cli.phone.pocket import Options, Pocket, opened
from backend.cli.phone.shared import json_option
from backend.cli.words import say
from backend.documents.deposits.model import DepositPage
from backend.documents.model import Deposited

_PATH = "/v1/deposits"
_file = click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_title = click.option("--title", help="What it is called. [as the file says, or its name]")
_type = click.option("--type", "type_code", help="The code of its type, such as 11488-4.")
_announce = click.option(
    "--tell-first",
    "visible",
    default="at-once",
    show_default=True,
    help="When the person sees it: at-once, when-released, or an instant within 30 days.",
)


@click.command()
@_file
@click.option("--ins", help="The person's INS number, 15 characters. [as a CDA says]")
@ins_oid_option
@click.option("--birth-date", type=DAY, help="As 1948-03-02; with --ins.")
@_title
@_type
@_announce
@click.option(
    "--not-for-parents", is_flag=True, help="A minor's secret: their parents never see it."
)
@json_option
@click.pass_obj
def deposit(
    options: Options,
    path: Path,
    *,
    ins: str | None,
    ins_oid: str,
    birth_date: date | None,
    title: str | None,
    type_code: str | None,
    visible: str,
    not_for_parents: bool,
    as_json: bool,
) -> None:
    """Deposit a file in the record of a person, whether you may read it or not."""
    if (ins is None) is not (birth_date is None):
        raise click.UsageError(say("deposit-two-traits"))
    headers = _said(path, title=title, type_code=type_code, visible=visible)
    if ins is None and not headers["Content-Type"].endswith("xml"):
        raise click.UsageError(say("deposit-whose"))
    if type_code is None and not headers["Content-Type"].endswith("xml"):
        raise click.UsageError(say("deposit-what"))
    if ins is not None and birth_date is not None:
        headers |= {"Patient-INS": ins, "Patient-INS-System": ins_oid}
        headers["Patient-Birth-Date"] = birth_date.isoformat()
    if not_for_parents:
        headers["Hidden-From-Representatives"] = "true"
    with opened(options) as pocket:
        answer = ask(pocket, "POST", f"{_PATH}/documents", path.read_bytes(), headers=headers)
        _tell(pocket, read(answer, Deposited), as_json=as_json)


@click.command()
@json_option
@click.pass_obj
def deposits(options: Options, *, as_json: bool) -> None:
    """List what you deposited, the newest first."""
    with opened(options) as pocket:
        found = _page(pocket)
        if as_json:
            view.as_json(found)
            return
        rows = [
            (str(one.record_id)[: view.SHORT_ID], one.collection, view.moment(pocket, at))
            for one in found.deposits
            for at in [one.deposited_at]
        ]
        view.table(pocket, ("h-id", "h-collection", "h-when"), rows)


@click.command()
@click.argument("record_id")
@_file
@_title
@_type
@_announce
@json_option
@click.pass_obj
def correct(
    options: Options,
    record_id: str,
    path: Path,
    *,
    title: str | None,
    type_code: str | None,
    visible: str,
    as_json: bool,
) -> None:
    """Put a corrected file in the place of one that you deposited."""
    headers = _said(path, title=title, type_code=type_code, visible=visible)
    with opened(options) as pocket:
        meant = _meant(pocket, record_id)
        standing = ask(pocket, "GET", f"{_PATH}/{meant}")
        read(standing, EntryView)
        headers["If-Match"] = standing.headers["ETag"]
        place = f"{_PATH}/documents/{meant}"
        answer = ask(pocket, "PUT", place, path.read_bytes(), headers=headers)
        _tell(pocket, read(answer, Deposited), as_json=as_json)


@click.command()
@click.argument("record_id")
@click.pass_obj
def withdraw(options: Options, record_id: str) -> None:
    """Take back what you deposited, as an error; the journal keeps that it was there."""
    with opened(options) as pocket:
        ask(pocket, "DELETE", f"{_PATH}/{_meant(pocket, record_id)}")
        view.tell(pocket.say("deposit-withdrawn"))


@click.command()
@click.argument("record_id")
@click.pass_obj
def release(options: Options, record_id: str) -> None:
    """Let a person see what you deposited and have told them of."""
    with opened(options) as pocket:
        ask(pocket, "POST", f"{_PATH}/{_meant(pocket, record_id)}/release")
        view.tell(pocket.say("deposit-released"))


def _said(path: Path, *, title: str | None, type_code: str | None, visible: str) -> dict[str, str]:
    """Say of a file what the headers of a deposit say."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    said = {
        "Content-Type": "text/xml" if kind == "application/xml" else kind,
        "Document-File-Name": quote(path.name),
        "Visible-To-Patient": visible,
    }
    if title is not None:
        said["Document-Title"] = quote(title)
    elif not kind.endswith("xml"):
        said["Document-Title"] = quote(path.stem)  # A CDA says its own.
    if type_code is not None:
        said["Document-Type"] = type_code
    return said


def _tell(pocket: Pocket, made: Deposited, *, as_json: bool) -> None:
    if as_json:
        view.as_json(made)
        return
    key = "deposit-known" if made.status == "duplicate" else "deposited"
    view.tell(pocket.say(key, id=str(made.record_id)[: view.SHORT_ID]))


def _page(pocket: Pocket) -> DepositPage:
    return read(ask(pocket, "GET", _PATH), DepositPage)


def _meant(pocket: Pocket, start: str) -> UUID:
    """Return which deposit is meant: by its whole identifier, or the start of a recent one's."""
    try:
        return UUID(start)
    except ValueError:
        return id_starting(start, [one.record_id for one in _page(pocket).deposits])
