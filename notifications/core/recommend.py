"""What a calendar says of one person on one day: every family of rules, soonest first."""

from collections.abc import Sequence
from datetime import date

import msgspec

from notifications.core import words
from notifications.core.facts import Facts, Refusal
from notifications.core.pack import Pack
from notifications.core.recommendation import Plan, Recommendation, Silence, Silences, Status
from notifications.core.situations import with_groups
from notifications.core.sound import sound_facts

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
    known = kept
    if kept.situations:
        situations = with_groups(kept.situations, pack.groups)
        known = msgspec.structs.replace(kept, situations=situations)
    vaccines = pack.advisor.advise(known, on)
    answers = pack.screener.answers(known, on)
    screenings = [one for _, answer in answers for one in answer.recommendations]
    found = [*vaccines, *_near(_with_refusals(screenings, known.refusals, on), pack, on)]
    return Plan(
        calendar=pack.label,
        on=on,
        recommendations=tuple(sorted(found, key=lambda one: _place(one, on))),
        silences=Silences(lambda: _silences(pack, known, on)),
        problems=problems,
    )


def _silences(pack: Pack, facts: Facts, on: date) -> tuple[Silence, ...]:
    """Say why each rule is silent; of one for later, from when on it will concern somebody."""
    vaccines = pack.advisor.explain(facts, on)
    screenings = pack.screener.recommend(facts, on)
    advised = _with_refusals(screenings.recommendations, facts.refusals, on)
    near = _near(advised, pack, on)
    told = {one.item for one in near} | {one.item for one in screenings.silences}
    far: dict[str, date] = {}
    for one in advised:
        if one not in near and one.item not in told and one.due_on is not None:
            far[one.item] = min(one.due_on, far.get(one.item, one.due_on))
    later = (Silence(item=item, reason=words.later(day)) for item, day in far.items())
    found = (*vaccines.silences, *screenings.silences, *later)
    return tuple(sorted(found, key=lambda one: (one.item, one.reason.en)))


def _place(one: Recommendation, on: date) -> tuple[int, date, str, str]:
    return (_RANKS[one.status], one.due_on or on, one.item, one.step)


def _near(found: Sequence[Recommendation], pack: Pack, on: date) -> Sequence[Recommendation]:
    """Leave out what comes later than is announced, rather than plan for half a life ahead."""
    last_on = pack.horizon.after(on)
    return [
        one
        for one in found
        if one.due_on is None or one.due_on <= last_on or one.status is not Status.NOT_YET
    ]


def _with_refusals(
    found: Sequence[Recommendation], refusals: tuple[Refusal, ...], on: date
) -> Sequence[Recommendation]:
    """Mark what a person said no to, or was advised against: it stays visible."""
    if not refusals:
        return found
    standing = {
        one.item: one
        for one in sorted(refusals, key=lambda one: (one.since, one.fact_id))
        if one.since <= on and (one.until is None or on <= one.until)
    }
    return [_marked(one, standing.get(one.item)) for one in found]


def _marked(one: Recommendation, refusal: Refusal | None) -> Recommendation:
    if refusal is None or one.status not in _OPEN:
        return one
    if refusal.advised_against:
        status, said = Status.CONTRAINDICATED, words.advised_against_since(refusal.since)
    else:
        status, said = Status.REFUSED, words.refused_since(refusal.since)
    reason = words.joined(one.reason, said)
    return msgspec.structs.replace(one, status=status, reason=reason, recalls_on=())
