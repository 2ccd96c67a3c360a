"""Whether every product, valence, group and item that is named exists."""

from collections.abc import Iterable, Iterator

import msgspec

from notifications.core.vaccines.checks.spelling import place_of
from notifications.core.vaccines.model import (
    Block,
    Group,
    Products,
    Seasons,
    Vaccine,
    VaccineRules,
    Variant,
    Wait,
)

Tables = Iterator[msgspec.Struct]


def situations_of(rules: VaccineRules) -> frozenset[str]:
    """List the situations that the rules ask for, groups of situations included."""
    words: set[str] = set()
    for table in _tables(rules):
        if isinstance(table, Block | Wait | Group):
            words.update(table.situations)
        if isinstance(table, Group):
            words.update(table.and_situations, table.had)
        if isinstance(table, Vaccine):
            words.update(table.ask, table.complete_if, table.events)
            words.update([table.contact] if table.contact else [])
    return frozenset(words)


def word_faults(rules: VaccineRules, products: Products, seasons: Seasons) -> list[str]:
    """Name each word that nothing explains."""
    valences = {one.id for one in products.valence}
    faults = []
    for product in products.product:
        faults += _unknown(f"product {product.id!r}", "valence", product.valences, valences)
    for pair in rules.general.pair:
        faults += _unknown("[[general.pair]]", "valence", (*pair.one, *pair.other), valences)
    faults += _unknown("[general.live]", "valence", rules.general.live.exempt, valences)
    known = {one.id for one in products.product}
    before: set[str] = set()
    for rule in rules.vaccine:
        faults += _rule(rule, valences, known, before)
        before.add(rule.id)
    for season in seasons.season:
        faults += _unknown(f"season {season.id!r}", "vaccine", (season.item,), before)
    return faults


def _rule(rule: Vaccine, valences: set[str], products: set[str], before: set[str]) -> list[str]:
    place, faults = place_of(rule), []
    for table in _tables(rule):
        faults += _unknown(place, "valence", _valences(table), valences)
        faults += _unknown(place, "product", getattr(table, "products", ()), products)
    groups = {group.id for group in rule.who if group.id}
    for scheme in rule.scheme:
        faults += _unknown(place, "group", scheme.groups, groups)
    for other in (rule.carried_by, rule.after):
        if other is not None and other not in before:
            faults.append(f"{place}: {other!r}, on which it waits, has to come before it.")
    return faults


def _valences(table: msgspec.Struct) -> tuple[str, ...]:
    if isinstance(table, Vaccine):
        return (*table.carries, *(word for words in table.counts for word in words))
    if isinstance(table, Wait):
        return (*table.had, *table.if_had)
    return table.had if isinstance(table, Variant) else ()


def _unknown(place: str, kind: str, words: Iterable[str], known: set[str]) -> list[str]:
    return [f"{place}: no {kind} is called {word!r}." for word in words if word not in known]


def _tables(struct: msgspec.Struct) -> Tables:
    """Give a table and all the tables in it."""
    yield struct
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if isinstance(value, msgspec.Struct):
            yield from _tables(value)
        elif isinstance(value, tuple):
            for one in value:
                if isinstance(one, msgspec.Struct):
                    yield from _tables(one)
