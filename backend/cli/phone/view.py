"""How the phone shows things: tables for people, JSON for scripts."""

import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click
import msgspec
from rich.markup import escape
from rich.table import Table

from backend.cli import clock
from backend.cli.phone.pocket import Pocket
from backend.cli.screen import Screen, console
from backend.cli.words import known_in
from sync.core.change import OpKind
from sync.replica import Conflict, Fields, Lost, Profile, ProfileState, Shown, Standing

_FIRST = (
    "kind", "label", "title", "name", "value", "value_text", "systolic", "diastolic", "unit",
    "birth_given_name", "used_family_name", "birth_family_name", "answer", "status", "result",
    "clinical_status", "measured_at", "occurred_on", "performed_on", "started_on", "starts_at",
    "last_period_on", "expected_on", "created_at",
)  # fmt: skip
SIGNATURE = "written_by"
# What machines need, and a line for people does not.
_NOT_SHOWN = frozenset(
    {"code_system", "codings", "draft_of", "draft_state", "time_zone", SIGNATURE}
)
_SHOWN_OF_A_RECORD = 6
_SUMMARY_CHARACTERS_MAX = 100
SHORT_ID = 8


def note(text: str) -> None:
    """Tell something that is no part of the answer."""
    console(is_error=True).print(escape(text))


def as_json(value: object) -> None:
    """Write an answer for a script."""
    click.echo(msgspec.json.encode(value).decode())


def tell(text: str) -> None:
    """Write a sentence."""
    console().print(escape(text))


def profiles(pocket: Pocket, found: Sequence[Profile], *, json: bool) -> None:
    """Show which records this phone has."""
    if json:
        as_json([_profile(profile) for profile in found])
        return
    table = _table(pocket, "h-name", "h-access", "h-state", "h-id")
    for profile in found:
        ended = profile.state is ProfileState.ENDED
        table.add_row(
            escape(profile.display_name),
            escape(known_in(pocket.language, "role", profile.role)),
            pocket.say("ended") if ended else "",
            str(profile.space_id),
        )
    _print(pocket, table)


def standings(pocket: Pocket, found: Sequence[Standing], *, json: bool) -> None:
    """Show how far each record is in step."""
    if json:
        as_json([_standing(standing) for standing in found])
        return
    table = _table(pocket, "h-name", "h-records", "h-waiting", "h-lost", "h-synced", "h-copy")
    for one in found:
        ended = one.profile.state is ProfileState.ENDED
        table.add_row(
            escape(one.profile.display_name),
            str(one.count),
            str(one.waiting),
            str(one.lost),
            moment(pocket, one.profile.synced_at),
            pocket.say("ended") if ended else equality(pocket, is_equal=one.is_equal),
        )
    _print(pocket, table)


def table(pocket: Pocket, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Show rows under headings, or say that there is nothing."""
    shown = _table(pocket, *headings)
    for row in rows:
        shown.add_row(*map(escape, row))
    _print(pocket, shown)


def equality(pocket: Pocket, *, is_equal: bool | None) -> str:
    """Say whether a copy is what the server says it should be."""
    keys = {None: "equal-unknown", True: "equal", False: "equal-not"}
    return pocket.say(keys[is_equal])


def records(pocket: Pocket, found: Sequence[Shown], *, json: bool) -> None:
    """Show a collection."""
    if json:
        as_json(found)
        return
    table = _table(pocket, "h-id", "h-what", "h-state")
    for shown in found:
        table.add_row(
            str(shown.record_id)[:SHORT_ID],
            escape(summary(shown.fields)),
            _state(pocket, shown),
        )
    _print(pocket, table)


def _state(pocket: Pocket, shown: Shown) -> str:
    """Say what is not settled: read in a document and confirmed by nobody, or not sent."""
    draft = shown.fields.get("draft_state")
    words = [pocket.say(draft)] if draft in ("draft", "rejected") else []
    if shown.is_waiting:
        words.append(pocket.say("waiting"))
    return " · ".join(words)


def record(pocket: Pocket, shown: Shown | None, conflict: Conflict | None, *, json: bool) -> None:
    """Show one record, and what did not stand of it."""
    lost = [] if conflict is None else conflict.lost
    if json:
        whole = {} if shown is None else msgspec.to_builtins(shown)
        as_json({**whole, "lost": [_lost(one) for one in lost]})
        return
    out = console()
    if shown is not None:
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column()
        table.add_column(overflow="fold")
        for name, value in shown.fields.items():
            if name == SIGNATURE:
                continue
            table.add_row(f"[bold]{escape(name)}[/bold]", escape(_text(value)))
        state = " · ".join(filter(None, [str(shown.record_id), _state(pocket, shown)]))
        out.print(f"{shown.collection} {state}")
        out.print(table)
        signature = signed_by(pocket, shown)
        if signature is not None:
            out.print(escape(signature), soft_wrap=True)
        if shown.fields.get("draft_state") == "draft":
            out.print(pocket.say("confirm-draft", id=str(shown.record_id)[:SHORT_ID]))
    for one in lost:
        out.print(f"[yellow]{pocket.say('lost')}[/yellow]: {escape(why(pocket, one))}")
        _print_lost(pocket, out, one, {} if conflict is None else conflict.standing or {})


def signed_by(pocket: Pocket, shown: Shown) -> str | None:
    """Say who wrote a record in its holder's stead; None where its holder did."""
    signature = shown.fields.get(SIGNATURE)
    if not isinstance(signature, dict):
        return None
    holder = next(
        (p.display_name for p in pocket.replica.profiles() if p.space_id == shown.space_id), None
    )
    role = known_in(pocket.language, "role", str(signature.get("role", "")))
    name = signature.get("name")
    if not name:
        return pocket.say("written-as", role=role, holder=holder or "—")
    return pocket.say("written-by", name=name, role=role, holder=holder or "—")


def why(pocket: Pocket, lost: Lost) -> str:
    """Return the words of the catalogue for a refusal, or its code, and what it is about."""
    from backend.kernel.problems import catalogue

    if lost.code == "conflict":
        return pocket.say("conflict")
    problem = catalogue().get(lost.code)
    about = f" ({lost.pointer.removeprefix('/set/')})" if lost.pointer else ""
    if problem is None:
        return f"{lost.code}{about}."
    title, next_step = (getattr(w, pocket.language) for w in (problem.title, problem.next_step))
    return f"{title}{about}. {next_step}"


def _print_lost(pocket: Pocket, out: Screen, lost: Lost, standing: Fields) -> None:
    if lost.kind is OpKind.DELETE:
        out.print(f"  {pocket.say('lost-deletion')}")
    for name, value in lost.fields.items():
        stands = pocket.say("now-stands")
        now = _text(standing[name]) if name in standing else "—"
        out.print(escape(f"  {name}: {_text(value)}   ({stands}: {now})"))


def _print(pocket: Pocket, table: Table) -> None:
    if table.row_count:
        console().print(table)
    else:
        tell(pocket.say("empty"))


def _table(pocket: Pocket, *headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(pocket.say(heading), overflow="fold")
    return table


def summary(fields: Fields) -> str:
    """Say in a line what a record is."""
    names = [name for name in _FIRST if name in fields]
    names += [name for name in fields if name not in names and name not in _NOT_SHOWN]
    whole = " · ".join(_text(fields[name]) for name in names[:_SHOWN_OF_A_RECORD])
    return textwrap.shorten(whole, _SUMMARY_CHARACTERS_MAX, placeholder=" …")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def moment(pocket: Pocket, at: datetime | None) -> str:
    """Write an instant by the clock of this machine."""
    return pocket.say("never") if at is None else clock.moment(at)


def _profile(profile: Profile) -> Fields:
    return {
        "space_id": profile.space_id,
        "role": profile.role,
        "display_name": profile.display_name,
        "birth_date": profile.birth_date,
        "state": profile.state,
    }


def _standing(standing: Standing) -> Fields:
    return {
        **_profile(standing.profile),
        "records": standing.count,
        "waiting": standing.waiting,
        "lost": standing.lost,
        "synced_at": standing.profile.synced_at,
        "digest": standing.digest,
        "is_equal": standing.is_equal,
    }


def _lost(lost: Lost) -> Fields:
    return {
        "op_id": lost.op_id,
        "kind": lost.kind,
        "fields": lost.fields,
        "code": lost.code,
        "pointer": lost.pointer,
        "at": lost.at,
    }
