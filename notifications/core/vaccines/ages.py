"""Doses that each have an age, such as boosters: what was missed is not made up for twice."""

from datetime import date, timedelta

from notifications.core.recommendation import Status
from notifications.core.text import Text
from notifications.core.vaccines import words
from notifications.core.vaccines.groups import Standing, State
from notifications.core.vaccines.model import DoseRule, Variant
from notifications.core.vaccines.person import Person, Visit, latest, plus
from notifications.core.vaccines.steps import (
    Case,
    Outcome,
    Step,
    done,
    is_doubtful,
    judge,
    keep_back,
    silent,
    suited,
)
from notifications.core.vaccines.waits import held_back
from notifications.core.words import later


def ages(case: Case) -> Outcome:
    """Plan doses by age: each is done by one given before the next is due.

    After one at another age, the next age is taken. One that was missed is asked
    for until the next is due, which then stands for both.

    Source: docs/decisions/0027-vaccine-rules-are-data.md.
    """
    person = case.person
    standing = case.today
    if standing.state is not State.NOW:
        return silent(_why_not(standing))
    doses = case.ruling.milestones
    visits = case.visits
    steps: list[Step] = []
    closed: date | None = None
    open_steps = 0
    for index, dose in enumerate(doses):
        following = doses[index + 1] if index + 1 < len(doses) else None
        made = _made(dose, following, person, visits)
        if made is not None:
            steps.append(done(case, dose.step, made, dose.name))
            continue
        end = _end(dose, following, person)
        if end is not None and person.on > end:
            closed = end
            continue
        step = _step(case, dose, visits, steps)
        if end is not None and step.status is Status.NOT_YET and (step.due or end) > end:
            continue
        steps.append(step)
        open_steps += 1
        if open_steps == 2:
            break
    silence = words.closed(closed + timedelta(days=1)) if closed else words.COMPLETE
    return Outcome(steps, None if open_steps else silence)


def _why_not(standing: Standing) -> Text:
    if standing.since is None:
        return words.NOT_CONCERNED
    return (later if standing.state is State.LATER else words.closed)(standing.since)


def _counts_from(dose: DoseRule, person: Person) -> date:
    return person.day_of(dose.counts_from or dose.age or "0d")


def _made(
    dose: DoseRule, following: DoseRule | None, person: Person, visits: list[Visit]
) -> Visit | None:
    """Return the first visit of a dose's own time that came long enough after the last."""
    if not visits:
        return None
    begins = _counts_from(dose, person)
    ends = _counts_from(following, person) if following else date.max
    if dose.closes:
        ends = min(ends, person.eve_of(dose.closes) + timedelta(days=1))
    apart = dose.min_after_prev or dose.after_prev
    prev: Visit | None = None
    for visit in visits:
        if begins <= visit.on < ends and _is_apart(dose, apart, prev, visit, person):
            return visit
        prev = visit
    return None


def _is_apart(
    dose: DoseRule, apart: str | None, prev: Visit | None, visit: Visit, person: Person
) -> bool:
    """Whether a dose is no late one of the series before it.

    Where nothing came before, as far as is known, only one at the age itself counts.
    """
    if apart is None:
        return True
    if prev is None:
        return visit.on >= person.day_of(dose.age or "0d")
    return visit.on >= plus(prev.on, apart)


def _end(dose: DoseRule, following: DoseRule | None, person: Person) -> date | None:
    """Return the last day on which a dose is asked for."""
    if dose.closes:
        return person.eve_of(dose.closes)
    return person.day_of(following.age or "0d") - timedelta(days=1) if following else None


def _step(case: Case, dose: DoseRule, visits: list[Visit], before: list[Step]) -> Step:
    rule, person = case.rule, case.person
    projected = next((one for one in before if one.is_open), None)
    asked = dose.after_prev or dose.min_after_prev
    least = dose.min_after_prev or dose.after_prev
    prev = visits[-1].on if visits else None
    note: tuple[Text, ...] = ()
    if projected is not None:
        prev = max(person.on, projected.due or person.on)
        note = (words.FOLLOW_UP,)
    step = Step(
        step=dose.step,
        label=dose.name,
        status=Status.DUE,
        earliest=latest(_counts_from(dose, person), plus(prev, least) if prev and least else None),
        due=latest(
            person.day_of(dose.age) if dose.age else None,
            plus(prev, asked) if prev and asked else None,
        ),
        latest=person.eve_of(dose.to) if dose.to else None,
        notes=(*note, *dose.notes),
        confirm=is_doubtful(rule, rule.scheme[0], dose) or _is_recent(case, dose, visits),
        reason=dose.reason,
    )
    if projected is None:
        keep_back(step, held_back(case, dose.waits))
    judge(step, person.on)
    wanted = dose.products or rule.products
    for variant in dose.variants:
        is_had = _had(variant.had, variant.from_, variant.before, person)
        if is_had or _will_be_had(variant, projected, case):
            wanted, step.reason = variant.products, variant.reason or step.reason
            break
    step.products = suited(case, wanted, max(person.on, step.due or person.on))
    return step


def _is_recent(case: Case, dose: DoseRule, visits: list[Visit]) -> bool:
    """Whether the last dose is so near that somebody should look at it."""
    if dose.confirm_within is None or not visits or dose.age is None:
        return False
    when = max(case.person.on, case.person.day_of(dose.age))
    return plus(visits[-1].on, dose.confirm_within) > when


def _will_be_had(variant: Variant, before: Step | None, case: Case) -> bool:
    """Whether the dose that is asked for before this one would bring what a variant wants."""
    person, products = case.person, case.catalogue.products
    if before is None:
        return False
    when = max(person.on, before.due or person.on)
    if not person.day_of(variant.from_) <= when < person.day_of(variant.before):
        return False
    brought = (products[name].valences for name in before.products if name in products)
    return any(not set(valences).isdisjoint(variant.had) for valences in brought)


def _had(valences: tuple[str, ...], begin: str, before: str, person: Person) -> bool:
    first, end = person.day_of(begin), person.day_of(before)
    return any(
        first <= visit.on < end and not visit.valences.isdisjoint(valences)
        for visit in person.visits
    )
