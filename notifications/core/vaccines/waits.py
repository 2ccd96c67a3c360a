"""What keeps a dose back: the distance from another, an illness, a pregnancy."""

from datetime import date

from notifications.core.vaccines import words
from notifications.core.vaccines.catalogue import Catalogue
from notifications.core.vaccines.model import Block, Live, Pair, Vaccine, Wait
from notifications.core.vaccines.person import Person, plus
from notifications.core.vaccines.steps import NOTHING, Case, Hold


def held_back(case: Case, waits: tuple[Wait, ...] = ()) -> Hold:
    """Say before which day the next dose of a rule is not given.

    That day stays the same when it has passed; only its reason is then no longer told.
    """
    rule, person, catalogue = case.rule, case.person, case.catalogue
    hold = NOTHING
    if not person.visits and not person.facts.situations:
        return hold
    every = (*rule.waits, *waits)
    if rule.live:
        every += catalogue.general.live.waits
    for wait in every:
        hold = _later(hold, _wait(wait, person), person.on)
    if not person.visits:
        return hold
    carried = case.ruling.carries
    for pair in catalogue.general.pair:
        hold = _later(hold, _pair(pair, carried, person), person.on)
    if case.ruling.carries_live:
        live = catalogue.general.live
        before = person.on if person.visits[-1].on == person.on else None
        last = person.last_with(catalogue.live, before)
        if last is not None:
            hold = _later(hold, _apart(live, last, person.on), person.on)
    return hold


def _later(one: Hold, other: Hold, on: date) -> Hold:
    if other is NOTHING:
        return one
    confirm = one.confirm or other.confirm
    if other.day is None or (one.day is not None and one.day >= other.day):
        return Hold(one.day, one.notes, confirm)
    return Hold(other.day, other.notes if other.day > on else (), confirm)


def _wait(wait: Wait, person: Person) -> Hold:
    base = _base(wait, person)
    if base is None:
        return NOTHING
    day = plus(base, wait.for_)
    doubtful = wait.confirm_until is not None and person.on < plus(base, wait.confirm_until)
    confirm = doubtful or (wait.verify is not None and day > person.on)
    notes = (words.wait_until(wait.reason, day),)
    return Hold(day, notes, confirm)


def _base(wait: Wait, person: Person) -> date | None:
    if wait.had:
        last = person.last_with(wait.had)
        if last is None or (wait.if_had and person.last_with(wait.if_had, last) is None):
            return None
        return last
    days = [
        situation.until if wait.after_end else situation.since
        for situation in person.facts.situations
        if situation.holds and situation.code in wait.situations
    ]
    there = [day for day in days if day is not None and day <= person.on]
    return max(there) if there else None


def _pair(pair: Pair, carried: frozenset[str], person: Person) -> Hold:
    if pair.while_pregnant and not person.is_pregnant(person.on):
        return NOTHING
    before = person.on if pair.same_day else None
    for mine, partner in ((pair.one, pair.other), (pair.other, pair.one)):
        last = person.last_with(partner, before) if not carried.isdisjoint(mine) else None
        if last is not None:
            return _apart(pair, last, person.on)
    return Hold()


def _apart(rule: Pair | Live, last: date, on: date) -> Hold:
    day = plus(last, rule.apart)
    doubtful = rule.verify is not None and day > on
    return Hold(day, (words.wait_until(rule.reason, day),), doubtful)


def forbidden(rule: Vaccine, person: Person, catalogue: Catalogue, day: date) -> Block | None:
    """Name what forbids a vaccine on a day, if anything does."""
    if not person.facts.situations and person.pregnancy is None:
        return None
    blocks = rule.contraindicated
    if rule.live:
        blocks += catalogue.general.live.contraindicated
    if day <= person.on:
        blocks += catalogue.general.defer
    holding = person.holding(day)
    for block in blocks:
        if block.to is not None and day > person.eve_of(block.to):
            continue
        if block.pregnant and person.is_pregnant(day):
            return block
        if any(code in holding for code in block.situations):
            return block
    return None
