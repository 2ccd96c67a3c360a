"""Showing how to sign in as the fictional family."""

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from backend.cli.main import Failure
from backend.cli.serve import checked_settings
from backend.settings import DEMO_FILE


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def demo(*, as_json: bool) -> None:
    """Show the sign-in names, passwords and spaces of the fictional family."""
    path = checked_settings().data_folder / DEMO_FILE
    if not path.exists():
        raise Failure(
            "There is no fictional family here. Run `make run`, or `carnet serve --demo`."
        )
    if as_json:
        click.echo(path.read_text().strip())
        return
    show(json.loads(path.read_text()))


def show(family: dict[str, Any]) -> None:
    """Print how to sign in as each person."""
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    for heading in ("Person", "Signs in as", "Password", "Opens"):
        table.add_column(heading)
    for person in family["persons"]:
        opens = ", ".join(f"{s['display_name']} ({s['role']})" for s in person["spaces"])
        table.add_row(person["name"], person["login"] or "—", person["password"] or "—", opens)
    console.print(table)
