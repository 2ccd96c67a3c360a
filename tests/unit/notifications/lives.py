"""Random lives: persons of every age with what such a person has had, and some nonsense.

They are the same for a seed on every machine. Nothing of the calendar's answers is
in them: doses follow the ages of the rule files, more or less, as they do in life.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from notifications.core.facts import Dose, Exam, Facts, Pregnancy, Refusal, Sex, Situation
from notifications.core.pack import Pack
from notifications.core.screenings.visits import windows_of
from notifications.core.spans import SpanInvalid, after, parse_span
from notifications.core.vaccines.model import Vaccine

SEXES: list[Sex] = ["female"] * 10 + ["male"] * 10 + ["unknown"]
PLACES = [None] * 12 + ["FR"] * 4 + ["GF", "MQ", "GP", "RE", "YT", "DE", "GB"]
RESULTS = ["normal"] * 8 + ["abnormal", "unknown"]
DAYS_OF_LIFE = 33_000
ADULT_DAYS = 6_574
YEARS_RECORDED = 15


class Life(NamedTuple):
    """One person, and the day to look at."""

    facts: Facts
    on: date


def lives(pack: Pack, seed: int, count: int) -> Iterator[Life]:
    """Yield persons of every age on days of several years, with what makes no sense as well."""
    chance = random.Random(seed)
    for _ in range(count):
        on = date(2023, 1, 1) + timedelta(days=chance.randrange(2200))
        teller = _Teller(pack, chance, _born(chance, on), on)
        yield Life(teller.facts(chance.random() < 0.2), on)


def population(pack: Pack, seed: int, count: int, on: date) -> list[Facts]:
    """Return persons of a country on one day: as many of each year of age up to ninety.

    Records go back some years. The doses of a childhood are in those of all children,
    and of every other adult: the booklets of the others are lost.
    """
    chance = random.Random(seed)
    people = []
    for _ in range(count):
        days = chance.randrange(DAYS_OF_LIFE)
        facts = _Teller(pack, chance, on - timedelta(days=days), on).facts(is_odd=False)
        begun = on - timedelta(days=chance.randrange(YEARS_RECORDED * 365))
        has_booklet = days < ADULT_DAYS or chance.random() < 0.5
        people.append(_recorded(facts, begun, has_booklet))
    return people


def _recorded(facts: Facts, begun: date, has_booklet: bool) -> Facts:
    doses = tuple(one for one in facts.doses if has_booklet or one.given_on >= begun)
    exams = tuple(one for one in facts.exams if one.performed_on >= begun)
    return msgspec.structs.replace(facts, doses=doses, exams=exams)


def _born(chance: random.Random, on: date) -> date:
    """Choose a birth: a third of them children's under three, whose calendar is the fullest."""
    most = chance.choice([1100, 1100, 7000, 25_000, 25_000, 38_000])
    return on - timedelta(days=chance.randrange(most))


class _Teller:
    def __init__(self, pack: Pack, chance: random.Random, born: date, on: date) -> None:
        self._pack, self._chance, self._born, self._on = pack, chance, born, on
        self._sex = chance.choice(SEXES)
        self._care = chance.choice([0.0, 0.5, 0.8, 0.9, 0.95, 1.0])
        self._count = 0

    def facts(self, is_odd: bool) -> Facts:
        """Tell the whole person; of an odd one, with facts that cannot be."""
        chance = self._chance
        doses = [dose for rule in self._pack.vaccines.vaccine for dose in self._doses(rule)]
        exams = [*self._visits(), *self._programmes()]
        situations = [self._situation() for _ in range(chance.choice([0, 0, 0, 0, 1, 1, 2, 4]))]
        refusals = [self._refusal() for _ in range(chance.choice([0] * 12 + [1, 2]))]
        if is_odd:
            doses += [self._odd_dose() for _ in range(chance.randrange(4))]
            exams.append(self._odd_exam())
            situations += [self._situation() for _ in range(chance.randrange(6))]
            refusals.append(Refusal(fact_id=self._id(), item="nothing", since=self._born))
        return Facts(
            birth_date=self._born,
            sex=self._sex,
            residence=chance.choice(PLACES),
            born_in=chance.choice(PLACES),
            doses=tuple(doses),
            exams=tuple(exams),
            situations=tuple(situations),
            pregnancies=tuple(self._pregnancies()),
            refusals=tuple(refusals),
        )

    def _id(self) -> str:
        self._count += 1
        return f"{self._chance.randrange(10**6):06} {self._count}"

    def _does(self) -> bool:
        return self._chance.random() < self._care

    def _late(self, day: date) -> date:
        """Be a little late, as people are; sometimes by years, sometimes early."""
        chance = self._chance
        days = chance.choice([0, 0, chance.randrange(20), chance.randrange(90)])
        if chance.random() < 0.06:
            days = chance.choice([-10, -40, 400, 2000, 9000])
        return day + timedelta(days=days)

    def _lived(self) -> date:
        return self._born + timedelta(days=self._chance.randrange((self._on - self._born).days + 1))

    def _doses(self, rule: Vaccine) -> Iterator[Dose]:
        chance = self._chance
        asked_of = not rule.who or chance.random() < (0.05 if _is_for_some(rule) else 0.9)
        wrong_sex = rule.sex is not None and rule.sex != self._sex
        if not (rule.scheme and self._does() and asked_of and not wrong_sex):
            return
        scheme = rule.scheme[0] if chance.random() < 0.7 else chance.choice(rule.scheme)
        products = scheme.products or rule.products
        product = chance.choice(products) if products else None
        day = self._born
        for dose in scheme.doses:
            day = self._late(self._day_of(dose.age, dose.after_prev or dose.min_after_prev, day))
            if day > self._on or not self._does():
                return
            if chance.random() < 0.1 and (dose.products or products):
                product = chance.choice(dose.products or products)
            yield self._dose(day, product, rule)

    def _day_of(self, age: str | None, apart: str | None, last: date) -> date:
        try:
            if age is not None:
                return max(after(self._born, parse_span(age)), last)
            return after(last, parse_span(apart or "1m"))
        except (SpanInvalid, OverflowError):
            return last

    def _dose(self, day: date, name: str | None, rule: Vaccine) -> Dose:
        known = self._pack.product_of.get(name or "")
        if known is None or self._chance.random() < 0.1:
            held = frozenset(self._chance.choice(rule.counts))
            return Dose(fact_id=self._id(), given_on=day, valences=held)
        held = frozenset(known.valences)
        return Dose(fact_id=self._id(), given_on=day, valences=held, product=known.id)

    def _odd_dose(self) -> Dose:
        chance = self._chance
        name = chance.choice([*self._pack.product_of, "no-such-product", None])
        known = self._pack.product_of.get(name or "")
        day = chance.choice([self._lived(), self._lived(), self._born - timedelta(days=9)])
        if chance.random() < 0.2:
            day = self._on + timedelta(days=chance.randrange(1, 500))
        held = frozenset(known.valences) if known else frozenset({"D", "T"})
        return Dose(fact_id=self._id(), given_on=day, valences=held, product=name)

    def _exam(self, code: str, day: date, window: str | None = None) -> Exam:
        result = self._chance.choice(RESULTS)
        return Exam(
            fact_id=self._id(),
            code=code,
            performed_on=day,
            result=result,  # type: ignore[arg-type]
            window=window,
        )

    def _odd_exam(self) -> Exam:
        code = self._chance.choice([*self._pack.exam_of, "no-such-exam"])
        window = self._chance.choice([None, None, *sorted(self._pack.windows), "no-such-window"])
        day = self._lived() + timedelta(days=self._chance.choice([0, 0, 0, 900]))
        return self._exam(code, day, window)

    def _visits(self) -> Iterator[Exam]:
        for rule in self._pack.screenings.visits:
            for window in windows_of(rule):
                day = self._late(after(self._born, parse_span(window.from_)))
                if self._born <= day <= self._on and self._does():
                    yield self._exam(rule.exam, day, self._chance.choice([None, window.id]))

    def _programmes(self) -> Iterator[Exam]:
        for rule in self._pack.screenings.programme:
            if (rule.sex is not None and rule.sex != self._sex) or not self._does():
                continue
            for step in rule.step:
                day = self._late(after(self._born, parse_span(step.from_)))
                end = after(self._born, parse_span(step.to.removesuffix(" completed")))
                while self._born <= day <= min(self._on, end) and self._does():
                    yield self._exam(step.exam, day)
                    day = self._late(after(day, parse_span(self._chance.choice(step.gaps))))

    def _situation(self) -> Situation:
        chance = self._chance
        since = chance.choice([None, self._lived(), self._lived()])
        if chance.random() < 0.05:
            since = self._on + timedelta(days=chance.randrange(200))
        until = None
        if since is not None and chance.random() < 0.3:
            until = since + timedelta(days=chance.randrange(-5, 900))
        return Situation(
            fact_id=self._id(),
            code=chance.choice(sorted(self._pack.situation_of)),
            holds=chance.random() < 0.75,
            since=since,
            until=until,
        )

    def _pregnancies(self) -> Iterator[Pregnancy]:
        age = (self._on - self._born).days // 365
        if self._sex == "male" or not 15 <= age <= 48 or self._chance.random() < 0.6:
            return
        for _ in range(self._chance.choice([1, 1, 2])):
            start = self._on - timedelta(days=self._chance.choice([300, 300, 4000]))
            start += timedelta(days=self._chance.randrange(300))
            ended = start + timedelta(days=self._chance.choice([60, 280, 290]))
            is_over = ended <= self._on and self._chance.random() < 0.9
            yield Pregnancy(
                fact_id=self._id(), last_period_on=start, ended_on=ended if is_over else None
            )

    def _refusal(self) -> Refusal:
        chance = self._chance
        since = self._lived()
        return Refusal(
            fact_id=self._id(),
            item=chance.choice(sorted(self._pack.items)),
            since=since,
            advised_against=chance.random() < 0.3,
            until=chance.choice([None, since + timedelta(days=365)]),
        )


def _is_for_some(rule: Vaccine) -> bool:
    """Say whether a rule is only for people of whom something is known."""
    return all(one.situations or one.pregnant or one.had for one in rule.who)
