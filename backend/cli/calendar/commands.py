"""The commands of `carnet calendar`."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.markup import escape

from backend.cli.calendar import view
from backend.cli.days import DAY
from backend.cli.heard import heard
from backend.cli.language import language_option
from backend.cli.screen import tell
from backend.cli.spoken import Failure
from backend.cli.words import counted, in_language, say
from notifications import calendars
from notifications.core.pack import Pack
from notifications.core.pack_check import doubts
from notifications.core.pack_decode import PackInvalid
from notifications.core.pack_diff import changed_plans, differences
from notifications.core.recommend import recommend
from notifications.core.text import Text
from notifications.core.written import Person, WrittenInvalid, facts_of, read_persons

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

T = TypeVar("T")

_language = language_option("--language")


@click.group()
def calendar() -> None:
    """Look at the calendars of vaccines and screenings: try them, check them, compare them."""


@calendar.command("check")
@click.argument("folder", required=False)
@_language
def check(folder: str | None) -> None:
    """Say what is wrong with the calendar in FOLDER, or of a country; else with each of ours."""
    found = list(calendars.countries()) if folder is None else [folder]
    for name in found:
        pack = _pack(name)
        tell(
            "calendar-tally",
            mark="ok",
            name=pack.label,
            items=len(pack.items),
            sources=len(pack.sources.source),
            situations=len(pack.situations.situation),
        )
        open_doubts = doubts(pack)
        tell("calendar-doubts", said=counted(len(open_doubts), "calendar-doubt"))
        for item, doubt in open_doubts:
            tell("calendar-doubtful", whole=True, item=item, doubt=heard(doubt))


def _person_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option("--born", type=DAY, help="Date of birth, such as 2023-03-02."),
    click.option(
        "--sex",
        type=click.Choice(["female", "male", "unknown"]),
        default="unknown",
        show_default=True,
        help="Sex, as the record says it.",
    ),
    click.option("--on", type=DAY, help="The day to look at. [today]"),
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
    click.option("--pregnant-since", type=DAY, help="First day of the last period."),
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
def explain(cases: Path | None, country: str, form: str | None, **person: Any) -> None:
    """Say what is due to a person on a day, what comes next, and why, with the sources."""
    pack = _pack(country)
    persons = [_typed(person)] if cases is None else _persons(cases)
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
            refused += [f"{name}{_sentence(problem)}" for problem in problems]
        else:
            plans.append(view.Explained(id=str(one.id), facts=facts, plan=plan))
    view.explained(pack, plans, form, many=cases is not None)
    if refused:
        raise Failure("\n".join(refused))


@calendar.command("diff")
@click.argument("before")
@click.argument("after")
@click.option("--case", "cases", type=_FILE, help="A TOML file of persons: which of them change?")
@_language
def diff(before: str, after: str, cases: Path | None) -> None:
    """Say what changed from BEFORE to AFTER: each a country whose calendar ships, or a folder."""
    old, new = _pack(before), _pack(after)
    screen = view.console()
    found = differences(old, new)
    for text in found:
        screen.print(escape(in_language(text)), soft_wrap=True)
    if not found:
        tell("calendar-no-change")
    if cases is None:
        return
    persons = _persons(cases)
    changed = 0
    for one in persons:
        was = _told(partial(facts_of, old, one))
        now = _told(partial(facts_of, new, one))
        lines = changed_plans(recommend(old, was, one.on), recommend(new, now, one.on))
        changed += bool(lines)
        for line in lines:
            screen.print(f"{one.id}: {escape(in_language(line))}", soft_wrap=True)
    if not changed:
        tell("calendar-persons-same")


def _pack(name: str) -> Pack:
    """Return a calendar by its country, or by its folder."""
    try:
        if name in calendars.countries():
            return calendars.load(name)
        folder = Path(name)
        if not folder.is_dir():
            known = ", ".join(calendars.countries())
            raise Failure(say("calendar-none-such", name=name, known=known))
        return calendars.load_folder(folder)
    except PackInvalid as invalid:
        for fault in invalid.faults:
            tell("calendar-fault", mark="bad", whole=True, fault=heard(fault))
        count = len(invalid.faults)
        raise Failure(say("calendar-to-mend", count=count, name=name)) from None
    except OSError as fault:
        why = heard(fault.strerror or str(fault))
        raise Failure(say("calendar-unreadable", name=name, why=why)) from None


def _typed(options: dict[str, Any]) -> Person:
    """Return the person whom the options describe."""
    if options["born"] is None:
        raise click.UsageError(say("calendar-no-birth"))
    return Person(id="", **(options | {"on": options["on"] or datetime.now(UTC).date()}))


def _persons(file: Path) -> tuple[Person, ...]:
    return _told(lambda: read_persons(file.read_bytes()))


def _told(read: Callable[[], T]) -> T:
    try:
        return read()
    except WrittenInvalid as fault:
        raise Failure(_sentence(fault.text)) from None


def _sentence(text: Text) -> str:
    """Say what is wrong with a line, a sentence of a library within it too."""
    return heard(in_language(text))
