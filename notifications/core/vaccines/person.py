"""One person, laid out so that a rule finds what it asks for."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import NamedTuple

import msgspec

from notifications.core.facts import Dose, Facts, Pregnancy, Situation
from notifications.core.spans import Span, after, last_day, parse_span
from notifications.core.vaccines.model import (
    DoseRule,
    Product,
    Products,
    Season,
    Seasons,
    Vaccine,
    VaccineRules,
    Valences,
)

LIFE_YEARS = 125
"""No age that repeats is asked for after this one."""

span = cache(parse_span)


class Visit(NamedTuple):
    """What was given on one day: two vaccines of one day may make a dose together."""

    on: date
    doses: tuple[tuple[Dose, frozenset[str]], ...]
    valences: frozenset[str]

    def given(self, words: Iterable[str]) -> tuple[Dose, ...]:
        """Name the doses of that day that hold any of *words*."""
        wanted = frozenset(words)
        return tuple(dose for dose, valences in self.doses if valences & wanted)


class Catalogue:
    """The rules with what is looked up in them again and again."""

    def __init__(self, rules: VaccineRules, products: Products, seasons: Seasons) -> None:
        self.rules = rules
        self.general = rules.general
        self.products: dict[str, Product] = {product.id: product for product in products.product}
        exempt = frozenset(rules.general.live.exempt)
        self.live = frozenset(one.id for one in products.valence if one.live) - exempt
        self.home = seasons.home
        self.seasons: dict[str, list[Season]] = {}
        for season in seasons.season:
            self.seasons.setdefault(season.item, []).append(season)
        self.by_id: dict[str, Vaccine] = {}
        for rule in rules.vaccine:
            self.by_id.setdefault(rule.id, rule)
        self.milestones = {
            (rule.id, rule.track): _milestones(rule)
            for rule in rules.vaccine
            if rule.timetable == "ages" and rule.scheme
        }
        self.carries = {
            (rule.id, rule.track): frozenset(rule.carries or rule.counts[0])
            for rule in rules.vaccine
        }


def _milestones(rule: Vaccine) -> tuple[DoseRule, ...]:
    doses: list[DoseRule] = []
    for dose in rule.scheme[0].doses:
        doses.append(dose)
        if dose.every is None or dose.age is None:
            continue
        first, step = parse_span(dose.age), parse_span(dose.every)
        for count in range(first.count + step.count, LIFE_YEARS, step.count):
            age = f"{count}{first.unit.value}"
            doses.append(msgspec.structs.replace(dose, step=age, at=age, from_=None, every=None))
    return tuple(doses)


class Person:
    """Facts on a day. What is after that day, or before birth, is not there."""

    def __init__(self, facts: Facts, on: date, catalogue: Catalogue) -> None:
        self.facts = facts
        self.birth = facts.birth_date
        self.on = on
        self.region = facts.residence or catalogue.home
        self._ages: dict[str, date] = {}
        self._eves: dict[str, date] = {}
        self._held: dict[date, dict[str, date | None]] = {}
        self._counted: dict[Valences, list[Visit]] = {}
        self.too_early: list[Visit] = []
        self.visits = self._visits(catalogue)
        self.days = frozenset(visit.on for visit in self.visits)
        self.had = frozenset(
            situation.code
            for situation in facts.situations
            if situation.holds and (situation.since is None or situation.since <= on)
        )
        self.pregnancy = self._pregnancy(span(catalogue.general.pregnancy_ends))

    def day_of(self, age: str) -> date:
        """Return the first day of an age."""
        found = self._ages.get(age)
        if found is None:
            found = self._ages[age] = plus(self.birth, age)
        return found

    def eve_of(self, age: str) -> date:
        """Return the last day of an age that ends there, completed or not."""
        found = self._eves.get(age)
        if found is None:
            found = self._eves[age] = eve(self.birth, age)
        return found

    def counting(self, counts: Valences) -> list[Visit]:
        """List the days on which a dose was given that holds all of one of *counts*."""
        found = self._counted.get(counts)
        if found is None:
            found = self._counted[counts] = [
                visit
                for visit in self.visits
                if any(visit.valences.issuperset(words) for words in counts)
            ]
        return found

    def last_with(self, valences: Iterable[str], before: date | None = None) -> date | None:
        """Return the last day on which any of *valences* was had."""
        for visit in reversed(self.visits):
            if (before is None or visit.on < before) and not visit.valences.isdisjoint(valences):
                return visit.on
        return None

    def holding(self, day: date) -> dict[str, date | None]:
        """Return what holds on a day, each with its beginning."""
        found = self._held.get(day)
        if found is None:
            found = self._held[day] = {}
            for situation in self.facts.situations:
                code = situation.code
                if not (situation.holds and _covers(situation, day)):
                    continue
                if code not in found or _is_before(situation.since, found[code]):
                    found[code] = situation.since
        return found

    def begins(self, code: str, day: date) -> date | None:
        """Return when a situation begins next, after a day."""
        return earliest(
            *(
                one.since
                for one in self.facts.situations
                if one.code == code and one.holds and one.since is not None and one.since > day
            )
        )

    def had_before(self, code: str, before_birth: str | None) -> bool:
        """Whether a situation ever held, begun so long before birth where that is asked for."""
        if before_birth is None or code not in self.had:
            return code in self.had
        return any(
            one.since is None or plus(one.since, before_birth) <= self.birth
            for one in self.facts.situations
            if one.code == code and one.holds
        )

    def is_told(self, code: str) -> bool:
        """Whether anybody answered for a situation, with yes or with no."""
        return any(situation.code == code for situation in self.facts.situations)

    def is_pregnant(self, day: date) -> bool:
        """Whether the present pregnancy lasts on a day, as far as one can tell."""
        return self.pregnancy is not None and (
            self.pregnancy[0].last_period_on <= day <= self.pregnancy[1]
        )

    def _visits(self, catalogue: Catalogue) -> list[Visit]:
        days: dict[date, list[tuple[Dose, frozenset[str]]]] = {}
        for dose in sorted(self.facts.doses, key=lambda one: one.fact_id):
            if not self.birth <= dose.given_on <= self.on:
                continue
            product = catalogue.products.get(dose.product or "")
            valences = dose.valences.union(product.valences) if product else dose.valences
            if product and product.valid_from and dose.given_on < self.day_of(product.valid_from):
                self.too_early.append(Visit(dose.given_on, ((dose, valences),), valences))
                continue
            days.setdefault(dose.given_on, []).append((dose, valences))
        return [
            Visit(day, tuple(days[day]), frozenset().union(*(held for _, held in days[day])))
            for day in sorted(days)
        ]

    def _pregnancy(self, lasts: Span) -> tuple[Pregnancy, date] | None:
        begun = sorted(self.facts.pregnancies, key=lambda one: (one.last_period_on, one.fact_id))
        for pregnancy in reversed(begun):
            end = pregnancy.ended_on or last_day(pregnancy.last_period_on, lasts)
            is_over = self.on >= end if pregnancy.ended_on else self.on > end
            if pregnancy.last_period_on <= self.on and not is_over:
                return pregnancy, end
        return None


def _covers(situation: Situation, day: date) -> bool:
    return (situation.since is None or situation.since <= day) and (
        situation.until is None or day <= situation.until
    )


def _is_before(one: date | None, other: date | None) -> bool:
    return other is not None and (one is None or one < other)


def plus(start: date, written: str) -> date:
    """Add a span, and stop at the last day there is."""
    try:
        return after(start, span(written))
    except OverflowError:
        return date.max


def eve(start: date, written: str) -> date:
    """Return the last day within a span, and stop at the last day there is."""
    try:
        return last_day(start, span(written))
    except OverflowError:
        return date.max


def latest(*days: date | None) -> date | None:
    """Return the latest of the days that are there."""
    there = [day for day in days if day is not None]
    return max(there) if there else None


def earliest(*days: date | None) -> date | None:
    """Return the earliest of the days that are there."""
    there = [day for day in days if day is not None]
    return min(there) if there else None
