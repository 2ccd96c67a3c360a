"""The commands of `carnet calendar`."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.markup import escape

from backend.cli.calendar import view
from backend.cli.calendar.words import in_language, say
from backend.cli.language import LANGUAGES, language_of
from backend.cli.main import Failure
from notifications import calendars
from notifications.core.pack import Pack
from notifications.core.pack_check import doubts
from notifications.core.pack_decode import PackInvalid
from notifications.core.pack_diff import changed_plans, differences
from notifications.core.recommend import recommend
from notifications.core.written import Person, WrittenInvalid, facts_of, read_persons

_DAY = click.DateTime(["%Y-%m-%d"])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

T = TypeVar("T")

_language = click.option("--language", type=click.Choice(LANGUAGES), help="Language. [LANG]")


@click.group()
def calendar() -> None:
    """Look at the calendars of vaccines and screenings: try them, check them, compare them."""


@calendar.command("check")
@click.argument("folder", required=False)
@_language
def check(folder: str | None, language: str | None) -> None:
    """Say what is wrong with the calendar in FOLDER, or of a country; else with each of ours."""
    screen = view.console()
    tongue = language or language_of()
    found = list(calendars.countries()) if folder is None else [folder]
    for name in found:
        pack = _pack(name)
        counted = say("tally", tongue).format(
            items=len(pack.items),
            sources=len(pack.sources.source),
            situations=len(pack.situations.situation),
        )
        screen.print(f"[green]✓[/green] {escape(pack.label)}: {counted}")
        open_doubts = doubts(pack)
        screen.print(f"  {len(open_doubts)} {say('doubts', tongue)}")
        for item, doubt in open_doubts:
            screen.print(f"    {escape(item)}: {escape(doubt)}", soft_wrap=True)


def _person_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option("--born", type=_DAY, help="Date of birth, such as 2023-03-02."),
    click.option(
        "--sex",
        type=click.Choice(["female", "male", "unknown"]),
        default="unknown",
        show_default=True,
        help="Sex, as the record says it.",
    ),
    click.option("--on", type=_DAY, help="The day to look at. [today]"),
    click.option(
        "--dose",
        "doses",
        multiple=True,
        help="A vaccine that was given, such as `HEXYON 2025-08-15`. May be repeated.",
    ),
    click.option(
        "--exam",
        "exams",
        multiple=True,
        help="An examination, such as `fit 2024-01-10 normal`. May be repeated.",
    ),
    click.option(
        "--situation",
        "situations",
        multiple=True,
        help="What holds, such as `diabetes`, `no chickenpox` or `prison 2020-01-01 2021-01-01`. "
        "May be repeated.",
    ),
    click.option("--pregnant-since", type=_DAY, help="First day of the last period."),
    click.option("--weeks", type=int, help="Weeks of amenorrhoea on the day, such as 34."),
    click.option("--residence", help="Where the person lives: FR, GP, MQ, GF, RE, YT…"),
    click.option("--born-in", help="Where the person was born, likewise."),
    click.option(
        "--refused",
        multiple=True,
        help="An item that was refused, such as `breast` or `advised-against mmr`. "
        "May be repeated.",
    ),
)


@calendar.command("explain")
@_person_options
@click.option("--case", "cases", type=_FILE, help="A TOML file of persons, instead of one.")
@click.option("--country", default="fr", show_default=True, help="Whose calendar, or a folder.")
@click.option("--json", "form", flag_value="json", help="For scripts.")
@click.option("--fhir", "form", flag_value="fhir", help="As FHIR ImmunizationRecommendation.")
@_language
def explain(
    cases: Path | None, country: str, language: str | None, form: str | None, **person: Any
) -> None:
    """Say what is due to a person on a day, what comes next, and why, with the sources."""
    pack = _pack(country)
    tongue = language or language_of()
    persons = [_typed(person)] if cases is None else _persons(cases, tongue)
    refused: list[str] = []
    plans: list[view.Explained] = []
    for one in persons:
        try:
            facts = facts_of(pack, one)
            plan = recommend(pack, facts, one.on)
            problems = plan.problems
        except WrittenInvalid as fault:
            problems = (fault.text,)
        if problems:
            name = "" if cases is None else f"{one.id}: "
            refused += [f"{name}{in_language(problem, tongue)}" for problem in problems]
        else:
            plans.append(view.Explained(id=str(one.id), facts=facts, plan=plan))
    view.explained(pack, plans, tongue, form, many=cases is not None)
    if refused:
        raise Failure("\n".join(refused))


@calendar.command("diff")
@click.argument("before")
@click.argument("after")
@click.option("--case", "cases", type=_FILE, help="A TOML file of persons: which of them change?")
@_language
def diff(before: str, after: str, cases: Path | None, language: str | None) -> None:
    """Say what changed from BEFORE to AFTER: each a country whose calendar ships, or a folder."""
    tongue = language or language_of()
    old, new = _pack(before), _pack(after)
    screen = view.console()
    found = differences(old, new)
    for text in found:
        screen.print(escape(in_language(text, tongue)), soft_wrap=True)
    if not found:
        screen.print(say("no-change", tongue))
    if cases is None:
        return
    persons = _persons(cases, tongue)
    changed = 0
    for one in persons:
        was = _told(tongue, partial(facts_of, old, one))
        now = _told(tongue, partial(facts_of, new, one))
        lines = changed_plans(recommend(old, was, one.on), recommend(new, now, one.on))
        changed += bool(lines)
        for line in lines:
            screen.print(f"{one.id}: {escape(in_language(line, tongue))}", soft_wrap=True)
    if not changed:
        screen.print(say("persons-same", tongue))


def _pack(name: str) -> Pack:
    """Return a calendar by its country, or by its folder."""
    try:
        if name in calendars.countries():
            return calendars.load(name)
        folder = Path(name)
        if not folder.is_dir():
            known = ", ".join(calendars.countries())
            raise Failure(f"There is no calendar {name!r}. Name one of {known}, or a folder.")
        return calendars.load_folder(folder)
    except PackInvalid as invalid:
        screen = view.console()
        for fault in invalid.faults:
            screen.print(f"[red]✗[/red] {escape(fault)}", soft_wrap=True)
        raise Failure(
            f"{len(invalid.faults)} to mend in the calendar {name}. It may not be used."
        ) from None
    except OSError as fault:
        raise Failure(f"The calendar {name} cannot be read: {fault.strerror}.") from None


def _typed(options: dict[str, Any]) -> Person:
    """Return the person whom the options describe."""
    days = {
        key: None if options[key] is None else options[key].date()
        for key in ("born", "on", "pregnant_since")
    }
    if days["born"] is None:
        raise Failure("Say when the person was born, with --born, or name a file with --case.")
    return Person(id="", **(options | days | {"on": days["on"] or datetime.now(UTC).date()}))


def _persons(file: Path, language: str) -> tuple[Person, ...]:
    return _told(language, lambda: read_persons(file.read_bytes()))


def _told(language: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except WrittenInvalid as fault:
        raise Failure(in_language(fault.text, language)) from None
