"""`carnet phone journal | answer-line`: who did what, and whether the server tells the truth."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import click
import msgspec
from rich.markup import escape

from backend.access.journal.answers import Verdict
from backend.access.journal.reading import Answered
from backend.cli import clock
from backend.cli.phone import view
from backend.cli.phone.doors import ask, in_words, read
from backend.cli.phone.pocket import TROUBLES, Options, Pocket, opened, sentence_of
from backend.cli.phone.shared import profile_option
from backend.cli.phone.values import choose
from backend.cli.screen import console
from backend.cli.spoken import Failure
from sync.core.ledger.witness import Line
from sync.replica import AnswerUnusable, Refused
from sync.replica.journal import LINES_ASKED, RESTORED, Alarm, Journal, JournalReport

_REPRESENTATIVE = "representative"


class _LineSeen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of a child's journal as their representative is given it."""

    seq: int
    text: dict[str, str]
    entry: Any = None
    answer: Any = None


class _PageSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Some of these lines, and whether there are more."""

    entries: list[_LineSeen]
    more: bool


@click.command()
@click.option("--verify", is_flag=True, help="Read every line again, and check all of it.")
@click.option("--profile", "--space", "named", help="Whose journal: a name, or its identifier.")
@click.option("--offline", is_flag=True, help="Do not talk to the server.")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
@click.pass_obj
def journal(
    options: Options, named: str | None, *, verify: bool, offline: bool, as_json: bool
) -> None:
    """Show who did what in your record, checked against what this phone has seen.

    Exit code 1 when the server cannot prove that nothing was changed or taken away.
    """
    with opened(options) as pocket:
        profile = choose(pocket.replica.profiles(), named)
        if profile.role == _REPRESENTATIVE:
            if offline:
                raise Failure(pocket.say("journal-online"))
            _show_represented(pocket, profile.space_id, is_json=as_json)
            if verify:
                raise Failure(pocket.say("journal-of-holder"))
            return
        kept = pocket.journal(profile.space_id)
        report = None if offline else _check(pocket, kept, is_full=verify)
        if as_json:
            lines = kept.lines()
            view.as_json({"report": report, "alarms": kept.alarms(), "lines": lines})
        else:
            _show(pocket, kept, report)
        if report is not None and report.fault is not None:
            raise Failure(pocket.say("journal-fault", what=_fault_in(pocket, report)))


@click.command("answer-line")
@click.argument("line", type=click.IntRange(1))
@click.argument("verdict", type=click.Choice([one.value for one in Verdict]))
@click.option("--comment", help="In your own words, for who looks into it.")
@profile_option
@click.pass_obj
def answer_line(
    options: Options, line: int, verdict: str, *, comment: str | None, named: str | None
) -> None:
    """Say of a line of the journal that you expected it, do not know who it is, or report it."""
    with opened(options) as pocket:
        space_id = choose(pocket.replica.profiles(), named).space_id
        body = {"answer": verdict, **({} if comment is None else {"comment": comment})}
        path = f"/v1/spaces/{space_id}/journal/{line}/answer"
        made = read(ask(pocket, "POST", path, body), Answered)
        view.tell(in_words(pocket, made.next))


def _check(pocket: Pocket, kept: Journal, *, is_full: bool) -> JournalReport | None:
    """Check with the server, if it can be reached; what is held can be read in any case.

    Raises:
        Failure: The server does not show this journal, or all was to be checked.
    """
    try:
        return asyncio.run(pocket.check_journal(kept, is_full=is_full))
    except TROUBLES as trouble:
        if is_full or isinstance(trouble, Refused):
            raise Failure(sentence_of(pocket, trouble)) from None
        view.note(pocket.say("offline"))
        return None


def _show_represented(pocket: Pocket, space_id: UUID, *, is_json: bool) -> None:
    """Show a child's journal as their representative reads it: it has no proof, and is not kept."""
    lines: list[_LineSeen] = []
    is_more = True
    while is_more:
        after = lines[-1].seq if lines else 0
        path = f"/v1/spaces/{space_id}/journal?after={after}&limit={LINES_ASKED}"
        page = read(ask(pocket, "GET", path), _PageSeen)
        lines += page.entries
        if page.more and not page.entries:
            raise AnswerUnusable("A page without lines says that there are more.")
        is_more = page.more
    if is_json:
        view.as_json({"report": None, "alarms": [], "lines": lines})
    else:
        _show_lines(pocket, lines)


def _show_lines(pocket: Pocket, lines: Sequence[Line | _LineSeen]) -> None:
    year = None
    for line in lines:
        if (at := _year_of(line)) != year:
            year = at
            console().print(f"[bold]{escape(year)}[/bold]")
        words = line.text.get(pocket.language) or next(iter(line.text.values()), "")
        console().print(escape(f"{line.seq:>6}  {words}"), soft_wrap=True)


def _show(pocket: Pocket, kept: Journal, report: JournalReport | None) -> None:
    _show_lines(pocket, kept.lines())
    for alarm in kept.alarms():
        view.note(_alarm_in(pocket, alarm))
    if report is None or report.fault is not None or report.head is None:
        return
    head = report.head.head
    at = clock.moment(head.time)
    said = pocket.counted(report.lines, "journal-true", merged=report.merged_seq)
    view.tell(f"{said} {pocket.say('journal-head', size=head.size, at=at, root=head.root[:16])}")


def _year_of(line: Line | _LineSeen) -> str:
    at = line.entry.get("at") if isinstance(line.entry, dict) else None
    return clock.day(at)[:4] if isinstance(at, str) else "…"


def _alarm_in(pocket: Pocket, alarm: Alarm) -> str:
    at = clock.day(alarm.at)
    if alarm.kind == RESTORED:
        return pocket.counted(alarm.lost, "journal-restored", at=at)
    return pocket.say("journal-alarm", at=at, what=pocket.say(f"fault-{alarm.kind}"))


def _fault_in(pocket: Pocket, report: JournalReport) -> str:
    assert report.fault is not None
    return pocket.say(f"fault-{report.fault.value}")
