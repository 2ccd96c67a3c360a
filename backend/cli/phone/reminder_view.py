"""How a phone shows reminders: what, and why below it; when; how it stands."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from backend.cli.phone import view
from backend.cli.phone.pocket import Pocket
from notifications.core.clock import ZoneUnknown, local, zone_of
from notifications.core.reminder import State, is_open
from sync.replica import Fields, Shown

OVER = frozenset(state.value for state in State if not is_open(state))
_HEADINGS = ("h-id", "h-when", "h-what-and-why", "h-state")
# Of what comes again and again the next one is enough, unless something became of another.
_UNTOUCHED = frozenset({State.PLANNED.value, State.TAKEN.value})


class Of(NamedTuple):
    """A reminder, the person it concerns where several are shown, and what follows it."""

    shown: Shown
    name: str | None = None
    later: Sequence[Shown] = ()


def several(pocket: Pocket, found: Iterable[Shown], *, of: str | None) -> None:
    """Show what one person is reminded of, the soonest first; under a name if there is one."""
    known = sorted(found, key=soonest)
    if of is not None:
        view.tell(f"\n{of}")
    show_each(pocket, _gathered([one for one in known if one.fields.get("state") not in OVER]))


def soonest(shown: Shown) -> tuple[str, str, str]:
    """Order by when it rings; of what rings together, what has been due for longest is first."""
    fields = shown.fields
    return str(fields.get("due_at")), str(fields.get("due_on")), str(shown.record_id)


def show_each(pocket: Pocket, found: Sequence[Of]) -> None:
    """Show reminders in the order they come."""
    view.table(pocket, _HEADINGS, [_row(pocket, one) for one in found])


def _gathered(known: Sequence[Shown]) -> list[Of]:
    """Put what one wish repeats behind its first."""
    series: dict[str, list[Shown]] = {}
    for one in known:
        repeats = one.fields["kind"] == "own" and one.fields["state"] in _UNTOUCHED
        name = str(one.fields["subject"] if repeats else one.record_id)
        series.setdefault(name, []).append(one)
    return [Of(first, later=later) for first, *later in series.values()]


def _row(pocket: Pocket, one: Of) -> tuple[str, ...]:
    fields = one.shown.fields
    title, why = (fields[name][pocket.language] for name in ("title", "why"))
    what = [title if one.name is None else f"{one.name} · {title}", why]
    if fields.get("must_confirm"):
        what.append(pocket.say("reminder-confirm"))
    if one.later:
        last = one.later[-1].fields
        day = _local(last["due_at"], last["time_zone"])[:10]
        what.append(pocket.say("reminder-again", count=len(one.later), day=day))
    words = [pocket.say(f"state-{word}") for word in _standing(fields)]
    if one.shown.is_waiting:
        words.append(pocket.say("waiting"))
    short = str(one.shown.record_id)[: view.SHORT_ID]
    return short, _when(pocket, fields), "\n".join(what), "\n".join(words)


def _standing(fields: Fields) -> list[str]:
    """Say where a reminder stands: what a calendar says, and what became of it."""
    state = str(fields["state"])
    level = fields.get("level")
    advised = level if level in ("optional", "pending") else fields.get("status")
    if advised is None or state not in _UNTOUCHED:
        return [state]
    return [str(advised)] if state == State.PLANNED.value else [str(advised), state]


def _when(pocket: Pocket, fields: Fields) -> str:
    if fields["kind"] in ("appointment", "own"):
        return _local(fields["due_at"], fields["time_zone"])
    day = fields.get("due_on")
    if day is None or str(day) <= pocket.outside.clock.now().date().isoformat():
        return pocket.say("reminder-now")
    return pocket.say("reminder-from", day=day)


def _local(at: str | datetime, time_zone: str) -> str:
    """Write an instant by the clock of its place."""
    instant = datetime.fromisoformat(at) if isinstance(at, str) else at
    try:
        return f"{local(instant, zone_of(time_zone)):%Y-%m-%d %H:%M}"
    except ZoneUnknown:
        return f"{instant.astimezone():%Y-%m-%d %H:%M}"
