"""What a calendar says of one person on one day: every family of rules, soonest first."""

from datetime import date

import msgspec

from notifications.core import words
from notifications.core.facts import Facts, Refusal
from notifications.core.pack import Pack
from notifications.core.recommendation import Parts, Plan, Recommendation, Silence, Status
from notifications.core.screenings import recommend_screenings
from notifications.core.screenings.case import gathered
from notifications.core.situations import with_groups
from notifications.core.sound import sound_facts
from notifications.core.spans import after, parse_span
from notifications.core.vaccines import recommend_vaccines

_OPEN = (Status.NOT_YET, Status.DUE, Status.OVERDUE, Status.UNKNOWN)
_RANKS = {
    Status.OVERDUE: 0,
    Status.DUE: 0,
    Status.UNKNOWN: 1,
    Status.NOT_YET: 2,
    Status.CONTRAINDICATED: 3,
    Status.REFUSED: 4,
    Status.DONE: 5,
}


def recommend(pack: Pack, facts: Facts, on: date) -> Plan:
    """Say everything that is due to a person, and when what comes next is.

    What cannot be, such as a dose before birth or an unknown word, is told in
    `problems` and counts for nothing.

    Returns:
        The same plan for the same facts and day, whatever the order of the facts.
        What is due comes first, then what is to be asked, what comes next, what is
        advised against or refused, and what is done; each from the soonest day on.
    """
    kept, problems = sound_facts(pack, facts, on)
    if kept is None:
        return Plan(calendar=pack.label, on=on, recommendations=(), silences=(), problems=problems)
    kept = msgspec.structs.replace(kept, situations=with_groups(kept.situations, pack.groups))
    screenings = recommend_screenings(pack.screenings, kept, on, cite=pack.cite, ask=pack.ask)
    screenings = _with_refusals(screenings, kept.refusals, on)
    vaccines = recommend_vaccines(
        pack.vaccines, pack.products, pack.seasons, kept, on, cite=pack.cite
    )
    last_on = after(on, parse_span(pack.calendar.horizon))
    parts = gathered((vaccines, _within(screenings, last_on)))
    return Plan(
        calendar=pack.label,
        on=on,
        recommendations=tuple(sorted(parts.recommendations, key=lambda one: _place(one, on))),
        silences=tuple(sorted(parts.silences, key=lambda one: (one.item, one.reason.en))),
        problems=(*problems, *parts.problems),
    )


def _place(one: Recommendation, on: date) -> tuple[int, date, str, str]:
    return (_RANKS[one.status], one.due_on or on, one.item, one.step)


def _within(parts: Parts, last_on: date) -> Parts:
    """Say from when on a rule will concern somebody, rather than plan for half a life ahead."""
    near: list[Recommendation] = []
    far: dict[str, date] = {}
    for one in parts.recommendations:
        if one.status is Status.NOT_YET and one.due_on is not None and one.due_on > last_on:
            soonest = min(one.due_on, far.get(one.item, one.due_on))
            far[one.item] = soonest
        else:
            near.append(one)
    told = {one.item for one in near} | {one.item for one in parts.silences}
    later = (
        Silence(item=item, reason=words.later(day)) for item, day in far.items() if item not in told
    )
    return msgspec.structs.replace(
        parts, recommendations=tuple(near), silences=(*parts.silences, *later)
    )


def _with_refusals(parts: Parts, refusals: tuple[Refusal, ...], on: date) -> Parts:
    """Mark what a person said no to, or was advised against: it stays visible."""
    standing = {
        one.item: one
        for one in sorted(refusals, key=lambda one: (one.since, one.fact_id))
        if one.since <= on and (one.until is None or on <= one.until)
    }
    marked = (_marked(one, standing.get(one.item)) for one in parts.recommendations)
    return msgspec.structs.replace(parts, recommendations=tuple(marked))


def _marked(one: Recommendation, refusal: Refusal | None) -> Recommendation:
    if refusal is None or one.status not in _OPEN:
        return one
    if refusal.advised_against:
        status, said = Status.CONTRAINDICATED, words.advised_against_since(refusal.since)
    else:
        status, said = Status.REFUSED, words.refused_since(refusal.since)
    reason = words.joined(one.reason, said)
    return msgspec.structs.replace(one, status=status, reason=reason, recalls_on=())
