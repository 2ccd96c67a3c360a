"""One person, laid out so that a rule finds what it asks for."""

from collections.abc import Iterable
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from notifications.core.facts import Dose, Facts, Pregnancy, Situation
from notifications.core.spans import Length, length
from notifications.core.vaccines.catalogue import Catalogue, Ruling

_BY_ID = attrgetter("fact_id")


class Visit(NamedTuple):
    """What was given on one day: two vaccines of one day may make a dose together."""

    on: date
    doses: tuple[tuple[Dose, frozenset[str]], ...]
    valences: frozenset[str]
    rules: int = 0
    """Those for which it counts, as a set of bits."""

    def given(self, wanted: frozenset[str]) -> tuple[Dose, ...]:
        """Name the doses of that day that hold any of *wanted*."""
        if len(self.doses) == 1:
            return (self.doses[0][0],) if self.valences & wanted else ()
        return tuple([dose for dose, valences in self.doses if valences & wanted])


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
        self.too_early: list[Visit] = []
        self.visits = self._visits(catalogue)
        self.had = frozenset(
            situation.code
            for situation in facts.situations
            if situation.holds and (situation.since is None or situation.since <= on)
        )
        self.pregnancy = (
            self._pregnancy(length(catalogue.general.pregnancy_ends)) if facts.pregnancies else None
        )

    def without_facts(self, catalogue: Catalogue) -> "Person":
        """Return somebody born on the same day, of whom nothing else is told but sex and places."""
        told = self.facts
        bare = Facts(
            birth_date=self.birth, sex=told.sex, residence=told.residence, born_in=told.born_in
        )
        return Person(bare, self.on, catalogue)

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

    def counting(self, ruling: Ruling) -> list[Visit]:
        """List the days on which a dose was given that counts for a rule."""
        bit = ruling.bit
        return [visit for visit in self.visits if visit.rules & bit]

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
            if not self.facts.situations:
                return found
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
        for dose in sorted(self.facts.doses, key=_BY_ID):
            day = dose.given_on
            if not self.birth <= day <= self.on:
                continue
            valences = dose.valences
            product = catalogue.products.get(dose.product or "")
            if product is not None:
                held = catalogue.held[product.id]
                valences = held if held.issuperset(valences) else valences | held
                if product.valid_from and day < self.day_of(product.valid_from):
                    rules = catalogue.counting(valences)
                    self.too_early.append(Visit(day, ((dose, valences),), valences, rules))
                    continue
            there = days.get(day)
            if there is None:
                days[day] = [(dose, valences)]
            else:
                there.append((dose, valences))
        return [_visit(day, days[day], catalogue) for day in sorted(days)]

    def _pregnancy(self, lasts: Length) -> tuple[Pregnancy, date] | None:
        begun = sorted(self.facts.pregnancies, key=lambda one: (one.last_period_on, one.fact_id))
        for pregnancy in reversed(begun):
            end = pregnancy.ended_on or lasts.last_day(pregnancy.last_period_on)
            is_over = self.on >= end if pregnancy.ended_on else self.on > end
            if pregnancy.last_period_on <= self.on and not is_over:
                return pregnancy, end
        return None


def _visit(day: date, doses: list[tuple[Dose, frozenset[str]]], catalogue: Catalogue) -> Visit:
    valences = doses[0][1]
    if len(doses) > 1:
        valences = valences.union(*[held for _, held in doses])
    return Visit(day, tuple(doses), valences, catalogue.counting(valences))


def _covers(situation: Situation, day: date) -> bool:
    return (situation.since is None or situation.since <= day) and (
        situation.until is None or day <= situation.until
    )


def _is_before(one: date | None, other: date | None) -> bool:
    return other is not None and (one is None or one < other)


def plus(start: date, written: str) -> date:
    """Add a span, and stop at the last day there is."""
    try:
        return length(written).after(start)
    except OverflowError:
        return date.max


def eve(start: date, written: str) -> date:
    """Return the last day within a span, and stop at the last day there is."""
    try:
        return length(written).last_day(start)
    except OverflowError:
        return date.max


def latest(*days: date | None) -> date | None:
    """Return the latest of the days that are there."""
    found: date | None = None
    for day in days:
        if day is not None and (found is None or day > found):
            found = day
    return found


def earliest(*days: date | None) -> date | None:
    """Return the earliest of the days that are there."""
    found: date | None = None
    for day in days:
        if day is not None and (found is None or day < found):
            found = day
    return found
