"""How much and how often, in words."""

from xml.etree.ElementTree import Element

from backend.documents.cda import limits
from backend.documents.cda.entries.scope import Scope, Statement, statements_below
from backend.documents.cda.model import Period
from backend.documents.cda.narrative import is_denial
from backend.documents.cda.quantities import decimal_of
from backend.documents.cda.times import period_of
from backend.documents.cda.tree import attribute, child, children, data_type, one_line

_UNITS = {
    "{tablet}": ("comprimé", "tablet"),
    "{tbl}": ("comprimé", "tablet"),
    "{capsule}": ("gélule", "capsule"),
    "{cap}": ("gélule", "capsule"),
    "{drop}": ("goutte", "drop"),
    "[drp]": ("goutte", "drop"),
    "{puff}": ("bouffée", "puff"),
    "{count}": ("unité", "unit"),
    "{dose}": ("dose", "dose"),
    "1": ("unité", "unit"),
}
_PERIODS = {
    "min": ("minute", "minute"),
    "h": ("heure", "hour"),
    "d": ("jour", "day"),
    "J": ("jour", "day"),
    "wk": ("semaine", "week"),
    "mo": ("mois", "month"),
    "a": ("an", "year"),
}
_EVENTS = {
    "HS": ("au coucher", "at bedtime"),
    "AC": ("avant les repas", "before meals"),
    "PC": ("après les repas", "after meals"),
    "C": ("pendant les repas", "with meals"),
    "IC": ("entre les repas", "between meals"),
    "ACM": ("avant le petit-déjeuner", "before breakfast"),
    "CM": ("au petit-déjeuner", "at breakfast"),
    "PCM": ("après le petit-déjeuner", "after breakfast"),
    "ACD": ("avant le déjeuner", "before lunch"),
    "CD": ("au déjeuner", "at lunch"),
    "PCD": ("après le déjeuner", "after lunch"),
    "ACV": ("avant le dîner", "before dinner"),
    "CV": ("au dîner", "at dinner"),
    "PCV": ("après le dîner", "after dinner"),
}
_FEMININE = frozenset({"minute", "heure", "semaine"})
_PHASES_MAX = 10


def dose_text(statement: Statement, scope: Scope) -> str | None:
    """Write the dose and its rhythm: the author's words where there are any.

    A prescription in phases gives one part for each, divided by semicolons.

    Source: CI-SIS, modes of administration (normal, tapered, split, conditional).
    """
    phases = [
        inner
        for relation, inner in statements_below(statement, scope)
        if relation == "COMP" and inner.element.tag == "substanceAdministration"
    ]
    texts = [_phase(one.element, scope) for one in (statement, *phases[:_PHASES_MAX])]
    joined = " ; ".join(dict.fromkeys(text for text in texts if text is not None))
    return one_line(joined, length_max=limits.PARAGRAPH_LENGTH_MAX)


def period_of_treatment(element: Element, scope: Scope) -> Period:
    """Return from when to when a medicine is taken.

    The bounds stand in the first time that has any, be it a part of another; only
    then in the phase of a rhythm.
    """
    times = [
        part
        for time in children(element, "effectiveTime")
        for part in (time, *children(time, "comp"))
    ]
    for part in (*times, *(child(time, "phase") for time in times)):
        found = period_of(part, scope.zone)
        if found != Period():
            return found
    return Period()


def _phase(element: Element, scope: Scope) -> str | None:
    parts = [
        _amount(child(element, "doseQuantity"), scope),
        *_frequencies(element, scope),
        _amount(child(element, "rateQuantity"), scope),
        _maximum(element, scope),
        _condition(element, scope),
    ]
    return ", ".join(dict.fromkeys(part for part in parts if part is not None)) or None


def _amount(element: Element | None, scope: Scope) -> str | None:
    if element is None:
        return None
    whole = _words(element, scope)
    bounds = [
        _words(bound, scope) or _quantity(bound, scope)
        for bound in (element, child(element, "low"), child(element, "high"))
    ]
    said = list(dict.fromkeys(bound for bound in bounds if bound not in (None, whole)))
    if whole is not None and (not said or any(mark.isdigit() for mark in whole)):
        return whole
    return (" à " if scope.is_french else " to ").join(str(bound) for bound in said) or None


def _words(element: Element | None, scope: Scope) -> str | None:
    words = scope.narrative.words(child(element, "translation/originalText"))
    return None if words is None or is_denial(words) else words


def _quantity(element: Element | None, scope: Scope) -> str | None:
    number = decimal_of(element)
    value = attribute(element, "value")
    if number is None or value is None:
        return None
    unit = attribute(element, "unit") or ""
    if unit in _UNITS:
        return f"{value} {_plural(_word(_UNITS[unit], scope), more=number > 1)}"
    amount, _, period = unit.rpartition("/")
    if amount and period in _PERIODS:
        return f"{value} {amount} {_each(period, scope)}"
    return one_line(f"{value} {unit}")


def _frequencies(element: Element, scope: Scope) -> list[str | None]:
    found: list[str | None] = []
    for time in children(element, "effectiveTime"):
        parts = [time, *children(time, "comp")]
        for part in parts:
            if data_type(part) == "PIVL_TS":
                found.append(_rhythm(child(part, "period"), scope))
            elif data_type(part) == "EIVL_TS":
                event = attribute(child(part, "event"), "code") or ""
                found.append(_word(_EVENTS[event], scope) if event in _EVENTS else None)
    return found


def _rhythm(period: Element | None, scope: Scope) -> str | None:
    words = _words(period, scope)
    if words is not None:
        return words
    value, unit = attribute(period, "value"), attribute(period, "unit")
    number = decimal_of(period)
    if value is None or number is None or unit not in _PERIODS:
        return None
    word = _word(_PERIODS[unit], scope)
    if number == 1:
        return f"une fois par {word}" if scope.is_french else f"once a {word}"
    number_of = f"{value} {_plural(word, more=True)}"
    if not scope.is_french:
        return f"every {number_of}"
    return f"{'toutes' if word in _FEMININE else 'tous'} les {number_of}"


def _maximum(element: Element, scope: Scope) -> str | None:
    ratio = child(element, "maxDoseQuantity")
    amount = _quantity(child(ratio, "numerator"), scope)
    below = child(ratio, "denominator")
    period = attribute(below, "unit")
    if amount is None or decimal_of(below) is None:
        return None
    if decimal_of(below) == 1 and period in _PERIODS:
        return f"maximum {amount} {_each(period, scope)}"
    return f"maximum {amount} / {_quantity(below, scope)}"


def _each(period: str, scope: Scope) -> str:
    return ("par " if scope.is_french else "a ") + _word(_PERIODS[period], scope)


def _condition(element: Element, scope: Scope) -> str | None:
    words = scope.narrative.words(child(element, "precondition/criterion/text"))
    if words is None or is_denial(words):
        return None
    return f"condition : {words}" if scope.is_french else f"condition: {words}"


def _word(pair: tuple[str, str], scope: Scope) -> str:
    return pair[0] if scope.is_french else pair[1]


def _plural(word: str, *, more: bool) -> str:
    return word + "s" if more and not word.endswith("s") else word
