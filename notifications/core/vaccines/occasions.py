"""Doses that an occasion asks for: a pregnancy, a contact, or the time since the last one."""

from notifications.core.facts import Situation
from notifications.core.recommendation import Status
from notifications.core.vaccines import words
from notifications.core.vaccines.groups import State
from notifications.core.vaccines.person import earliest, eve, latest, plus
from notifications.core.vaccines.seasonal import rows
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


def pregnancy(case: Case) -> Outcome:
    """Plan a dose between two weeks of amenorrhoea of each pregnancy, or of one in a life.

    Source: docs/decisions/0027-vaccine-rules-are-data.md.
    """
    rule, person = case.rule, case.person
    if person.pregnancy is None:
        return silent(words.NOT_PREGNANT)
    dose = rule.scheme[0].doses[0]
    began = person.pregnancy[0].last_period_on
    first = plus(began, dose.from_ or "0wa")
    last = eve(began, dose.to) if dose.to else None
    visits = case.visits
    made = next((visit for visit in visits if visit.on >= first), None)
    if made is not None:
        return Outcome([done(case, dose.step, made, dose.name)], words.COMPLETE)
    if rule.once and visits:
        return silent(words.ONCE)
    if rule.season is not None:
        there = [one for one in rows(case) if last is None or one.from_ <= last]
        if not there:
            return silent(words.NO_CAMPAIGN)
        first, last = max(first, there[0].from_), earliest(last, there[0].to)
    if last is not None and person.on > last:
        return silent(words.PREGNANCY_PAST)
    prev = plus(visits[-1].on, dose.min_after_prev) if visits and dose.min_after_prev else None
    step = Step(
        step=dose.step,
        label=dose.name,
        status=Status.DUE,
        earliest=latest(first, prev),
        due=latest(first, prev),
        latest=last,
        notes=dose.notes,
        confirm=is_doubtful(rule, rule.scheme[0], dose),
        reason=dose.reason,
        products=dose.products or rule.products,
    )
    keep_back(step, held_back(case))
    if last is not None and step.due is not None and step.due > last:
        return silent(words.PREGNANCY_PAST)
    return Outcome([judge(step, person.on)])


def every(case: Case) -> Outcome:
    """Plan a dose each time that the last is old enough, for as long as a reason holds."""
    rule, person = case.rule, case.person
    standing = case.today
    if standing.state is not State.NOW:
        return silent(words.NOT_CONCERNED)
    visits = case.visits
    if len(visits) < rule.min_doses:
        return silent(words.NOT_CONCERNED)
    group = standing.group
    dose = rule.scheme[0].doses[0]
    ready = plus(visits[-1].on, rule.every or "0d") if visits else None
    step = Step(
        step=dose.step,
        label=dose.name,
        status=Status.DUE,
        earliest=ready,
        due=latest(standing.since, ready),
        notes=dose.notes,
        confirm=is_doubtful(rule, rule.scheme[0], dose) or bool(group and group.verify),
        reason=dose.reason or (group.reason if group else None),
        standing=standing,
    )
    keep_back(step, held_back(case))
    judge(step, person.on)
    step.products = suited(
        case, dose.products or rule.products, max(person.on, step.due or person.on)
    )
    return Outcome([step])


def contact(case: Case) -> Outcome:
    """Plan a dose soon after a contact, for who is not protected yet."""
    rule, person = case.rule, case.person
    met = _met(case)
    if met is None or met.since is None:
        return silent(words.NO_CONTACT)
    if rule.from_ is not None and person.on < person.day_of(rule.from_):
        return silent(later(person.day_of(rule.from_)))
    visits = case.visits
    if rule.min_age is not None:
        least = person.day_of(rule.min_age)
        visits = [one for one in visits if one.on >= least or one.on >= met.since]
    made = next((one for one in visits if one.on >= met.since), None)
    dose = rule.scheme[0].doses[0]
    if made is not None:
        return Outcome([done(case, dose.step, made, dose.name)], words.COMPLETE)
    if len(visits) >= rule.enough:
        return silent(words.COMPLETE)
    step = Step(
        step=dose.step,
        label=dose.name,
        status=Status.DUE,
        due=met.since,
        latest=plus(met.since, rule.within or "0d"),
        notes=dose.notes,
        confirm=is_doubtful(rule, rule.scheme[0], dose),
        reason=dose.reason,
        products=dose.products or rule.products,
    )
    keep_back(step, held_back(case))
    return Outcome([judge(step, person.on)])


def _met(case: Case) -> Situation | None:
    """Return the last contact that is still recent enough to act on."""
    rule, on = case.rule, case.person.on
    met: Situation | None = None
    for situation in case.person.facts.situations:
        since = situation.since
        if situation.code != rule.contact or not situation.holds or since is None:
            continue
        is_recent = since <= on <= plus(since, rule.within or "0d")
        if is_recent and (met is None or since > (met.since or since)):
            met = situation
    return met
