"""Showing how to sign in as the fictional family."""

import json
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from backend.cli.language import language
from backend.cli.screen import console
from backend.cli.serve import checked_settings
from backend.cli.spoken import Failure
from backend.cli.words import known_in, say
from backend.settings import DEMO_FILE


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def demo(*, as_json: bool) -> None:
    """Show the sign-in names, passwords and spaces of the fictional family."""
    folder = checked_settings().data_folder
    family = family_of(folder)
    if as_json:
        click.echo((folder / DEMO_FILE).read_text().strip())
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("h-person", "h-signs-in-as", "h-password", "h-opens"):
        table.add_column(say(heading))
    for person in family["persons"]:
        row = (person["name"], person["login"] or "—", person["password"] or "—")
        table.add_row(*map(escape, (*row, opened_by(person, language()))))
    console().print(table)


def family_of(data_folder: Path) -> dict[str, Any]:
    """Return who the family is, as the server has written it.

    Raises:
        Failure: There is none, or it cannot be read.
    """
    path = data_folder / DEMO_FILE
    try:
        family: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        raise Failure(say("demo-none")) from None
    except ValueError:
        raise Failure(say("demo-unreadable", path=path)) from None
    return family


def opened_by(person: dict[str, Any], tongue: str) -> str:
    """Name the records that somebody opens, and as what."""
    return ", ".join(
        f"{s['display_name']} ({known_in(tongue, 'role', s['role'])})" for s in person["spaces"]
    )
