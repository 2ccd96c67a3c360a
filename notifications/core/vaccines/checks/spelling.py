"""Whether every age and interval is one."""

from collections.abc import Iterator

import msgspec

from notifications.core.spans import SpanInvalid, Unit, parse_span
from notifications.core.vaccines.model import Products, Vaccine, VaccineRules

_SPANS = frozenset(
    {
        "from_",
        "to",
        "at",
        "by",
        "closes",
        "before",
        "before_birth",
        "min_age",
        "after_prev",
        "min_after_prev",
        "latest_after_prev",
        "after_first",
        "min_after_first",
        "latest_after_first",
        "counts_from",
        "every",
        "confirm_within",
        "start_from",
        "start_to",
        "start_by",
        "finish_to",
        "within",
        "for_",
        "confirm_until",
        "after_last",
        "under",
        "valid_from",
        "horizon",
        "doses_apart",
        "pregnancy_ends",
        "apart",
    }
)
"""The fields that hold an age or an interval, whatever the table."""


def spelling_faults(rules: VaccineRules, products: Products) -> list[str]:
    """Name each age that cannot be read, and each count of weeks that means nothing there."""
    faults = [f"[general]: {fault}" for _, fault in _faults(rules.general)]
    for rule in rules.vaccine:
        place = place_of(rule)
        faults += [f"{place}: {fault}" for _, fault in _faults(rule)]
        if rule.timetable != "pregnancy":
            faults += [
                f"{place}: {text!r} counts weeks of amenorrhoea outside a pregnancy."
                for text in _written(rule)
                if _unit(text) is Unit.WEEK_OF_AMENORRHOEA
            ]
    for product in products.product:
        faults += [f"product {product.id!r}: {fault}" for _, fault in _faults(product)]
    return faults


def place_of(rule: Vaccine) -> str:
    """Say which rule is meant."""
    return f"vaccine {rule.id!r}" + (f" ({rule.track})" if rule.track else "")


def _faults(struct: msgspec.Struct) -> Iterator[tuple[str, str]]:
    for text in _written(struct):
        try:
            parse_span(text)
        except SpanInvalid as fault:
            yield text, str(fault)


def _unit(text: str) -> Unit | None:
    try:
        return parse_span(text).unit
    except SpanInvalid:
        return None


def _written(struct: msgspec.Struct) -> Iterator[str]:
    """Give every span of a table and of the tables in it."""
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if isinstance(value, str) and name in _SPANS:
            yield value
        elif isinstance(value, msgspec.Struct):
            yield from _written(value)
        elif isinstance(value, tuple):
            for one in value:
                if isinstance(one, msgspec.Struct):
                    yield from _written(one)
