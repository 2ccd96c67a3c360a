"""Doses one after another: what was given, what comes next, and what then follows."""

from datetime import date, timedelta
from typing import NamedTuple

from notifications.core.recommendation import Status
from notifications.core.text import Text
from notifications.core.vaccines import words
from notifications.core.vaccines.groups import Standing, State, last_before, stand
from notifications.core.vaccines.model import DoseRule, Scheme, Vaccine
from notifications.core.vaccines.person import Person, Visit, earliest, latest, plus
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

Schemes = tuple[Scheme, ...]


class Walk(NamedTuple):
    """The doses that count, in order, and those that do not."""

    valid: list[Visit]
    left_out: list[date | None]
    """The days of those that came too early; None for one of another product."""

    def notes(self) -> list[Text]:
        """Say of each dose that does not count why not."""
        return [
            words.SAME_PRODUCT if day is None else words.uncounted(day) for day in self.left_out
        ]


def series(case: Case) -> Outcome:
    """Plan doses that follow one another. A late series goes on where it stopped.

    Source: docs/decisions/0027-vaccine-rules-are-data.md.
    """
    rule, person = case.rule, case.person
    begun = _countable(case)
    standing = _standing(case, begun)
    if (rule.track and standing.state is not State.NOW) or (rule.continues and not begun):
        return silent(words.NOT_CONCERNED)
    schemes = rule.scheme
    if case.ruling.has_ways:
        schemes = _open_schemes(rule, standing, person.on)
        whole = _completed(case, schemes, begun)
        if whole is not None:
            return whole
        schemes = tuple(one for one in schemes if not one.only_completes)
    start = begun[0].on if begun else latest(person.on, _opening(standing)) or person.on
    chosen = _choose(schemes, case, begun, start)
    if not isinstance(chosen, Scheme):
        return silent(chosen)
    walk = _walk(case, chosen, begun)
    steps = _given(case, chosen, walk)
    if len(walk.valid) == len(chosen.doses):
        return Outcome(steps, words.COMPLETE)
    if standing.state in (State.CLOSED, State.NEVER):
        closed = standing.since and words.closed(standing.since)
        return Outcome(steps, closed or words.NOT_CONCERNED)
    pending, silence = _pending(case, chosen, walk, standing)
    return Outcome(steps + pending, silence)


def _standing(case: Case, begun: list[Visit]) -> Standing:
    """Find the group of today; what was begun in another goes on as it began."""
    person = case.person
    standing = case.today
    if begun and standing.state is not State.NOW:
        then = stand(case.ruling, person, begun[0].on)
        return then if then.state is State.NOW else standing
    return standing


def _completed(case: Case, schemes: Schemes, begun: list[Visit]) -> Outcome | None:
    """Answer that all is done, if a scheme that is never advised was followed to its end."""
    for scheme in schemes:
        if scheme.only_completes and begun and _starts(scheme, case.person, begun[0].on):
            walk = _walk(case, scheme, begun)
            if len(walk.valid) == len(scheme.doses):
                return Outcome(_given(case, scheme, walk), words.COMPLETE)
    return None


def _opening(standing: Standing) -> date | None:
    return standing.since if standing.state is State.LATER else None


def _countable(case: Case) -> list[Visit]:
    """List what may begin a series: nothing before the least age."""
    rule, person = case.rule, case.person
    visits = case.visits
    if rule.min_age is None or not visits:
        return visits
    least = person.day_of(rule.min_age)
    return [visit for visit in visits if visit.on >= least]


def _open_schemes(rule: Vaccine, standing: Standing, on: date) -> Schemes:
    group = standing.group.id if standing.group else ""
    there = [one for one in rule.scheme if one.since is None or on >= one.since]
    own = tuple(one for one in there if group and group in one.groups)
    return own or tuple(one for one in there if not one.groups)


def _end(scheme: Scheme, person: Person) -> date | None:
    end = person.eve_of(scheme.start_to) if scheme.start_to else None
    if scheme.start_by is None:
        return end
    return earliest(end, person.day_of(scheme.start_by))


def _starts(scheme: Scheme, person: Person, day: date) -> bool:
    if scheme.start_from is not None and day < person.day_of(scheme.start_from):
        return False
    if scheme.start_to is not None and day > person.eve_of(scheme.start_to):
        return False
    return scheme.start_by is None or day <= person.day_of(scheme.start_by)


def _products_of(visit: Visit, case: Case) -> set[str]:
    return {dose.product for dose in visit.given(case.ruling.wanted) if dose.product}


def _choose(schemes: Schemes, case: Case, begun: list[Visit], start: date) -> Scheme | Text:
    """Choose by the first product, then by the age at the start; or say why there is none.

    What was begun at an age of no scheme is no part of this series.
    """
    person = case.person
    if case.ruling.has_products:
        schemes = _of_product(schemes, case, begun)
    for scheme in schemes:
        if _starts(scheme, person, start):
            return scheme
    if not schemes:
        return words.NOT_CONCERNED
    coming = [one for one in schemes if one.start_from and person.day_of(one.start_from) > start]
    if coming:
        return min(coming, key=lambda one: person.day_of(one.start_from or "0d"))
    if begun and case.rule.continues:
        return words.COMPLETE
    ends = [end for one in schemes if (end := _end(one, person)) is not None]
    return words.closed(max(ends) + timedelta(days=1))


def _of_product(schemes: Schemes, case: Case, begun: list[Visit]) -> Schemes:
    """Keep the schemes for the first product, or else those for any."""
    of_any = tuple(one for one in schemes if not one.products)
    if not begun:
        return of_any or schemes
    first = _products_of(begun[0], case)
    return tuple(one for one in schemes if not first.isdisjoint(one.products)) or of_any or schemes


def _walk(case: Case, scheme: Scheme, visits: list[Visit]) -> Walk:
    """Count the doses that came late enough; the others are kept, and count for nothing."""
    valid: list[Visit] = []
    left_out, doses = _too_early(case), scheme.doses
    for visit in visits:
        if len(valid) == len(doses):
            break
        if scheme.only_completes and _products_of(visit, case).isdisjoint(scheme.products):
            continue
        least = _least(case, doses[len(valid)], valid)
        if case.rule.same_product and valid and not _is_like(case, valid[0], visit):
            left_out.append(None)
        elif least is not None and visit.on < least:
            left_out.append(visit.on)
        else:
            valid.append(visit)
    return Walk(valid, left_out)


def _too_early(case: Case) -> list[date | None]:
    """Say which doses were given before the least age of the rule, or of the product."""
    rule, person = case.rule, case.person
    if rule.min_age is None and not person.too_early:
        return []
    early = [visit for visit in person.too_early if visit.rules & case.ruling.bit]
    if rule.min_age is not None:
        least = person.day_of(rule.min_age)
        early += [visit for visit in case.visits if visit.on < least]
    return [visit.on for visit in early]


def _is_like(case: Case, first: Visit, other: Visit) -> bool:
    """Whether two products may make one series; one that is not known is let pass."""
    groups = [
        {case.catalogue.products[name].group for name in _products_of(one, case) if name in known}
        for known in (case.catalogue.products,)
        for one in (first, other)
    ]
    return not groups[0] or not groups[1] or not groups[0].isdisjoint(groups[1])


def _least(case: Case, dose: DoseRule, valid: list[Visit]) -> date | None:
    """Return the first day on which a dose counts."""
    person = case.person
    min_age = dose.min_age or (None if valid else case.rule.min_age)
    if not valid:
        return person.day_of(min_age) if min_age else None
    after_prev = dose.min_after_prev or dose.after_prev
    after_first = dose.min_after_first or dose.after_first
    if after_prev is None and after_first is None:
        after_prev = case.catalogue.general.doses_apart
    least = person.day_of(min_age) if min_age else None
    if after_prev:
        least = latest(least, plus(valid[-1].on, after_prev))
    if after_first:
        least = latest(least, plus(valid[0].on, after_first))
    return least


def _given(case: Case, scheme: Scheme, walk: Walk) -> list[Step]:
    return [
        done(case, dose.step, visit, dose.name)
        for dose, visit in zip(scheme.doses, walk.valid, strict=False)
    ]


def _pending(
    case: Case, scheme: Scheme, walk: Walk, standing: Standing
) -> tuple[list[Step], Text | None]:
    """Lay out the doses to come: the next, and each after it as if the one before were given."""
    person = case.person
    steps: list[Step] = []
    visits = list(walk.valid)
    over = scheme.finish_to and person.on > person.eve_of(scheme.finish_to)
    if over:
        return [], words.closed(person.eve_of(scheme.finish_to or "") + timedelta(days=1))
    for dose in scheme.doses[len(walk.valid) :]:
        step = _step(case, scheme, dose, visits)
        if not steps:
            _open(case, step, scheme, None if visits else standing)
            group = standing.group
            step.notes = (*(group.notes if group else ()), *step.notes, *walk.notes())
            step.confirm = step.confirm or bool(walk.left_out and dose.verify_early)
        else:
            today = steps[-1].status is not Status.NOT_YET
            step.notes = (words.ON_THE_DAY if today else words.FOLLOW_UP, *step.notes)
        judge(step, person.on)
        given = max(person.on, latest(step.due, step.earliest) or person.on)
        if dose.closes and given > person.eve_of(dose.closes):
            closed = person.eve_of(dose.closes) + timedelta(days=1)
            return steps, None if steps else words.closed(closed)
        step.standing, step.scheme = standing, scheme
        step.products = _products(case, scheme, dose, visits, given)
        steps.append(step)
        visits.append(Visit(given, (), frozenset()))
    return steps, None


def _step(case: Case, scheme: Scheme, dose: DoseRule, visits: list[Visit]) -> Step:
    person = case.person
    apart = case.catalogue.general.doses_apart
    asked_prev = dose.after_prev or dose.min_after_prev or apart
    asked_first = dose.after_first or dose.min_after_first
    prev, first = (visits[-1].on, visits[0].on) if visits else (None, None)
    return Step(
        step=dose.step,
        label=dose.name,
        status=Status.DUE,
        earliest=_least(case, dose, visits),
        due=latest(
            person.day_of(dose.age) if dose.age else None,
            plus(prev, asked_prev) if prev and asked_prev else None,
            plus(first, asked_first) if first and asked_first else None,
        ),
        latest=earliest(
            person.eve_of(dose.to) if dose.to else None,
            person.day_of(dose.by) if dose.by else None,
            person.eve_of(dose.closes) if dose.closes else None,
            plus(prev, dose.latest_after_prev) if prev and dose.latest_after_prev else None,
            plus(first, dose.latest_after_first) if first and dose.latest_after_first else None,
        ),
        notes=(*scheme.notes, *dose.notes) if not visits else dose.notes,
        confirm=is_doubtful(case.rule, scheme, dose),
        reason=dose.reason or scheme.reason,
    )


def _open(case: Case, step: Step, scheme: Scheme, first: Standing | None) -> None:
    """Set the dates of the very next dose, which alone depends on the world outside.

    *first* is where the person stands, where that dose is the first.
    """
    rule, person = case.rule, case.person
    if first is not None:
        opens = person.day_of(scheme.start_from) if scheme.start_from else None
        step.due = latest(step.due, first.since)
        if opens is not None and opens > person.on:
            step.due = latest(step.due, opens)
        elif scheme.any_day and first.state is State.NOW:
            step.due = None
        before = last_before(first, person)
        if before is not None:
            step.due, step.latest = None, before
        end = _end(scheme, person)
        if end is not None and (step.latest is None or scheme.start_by):
            is_last = all((_end(one, person) or date.max) <= end for one in rule.scheme)
            step.latest = earliest(step.latest, end) if is_last or scheme.start_by else step.latest
        if first.group is not None and first.group.to is not None:
            step.latest = earliest(step.latest, person.eve_of(first.group.to))
    keep_back(step, held_back(case))


def _products(
    case: Case, scheme: Scheme, dose: DoseRule, visits: list[Visit], day: date
) -> tuple[str, ...]:
    """Name what may be given: the same product where a series stays with one."""
    wanted = dose.products or scheme.products or case.rule.products
    if case.rule.same_product and visits and visits[0].doses:
        known = case.catalogue.products
        groups = {known[name].group for name in _products_of(visits[0], case) if name in known}
        same = tuple(name for name in wanted if name in known and known[name].group in groups)
        wanted = same or wanted
    return suited(case, wanted, day)
