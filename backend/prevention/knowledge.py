"""What a calendar lets one read in a record: its words, and the codes that say them."""

from collections.abc import Iterable, Mapping

import msgspec

from notifications.core.pack import Pack, SituationEntry
from notifications.core.products import Catalogue, Vaccine
from notifications.nomenclature import vaccines

# Of these kinds a situation that is over holds no more; of the others it still counts.
_PASSING = frozenset({"health", "group", "place", "work", "household"})
_ICD10 = ("http://hl7.org/fhir/sid/icd-10", "icd-10", "cim-10", "cim10", "2.16.840.1.113883.6.3")
_SNOMED = ("http://snomed.info/sct", "urn:oid:2.16.840.1.113883.6.96")

Code = tuple[str, str]
"""A code system, and a code of it."""


class Held(msgspec.Struct, frozen=True):
    """What a dose was of, in the words of a calendar."""

    product: str | None
    valences: frozenset[str]


class Knowledge(msgspec.Struct, frozen=True, kw_only=True):
    """One calendar, ready to be asked about records."""

    catalogue: Catalogue
    products: Mapping[str, Held]
    """By their codes in the nomenclature."""
    antibodies: frozenset[str]
    """The valences of antibodies, which are given as treatments too."""
    items_of_valences: Mapping[str, frozenset[frozenset[str]]]
    """Of which sets of valences a dose must hold one, to count for an item."""
    items_of_exam: Mapping[str, tuple[str, ...]]
    """Those that are asked for again and again, or once: a refusal of one is of all."""
    exams: Mapping[Code, str]
    icd10: Mapping[str, tuple[str, ...]]
    snomed: Mapping[str, tuple[str, ...]]
    passing: frozenset[str]
    """Situations that hold no more once they are over."""

    def held(self, vaccine: Vaccine) -> Held:
        """Say what a vaccine is to this calendar: one of its products, or valences alone."""
        return self.products.get(vaccine.code) or Held(None, vaccine.words)

    def items_refused(self, held: Held) -> tuple[str, ...]:
        """Name the items that a vaccine would have counted for."""
        return tuple(
            item
            for item, sets in self.items_of_valences.items()
            if any(needed <= held.valences for needed in sets)
        )

    def situations_in(self, codes: Iterable[Code]) -> frozenset[str]:
        """Name the situations that codes say."""
        found: set[str] = set()
        for system, code in codes:
            if system in _SNOMED:
                found.update(self.snomed.get(code, ()))
            elif any(name in system for name in _ICD10):
                bare = _bare(code)
                for length in range(3, len(bare) + 1):
                    found.update(self.icd10.get(bare[:length], ()))
        return frozenset(found)


def knowledge_of(pack: Pack) -> Knowledge:
    """Make a calendar ready to be asked."""
    products = pack.products.product
    return Knowledge(
        catalogue=vaccines(),
        products={
            one.nuva: Held(one.id, frozenset(one.valences))
            for one in products
            if one.nuva is not None
        },
        antibodies=frozenset(
            valence for one in products if one.antibody for valence in one.valences
        ),
        items_of_valences=_items_of_valences(pack),
        items_of_exam=_items_of_exam(pack),
        exams={
            (code.system, code.code): exam.code for exam in pack.exams.exam for code in exam.codes
        },
        icd10=_by_code(pack.situations.situation, icd10=True),
        snomed=_by_code(pack.situations.situation, icd10=False),
        passing=frozenset(one.code for one in pack.situations.situation if one.kind in _PASSING),
    )


def _items_of_valences(pack: Pack) -> dict[str, frozenset[frozenset[str]]]:
    """Return what counts for each item, over all the rules that make one."""
    found: dict[str, set[frozenset[str]]] = {}
    for rule in pack.vaccines.vaccine:
        found.setdefault(rule.id, set()).update(frozenset(needed) for needed in rule.counts)
    return {item: frozenset(sets) for item, sets in found.items()}


def _items_of_exam(pack: Pack) -> dict[str, tuple[str, ...]]:
    """Return items by their examination. Those in windows are left out: a no is to one window."""
    found: dict[str, list[str]] = {}
    rules = pack.screenings
    asked = [(rule.exam, rule.id) for rule in rules.visits if not rule.window]
    asked += [(rule.exam, rule.id) for rule in rules.pregnancy_visit]
    asked += [(step.exam, rule.id) for rule in rules.programme for step in rule.step]
    for exam, item in asked:
        found.setdefault(exam, []).append(item)
    return {exam: tuple(dict.fromkeys(items)) for exam, items in found.items()}


def _by_code(entries: Iterable[SituationEntry], *, icd10: bool) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        for code in entry.icd10 if icd10 else entry.snomed:
            found.setdefault(_bare(code) if icd10 else code, []).append(entry.code)
    return {code: tuple(words) for code, words in found.items()}


def _bare(code: str) -> str:
    return code.replace(".", "").strip().upper()
