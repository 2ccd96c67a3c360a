"""`carnet matrix`: check the rights matrix, compare another with it, replace it."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from backend.access.reference import codes
from backend.access.rules.matrix import Matrix, Read
from backend.access.rules.matrix_review import Change, Complaint, changes, review, tally
from backend.cli.main import Failure
from backend.cli.operator_client import checked, operator
from backend.cli.serve import checked_settings

_ADDRESS = "/v1/operator/matrix"

console = Console(highlight=False)

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def matrix() -> None:
    """Look after the rights matrix: which profession may read which type of document."""


@matrix.command("check")
@click.argument("file", required=False, type=_FILE)
def check(file: Path | None) -> None:
    """Say what is wrong with FILE, and count its cells; without FILE, of the one in force."""
    if file is not None:
        text, denials = _text_of(file), {}
        console.print(f"{escape(file.name)}:")
    else:
        report = asyncio.run(_report())
        text, denials = report["matrix"]["text"], report["unknown_denials"]
        console.print(f"In force: {_named(report['matrix'])}.")
    read = review(text, codes())
    _print_tally(read.matrix, denials)
    _refuse(read.complaints)
    console.print("[green]✓[/green] Nothing is wrong with it. What is unknown denies.")


@matrix.command("diff")
@click.argument("file", type=_FILE)
def diff(file: Path) -> None:
    """Say which cells FILE would change, compared with the matrix in force."""
    after = _sound(file)
    report = asyncio.run(_report())
    before = review(report["matrix"]["text"], codes()).matrix
    today = _today()
    found = changes(before, after, codes(), today)
    console.print(f"In force: {_named(report['matrix'])}.")
    for change in found:
        console.print(_words(change, today), soft_wrap=True)
    widened, narrowed = _sum(found)
    console.print(f"{len(found)} cells change: {widened} widen, {narrowed} narrow.")


@matrix.command("import")
@click.argument("file", type=_FILE)
@click.option(
    "--from",
    "effective_on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day on which it takes effect, at midnight UTC; at once when left out.",
)
def import_matrix(file: Path, effective_on: datetime | None) -> None:
    """Put FILE in force. The earlier version is kept: `carnet matrix export` writes it."""
    text = _text_of(file)
    _refuse(review(text, codes()).complaints)
    order: dict[str, Any] = {"text": text}
    if effective_on is not None:
        order["effective_at"] = effective_on.replace(tzinfo=UTC).isoformat()
    imported = asyncio.run(_import(order))
    if imported["status"] == "unchanged":
        console.print(f"Nothing to do: version {imported['version']} says the same.")
        return
    console.print(
        f"[green]✓[/green] Version {imported['version']} takes effect "
        f"{'at once' if effective_on is None else f'on {effective_on.date()}'}."
    )
    labels = codes().professions
    for shift in imported["shifts"]:
        console.print(
            f"  {escape(labels[shift['profession']])}: "
            f"{shift['widened']} types widen, {shift['narrowed']} narrow"
        )
    widened = sum(shift["widened"] for shift in imported["shifts"])
    narrowed = sum(shift["narrowed"] for shift in imported["shifts"])
    console.print(f"Professions x types: {widened} widen, {narrowed} narrow.")


@matrix.command("export")
@click.option("--version", type=click.IntRange(min=0), help="The one in force when left out.")
def export(version: int | None) -> None:
    """Print a version as it was imported. Version 0 came with the code."""
    click.echo(asyncio.run(_report(version))["matrix"]["text"], nl=False)


async def _report(version: int | None = None) -> dict[str, Any]:
    asked = {} if version is None else {"version": version}
    async with operator(checked_settings()) as client:
        report: dict[str, Any] = checked(await client.get(_ADDRESS, params=asked))
    return report


async def _import(order: dict[str, Any]) -> dict[str, Any]:
    async with operator(checked_settings()) as client:
        imported: dict[str, Any] = checked(await client.post(_ADDRESS, json=order))
    return imported


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Failure(f"{file.name} cannot be read as UTF-8 text. Save it as UTF-8.") from None


def _sound(file: Path) -> Matrix:
    read = review(_text_of(file), codes())
    _refuse(read.complaints)
    return read.matrix


def _refuse(complaints: tuple[Complaint, ...]) -> None:
    if not complaints:
        return
    for complaint in complaints:
        place = f"line {complaint.line}" if complaint.line else "file"
        console.print(f"[red]✗[/red] {place}: {escape(complaint.words)}", soft_wrap=True)
    raise Failure(f"{len(complaints)} to mend in it. Nothing was changed.")


def _print_tally(found: Matrix, denials: dict[str, int]) -> None:
    counted = tally(found, codes(), _today())
    table = Table(box=None, pad_edge=False)
    for heading in ("code", "profession"):
        table.add_column(heading)
    for heading in ("yes", "no", "unknown", *(("denied as unknown",) if denials else ())):
        table.add_column(heading, justify="right")
    total: Counter[Read] = Counter()
    for profession, label in codes().professions.items():
        counts = counted[profession]
        total.update(counts)
        numbers = [str(counts.get(value, 0)) for value in Read]
        more = [str(denials.get(profession, 0))] if denials else []
        table.add_row(profession, label, *numbers, *more)
    more = [str(sum(denials.values()))] if denials else []
    table.add_row("", "all", *(str(total[value]) for value in Read), *more)
    console.print(table)


def _named(version: dict[str, Any]) -> str:
    if version["version"] == 0:
        return "version 0, which came with the code"
    return f"version {version['version']}, imported {version['imported_at'][:10]}"


def _words(change: Change, today: date) -> str:
    profession = codes().professions[change.profession]
    label = codes().types[change.type_code]
    when = "" if change.on == today else f", from {change.on.isoformat()}"
    sign = "[green]+[/green]" if change.widens else "[red]-[/red]" if change.narrows else "="
    words = f"{profession} ({change.profession}), {label} ({change.type_code})"
    return f"{sign} {escape(words)}: {change.before.value} becomes {change.after.value}{when}"


def _sum(found: tuple[Change, ...]) -> tuple[int, int]:
    return sum(change.widens for change in found), sum(change.narrows for change in found)


def _today() -> date:
    return datetime.now(UTC).date()
