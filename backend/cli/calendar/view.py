"""How a plan is shown: tables for people, JSON for scripts."""

from collections.abc import Callable, Iterable, Sequence

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from backend.cli import screen
from backend.cli.language import language
from backend.cli.words import in_language, say
from notifications.core.facts import Facts
from notifications.core.fhir import Coding, Record, as_fhir
from notifications.core.pack import Pack
from notifications.core.recommendation import Level, Plan, Recommendation, Status
from notifications.core.words import level_said, said

WIDTH_MIN = 100
"""Files and pipes are written to as if they were this wide; a terminal is as wide as it is."""
NUVA = "http://smt.esante.gouv.fr/terminologie-nuva"
"""Source: ANS multi-terminology server, the system of NUVA."""
_OFFERED = (Level.OPTIONAL, Level.PENDING)
_NOW = (Status.DUE, Status.OVERDUE)

Choose = Callable[[Recommendation], bool]
_PARTS: Sequence[tuple[str, Choose]] = (
    ("due", lambda one: one.status in _NOW and one.level not in _OFFERED),
    ("unknown", lambda one: one.status is Status.UNKNOWN),
    ("offered", lambda one: one.status in _NOW and one.level in _OFFERED),
    ("next", lambda one: one.status is Status.NOT_YET),
    ("blocked", lambda one: one.status in (Status.CONTRAINDICATED, Status.REFUSED)),
    ("done", lambda one: one.status is Status.DONE),
)


def console() -> Console:
    """Return where people read."""
    wide = screen.console()
    fits = wide.is_terminal or wide.width >= WIDTH_MIN
    return wide if fits else screen.console(width=WIDTH_MIN)


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """One person, with the plan of one day."""

    id: str
    facts: Facts
    plan: Plan


def explained(pack: Pack, plans: Sequence[Explained], form: str | None, *, many: bool) -> None:
    """Show the plans of some persons: for people, or for a script as `json` or `fhir`."""
    if form is not None:
        answers = [_answer(pack, one, form) for one in plans]
        if many:
            _write([{"id": one.id, "plan": it} for one, it in zip(plans, answers, strict=True)])
        elif answers:
            _write(answers[0])
        return
    for one in plans:
        if many:
            console().print(f"\n[bold]# {escape(one.id)}[/bold]")
        show(pack, one.facts, one.plan)


def _answer(pack: Pack, one: Explained, form: str) -> object:
    if form == "json":
        return one.plan.worded()

    def code_of(product: str) -> Coding | None:
        found = pack.product_of[product]
        if found.nuva is None:
            return None
        return Coding(system=NUVA, code=found.nuva, display=found.name)

    record = Record(
        patient="Patient/example",
        doses=frozenset(dose.fact_id for dose in one.facts.doses),
        code_of=code_of,
    )
    return as_fhir(one.plan, record, language=language())


def _write(answer: object) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode())


def show(pack: Pack, facts: Facts, plan: Plan) -> None:
    """Print a plan with its reasons and sources."""
    page = console()
    name, day = in_language(pack.calendar.name), in_language(said(plan.on))
    born = in_language(said(facts.birth_date))
    page.print(f"[bold]{escape(name)}[/bold] ({escape(plan.calendar)}), {day}")
    page.print(f"{say('calendar-born')} {born}")
    cited: dict[str, str] = {}
    for key, belongs in _PARTS:
        found = [one for one in plan.recommendations if belongs(one)]
        if not found and key != "due":
            continue
        page.print(f"\n[bold]{say(f'calendar-{key}')}[/bold]")
        if not found:
            page.print(say("calendar-none"))
            continue
        page.print(_table(pack, facts, found))
        cited |= {
            source.key: f"{source.title}{f' — {source.url}' if source.url else ''}"
            for one in found
            for source in one.sources
        }
    _show_silences(page, pack, plan)
    page.print(f"\n[bold]{say('calendar-sources')}[/bold]")
    for key in sorted(cited):
        page.print(f"  {escape(key)}: {escape(cited[key])}", soft_wrap=True)
    page.print(f"\n{escape(in_language(pack.calendar.warning))}", soft_wrap=True)


def _show_silences(page: Console, pack: Pack, plan: Plan) -> None:
    if not plan.silences:
        return
    page.print(f"\n[bold]{say('calendar-silent')}[/bold]")
    table = _headed("h-what", "h-why")
    for one in plan.silences:
        name = escape(in_language(pack.name_of[one.item]))
        reason = escape(in_language(one.reason))
        table.add_row(f"{name}\n[dim]{escape(one.item)}[/dim]", reason)
    page.print(table)


def _table(pack: Pack, facts: Facts, found: Sequence[Recommendation]) -> Table:
    is_past = all(one.status is Status.DONE for one in found)
    table = _headed("h-on" if is_past else "h-from", "h-until", "h-what", "h-why")
    for one in found:
        name = escape(in_language(one.name))
        rule = escape(f"{one.item} {one.step}, {in_language(level_said(one.level))}")
        table.add_row(
            _done_on(facts, one) if is_past else str(one.due_on or say("calendar-any-day")),
            str(one.latest_on or ""),
            f"{name}\n[dim]{rule}[/dim]",
            escape("\n".join(_why(pack, one))),
        )
    return table


def _done_on(facts: Facts, one: Recommendation) -> str:
    """Say when something was done, where a day is known."""
    days = [dose.given_on for dose in facts.doses if dose.fact_id in one.done_by]
    days += [exam.performed_on for exam in facts.exams if exam.fact_id in one.done_by]
    return str(max(days)) if days else ""


def _why(pack: Pack, one: Recommendation) -> Iterable[str]:
    yield in_language(one.reason)
    for note in one.notes:
        yield in_language(note)
    if one.products:
        names = (pack.product_of[product].name for product in one.products)
        yield f"{say('calendar-products')} {', '.join(names)}."
    for code in one.asks:
        asked = pack.situation_of.get(code)
        question = code if asked is None else in_language(asked.question)
        yield f"{say('calendar-asks')} {question} ({code})"
    if one.recalls_on:
        yield f"{say('calendar-recalls')} {', '.join(map(str, one.recalls_on))}."
    yield f"[{', '.join(source.key for source in one.sources)}]"


def _headed(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        is_day = heading in ("h-from", "h-on", "h-until")
        is_what = heading == "h-what"
        table.add_column(
            say(f"calendar-{heading}"),
            no_wrap=is_day,
            overflow="fold",
            max_width=34 if is_what else None,
        )
    return table
