"""A calendar's vaccine files, read once: what is looked up in them for every person."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from notifications.core.recommendation import Source
from notifications.core.spans import parse_span
from notifications.core.text import Text
from notifications.core.vaccines import words
from notifications.core.vaccines.model import (
    DoseRule,
    Group,
    Product,
    Products,
    Season,
    Seasons,
    Vaccine,
    VaccineRules,
)

Cite = Callable[[str], Source]

LIFE_YEARS = 125
"""No age that repeats is asked for after this one."""
NOT_TO_BE_HAD = frozenset({"history", "out-of-supply"})
_CONDITIONS = (
    "sex",
    "born_from",
    "born_before",
    "residence",
    "born_in",
    "pregnant",
    "situations",
    "and_situations",
    "had",
)
KEPT_MAX = 10_000
"""So many different sets of valences are remembered, at most: hosts may tell any."""


class Files(NamedTuple):
    """The three files, and how a source is cited."""

    rules: VaccineRules
    products: Products
    seasons: Seasons
    cite: Cite


class Ruling:
    """One rule with what it is asked for each person. `bit` stands for it in sets of rules."""

    def __init__(self, rule: Vaccine, index: int, *, cite: Cite, live: frozenset[str]) -> None:
        self.rule = rule
        self.bit = 1 << index
        self.wanted = frozenset(word for words_ in rule.counts for word in words_)
        self.carries = frozenset(rule.carries or rule.counts[0])
        self.carries_live = rule.live and not self.carries.isdisjoint(live)
        self.sources = tuple(map(cite, rule.source))
        self.milestones = _milestones(rule) if rule.timetable == "ages" and rule.scheme else ()
        self.groups = tuple((group, _is_by_age(group)) for group in rule.who)
        """Whom it is for, and whether age alone says so."""
        self.has_ways = any(one.since or one.groups or one.only_completes for one in rule.scheme)
        """Whether its schemes are for some days or groups, or are never advised."""
        self.has_products = any(one.products for one in rule.scheme)
        self._counts = tuple(map(frozenset, rule.counts))
        self._names: dict[tuple[str, Text | None], Text] = {}

    def is_of(self, valences: frozenset[str]) -> bool:
        """Whether a dose of these valences counts."""
        return any(valences.issuperset(wanted) for wanted in self._counts)

    def titled(self, step: str, label: Text | None) -> Text:
        """Return the name of a step."""
        found = self._names.get((step, label))
        if found is None:
            if len(self._names) > KEPT_MAX:
                self._names.clear()
            found = self._names[step, label] = words.titled(self.rule.name, step, label)
        return found


class Catalogue:
    """The rules with what is looked up in them again and again."""

    def __init__(self, files: Files) -> None:
        rules, products, seasons, cite = files
        self.rules = rules
        self.general = rules.general
        self.products: dict[str, Product] = {product.id: product for product in products.product}
        self.held: Mapping[str, frozenset[str]] = {
            product.id: frozenset(product.valences) for product in products.product
        }
        self.for_all_ages = frozenset(
            one.id
            for one in products.product
            if one.from_ is None and one.to is None and one.state not in NOT_TO_BE_HAD
        )
        exempt = frozenset(rules.general.live.exempt)
        self.live = frozenset(one.id for one in products.valence if one.live) - exempt
        self.home = seasons.home
        self.seasons: dict[str, list[Season]] = {}
        for season in seasons.season:
            self.seasons.setdefault(season.item, []).append(season)
        self.rulings = tuple(
            Ruling(rule, index, cite=cite, live=self.live)
            for index, rule in enumerate(rules.vaccine)
        )
        self._counting: dict[frozenset[str], int] = {}

    def counting(self, valences: frozenset[str]) -> int:
        """Return the rules for which a dose of these valences counts, as a set of bits."""
        found = self._counting.get(valences)
        if found is None:
            if len(self._counting) > KEPT_MAX:
                self._counting.clear()
            found = sum(ruling.bit for ruling in self.rulings if ruling.is_of(valences))
            self._counting[valences] = found
        return found


def _is_by_age(group: Group) -> bool:
    return not any(getattr(group, name) for name in _CONDITIONS)


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
