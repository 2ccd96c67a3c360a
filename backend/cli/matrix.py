"""`carnet matrix`: check the rights matrix, compare another with it, replace it."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from backend.access.reference import codes
from backend.access.rules.matrix import Matrix, Read
from backend.access.rules.matrix_review import Change, Complaint, changes, review, tally
from backend.cli.clock import day
from backend.cli.days import DAY
from backend.cli.heard import heard
from backend.cli.operator_client import checked, operator
from backend.cli.screen import console, show, tell
from backend.cli.serve import checked_settings
from backend.cli.spoken import Failure
from backend.cli.words import known, say

_ADDRESS = "/v1/operator/matrix"

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
        show(f"{file.name}:")
    else:
        report = asyncio.run(_report())
        text, denials = report["matrix"]["text"], report["unknown_denials"]
        _tell_in_force(report["matrix"])
    read = review(text, codes())
    _print_tally(read.matrix, denials)
    _refuse(read.complaints)
    tell("matrix-sound", mark="ok")


@matrix.command("diff")
@click.argument("file", type=_FILE)
def diff(file: Path) -> None:
    """Say which cells FILE would change, compared with the matrix in force."""
    after = _sound(file)
    report = asyncio.run(_report())
    before = review(report["matrix"]["text"], codes()).matrix
    today = _today()
    found = changes(before, after, codes(), today)
    _tell_in_force(report["matrix"])
    for change in found:
        _tell_change(change, today)
    widened, narrowed = _sum(found)
    tell("matrix-changes", count=len(found), widened=widened, narrowed=narrowed)


@matrix.command("import")
@click.argument("file", type=_FILE)
@click.option(
    "--from",
    "effective_on",
    type=DAY,
    help="The day on which it takes effect, at midnight UTC; at once when left out.",
)
def import_matrix(file: Path, effective_on: date | None) -> None:
    """Put FILE in force. The earlier version is kept: `carnet matrix export` writes it."""
    text = _text_of(file)
    _refuse(review(text, codes()).complaints)
    order: dict[str, Any] = {"text": text}
    if effective_on is not None:
        midnight = datetime.combine(effective_on, time(), UTC)
        order["effective_at"] = midnight.isoformat()
    imported = asyncio.run(_import(order))
    if imported["status"] == "unchanged":
        tell("matrix-same", version=imported["version"])
        return
    when = say("matrix-at-once") if effective_on is None else say("matrix-on", day=effective_on)
    tell("matrix-imported", mark="ok", version=imported["version"], when=when)
    labels = codes().professions
    for shift in imported["shifts"]:
        tell(
            "matrix-shift",
            profession=labels[shift["profession"]],
            widened=shift["widened"],
            narrowed=shift["narrowed"],
        )
    widened = sum(shift["widened"] for shift in imported["shifts"])
    narrowed = sum(shift["narrowed"] for shift in imported["shifts"])
    tell("matrix-shifts", widened=widened, narrowed=narrowed)


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
        raise Failure(say("matrix-unreadable", file=file.name)) from None


def _sound(file: Path) -> Matrix:
    read = review(_text_of(file), codes())
    _refuse(read.complaints)
    return read.matrix


def _refuse(complaints: tuple[Complaint, ...]) -> None:
    if not complaints:
        return
    for complaint in complaints:
        key = "matrix-line" if complaint.line else "matrix-file"
        said = heard(complaint.words)
        tell(key, mark="bad", whole=True, line=complaint.line, said=said)
    raise Failure(say("matrix-to-mend", count=len(complaints)))


def _print_tally(found: Matrix, denials: dict[str, int]) -> None:
    counted = tally(found, codes(), _today())
    table = Table(box=None, pad_edge=False)
    for heading in ("h-profession-code", "h-profession"):
        table.add_column(say(heading))
    for heading in ("h-yes", "h-no", "h-unknown", *(("h-denied",) if denials else ())):
        table.add_column(say(heading), justify="right")
    total: Counter[Read] = Counter()
    for profession, label in codes().professions.items():
        counts = counted[profession]
        total.update(counts)
        numbers = [str(counts.get(value, 0)) for value in Read]
        more = [str(denials.get(profession, 0))] if denials else []
        table.add_row(profession, escape(label), *numbers, *more)
    more = [str(sum(denials.values()))] if denials else []
    table.add_row("", say("matrix-all"), *(str(total[value]) for value in Read), *more)
    console().print(table)


def _tell_in_force(version: dict[str, Any]) -> None:
    if version["version"] == 0:
        tell("matrix-first-in-force")
    else:
        since = day(version["imported_at"])
        tell("matrix-in-force", version=version["version"], day=since)


def _tell_change(change: Change, today: date) -> None:
    widens, narrows = "[green]+[/green]", "[red]-[/red]"
    sign = widens if change.widens else narrows if change.narrows else "="
    words = say(
        "matrix-change",
        profession=f"{codes().professions[change.profession]} ({change.profession})",
        type=f"{codes().types[change.type_code]} ({change.type_code})",
        before=known("read", change.before.value),
        after=known("read", change.after.value),
        when="" if change.on == today else say("matrix-change-from", day=change.on),
    )
    console().print(f"{sign} {escape(words)}", soft_wrap=True)


def _sum(found: tuple[Change, ...]) -> tuple[int, int]:
    return sum(change.widens for change in found), sum(change.narrows for change in found)


def _today() -> date:
    return datetime.now(UTC).date()
