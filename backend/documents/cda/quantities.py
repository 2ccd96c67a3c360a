"""Numbers with units, in every form that results take."""

import re
from decimal import Decimal
from xml.etree.ElementTree import Element

from msgspec import Struct

from backend.documents.cda import limits
from backend.documents.cda.concepts import concept_of, label_of
from backend.documents.cda.narrative import Narrative
from backend.documents.cda.tree import attribute, child, children, data_type, one_line
from backend.documents.terminology import conversions

_UNIT = re.compile(r"[!-~]+")
# The micro sign and the Greek letter, which UCUM writes with the letter u.
_MICRO = str.maketrans("\u00b5\u03bc", "uu")
# What only one unit can be meant by, and what a slip of the hand makes of UCUM.
_MISSPELT = {
    "°C": "Cel",
    "℃": "Cel",
    "mmHg": "mm[Hg]",
    "mm Hg": "mm[Hg]",
    "mmHG": "mm[Hg]",
    "Kg": "kg",
    "KG": "kg",
    "Cm": "cm",
    "CM": "cm",
}
_UCUM = "2.16.840.1.113883.6.8"
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?"
)
_NOTHING = frozenset({"n/a", "na", "-", "?"})


class Value(Struct, frozen=True, kw_only=True):
    """What a result is worth: a number, or words; never both."""

    number: float | None = None
    unit: str | None = None
    text: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return self.number is None and self.text is None


class Range(Struct, frozen=True, kw_only=True):
    """What a result is compared with."""

    low: float | None = None
    high: float | None = None
    text: str | None = None


def value_of(element: Element | None, narrative: Narrative) -> Value:
    """Read the value of an observation, of any type that results take.

    A boolean is no value: alone, it affirms or denies its code.
    """
    kind = data_type(element)
    if element is None or kind == "BL":
        return Value()
    if kind in ("PQ", "INT", "REAL"):
        return _number(element, narrative)
    if kind in ("IVL_PQ", "IVL_INT", "IVL_REAL"):
        return Value(text=interval_text(element))
    if kind.startswith("RTO"):
        return Value(text=ratio_text(element))
    if kind in ("CD", "CE", "CV", "CO", "CS"):
        concept = concept_of(element, narrative)
        return Value(text=_useful(concept.display or concept.original_text or label_of(concept)))
    return Value(text=_useful(narrative.words(element)))


def range_of(observation: Element, unit: str | None, narrative: Narrative) -> Range:
    """Read the reference range of a result: the normal one, if there are several.

    Numbers in another unit than that of the result would mislead: they become
    words.
    """
    ranges = observation.findall("referenceRange/observationRange")
    normal = [one for one in ranges if attribute(child(one, "interpretationCode"), "code") == "N"]
    for one in normal or ranges:
        found = _range(one, unit, narrative)
        if found != Range():
            return found
    return Range()


def decimal_of(element: Element | None) -> Decimal | None:
    """Return the number of an element, or None when it has none of a usable size."""
    text = (attribute(element, "value") or "").replace(",", ".")
    if _NUMBER.fullmatch(text) is None:
        return None
    number = Decimal(text)
    return None if abs(number) > limits.NUMBER_MAX else number


def unit_of(element: Element | None) -> str | None:
    """Return the UCUM unit of an element; 1 and none at all are the same."""
    unit = unit_words(element)
    if unit is None or _UNIT.fullmatch(unit) is None:
        return None
    return unit if len(unit) <= limits.UNIT_LENGTH_MAX else None


def unit_words(element: Element | None) -> str | None:
    """Return the unit of an element for people, also one that UCUM could not write."""
    unit = attribute(element, "unit")
    if unit is None or unit == "1":
        return None
    return _MISSPELT.get(unit) or unit.translate(_MICRO)


def converted(kind: str, number: float, unit: str | None) -> tuple[float, str | None]:
    """Bring a number to the unit of its kind of measure, or leave it as it is."""
    conversion = conversions().get((kind, unit or ""))
    if conversion is None:
        return number, unit
    exact = Decimal(repr(number)) * Decimal(conversion.factor) + Decimal(conversion.offset)
    return float(round(exact, 6)), conversion.canonical


def interval_text(element: Element) -> str | None:
    """Write an interval in words, such as "≤ 0.128 ug/mL" or "3.5 – 8 mmol/L"."""
    low, high = child(element, "low"), child(element, "high")
    low_text, high_text = _bare(low), _bare(high)
    unit = unit_words(low) or unit_words(high)
    if low_text is not None and high_text is not None:
        words = f"{low_text} – {high_text}"
    elif low_text is not None:
        words = f"{_sign(low, '>', '≥')} {low_text}"
    elif high_text is not None:
        words = f"{_sign(high, '<', '≤')} {high_text}"
    else:
        return None
    return one_line(f"{words} {unit or ''}", length_max=limits.PARAGRAPH_LENGTH_MAX)


def ratio_text(element: Element | None) -> str | None:
    """Write a ratio in words, such as "200 mg / 1 d", or "1:128" for a titre."""
    numerator, denominator = child(element, "numerator"), child(element, "denominator")
    above, below = _bare(numerator), _bare(denominator)
    if above is None or below is None:
        return None
    units = unit_words(numerator), unit_words(denominator)
    if units == (None, None):
        return f"{above}:{below}"
    return one_line(f"{above} {units[0] or ''} / {below} {units[1] or ''}")


def _number(element: Element, narrative: Narrative) -> Value:
    number = decimal_of(element)
    if number is None:
        words = _useful(narrative.words(child(element, "originalText")))
        return Value(text=words) if words is not None else _translated(element)
    unit = unit_of(element)
    if unit != unit_words(element):
        # A number without its unit would mislead: it becomes words.
        return Value(text=_useful(f"{_bare(element)} {unit_words(element)}"))
    return Value(number=float(number), unit=unit)


def _translated(element: Element) -> Value:
    """Read a quantity that stands in another unit only, beside the one that was asked for."""
    for other in children(element, "translation"):
        number, unit = decimal_of(other), attribute(other, "code")
        if number is not None and unit is not None and _UNIT.fullmatch(unit):
            is_ucum = attribute(other, "codeSystem") in (_UCUM, None)
            if is_ucum and len(unit) <= limits.UNIT_LENGTH_MAX:
                return Value(number=float(number), unit=unit)
            return Value(text=_useful(f"{attribute(other, 'value')} {unit}"))
    return Value()


def _range(element: Element, unit: str | None, narrative: Narrative) -> Range:
    interval = child(element, "value")
    if data_type(interval).startswith("IVL") and interval is not None:
        bounds = [child(interval, "low"), child(interval, "high")]
        units = {unit_words(bound) for bound in bounds if decimal_of(bound) is not None}
        low, high = (decimal_of(bound) for bound in bounds)
        is_sound = low is None or high is None or low <= high
        if is_sound and units and units <= {unit}:
            return Range(
                low=None if low is None else float(low),
                high=None if high is None else float(high),
            )
        words = interval_text(interval)
    else:
        words = value_of(interval, narrative).text
    return Range(text=words or _useful(narrative.words(child(element, "text"))))


def _bare(element: Element | None) -> str | None:
    return None if decimal_of(element) is None else attribute(element, "value")


def _sign(bound: Element | None, strict: str, inclusive: str) -> str:
    # HL7 includes the bound unless it says otherwise.
    return strict if attribute(bound, "inclusive") == "false" else inclusive


def _useful(words: str | None) -> str | None:
    line = one_line(words, length_max=limits.PARAGRAPH_LENGTH_MAX)
    return None if line is None or line.casefold() in _NOTHING else line
