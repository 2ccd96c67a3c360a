"""Whether ages and intervals leave no gap, cover nothing twice, and can be met."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from notifications.core.spans import Span, Unit, after, last_day, parse_span
from notifications.core.vaccines.checks.spelling import place_of
from notifications.core.vaccines.model import DoseRule, Group, Scheme, Vaccine, VaccineRules

_BIRTH = date(2001, 1, 15)
"""Ages are compared on somebody born then: no month is too short for that day."""

_DAY = timedelta(days=1)


def scheme_faults(rules: VaccineRules) -> list[str]:
    """Name each gap and overlap between ages, and each interval that cannot be met."""
    faults = []
    for rule in rules.vaccine:
        place = place_of(rule)
        faults += [f"{place}: {fault}" for fault in _windows(rule)]
        faults += [f"{place}: {fault}" for fault in _groups(rule)]
        for scheme in rule.scheme:
            faults += [f"{place}: {fault}" for fault in _scheme(rule, scheme)]
    return faults


def _first(written: str | None) -> date:
    return after(_BIRTH, parse_span(written)) if written else date.min


def _last(written: str | None) -> date:
    return last_day(_BIRTH, parse_span(written)) if written else date.max


def _windows(rule: Vaccine) -> Iterator[str]:
    """Compare the ages at which each scheme begins, among those that compete."""
    rivals: dict[tuple[tuple[str, ...], tuple[str, ...], bool], list[Scheme]] = {}
    for scheme in rule.scheme:
        key = (scheme.groups, scheme.products, scheme.only_completes)
        rivals.setdefault(key, []).append(scheme)
    for schemes in rivals.values():
        ages = []
        for scheme in schemes:
            end = min(
                _last(scheme.start_to), _first(scheme.start_by) if scheme.start_by else date.max
            )
            ages.append((_first(scheme.start_from), end))
        yield from _compared("schemes that begin", ages)


def _groups(rule: Vaccine) -> Iterator[str]:
    """Compare the groups that differ by nothing but their age."""
    plain = [
        group
        for group in rule.who
        if group
        == Group(
            id=group.id,
            from_=group.from_,
            to=group.to,
            level=group.level,
            reason=group.reason,
            products=group.products,
            notes=group.notes,
            after_last=group.after_last,
            verify=group.verify,
        )
    ]
    for group in rule.who:
        if group.from_ and group.to and _first(group.from_) > _last(group.to):
            yield f"the group from {group.from_} ends at {group.to}, before it begins."
    if rule.timetable != "season":  # A season's groups are a choice, the first that fits.
        yield from _compared("groups", [(_first(one.from_), _last(one.to)) for one in plain])


def _compared(what: str, ages: list[tuple[date, date]]) -> Iterator[str]:
    for begins, ends in ages:
        if begins > ends:
            yield f"of {what}, one ends at {_age(ends)}, before it begins."
    for (_, ends), (begins, _) in pairwise(sorted(ages)):
        if begins <= ends:
            yield f"two {what} overlap at {_age(begins)}."
        elif begins > ends + _DAY:
            yield f"between two {what} there is a gap, at {_age(ends + _DAY)}."


def _age(day: date) -> str:
    if day in (date.min, date.max):
        return "any age"
    months = (day.year - _BIRTH.year) * 12 + day.month - _BIRTH.month - (day.day < _BIRTH.day)
    return f"{months // 12} years {months % 12} months"


def _scheme(rule: Vaccine, scheme: Scheme) -> Iterator[str]:
    if scheme.finish_to and _last(scheme.finish_to) < _first(scheme.start_from):
        yield f"what begins at {scheme.start_from} is over at {scheme.finish_to}."
    first = scheme.doses[0]
    intervals = (first.after_prev, first.min_after_prev, first.after_first, first.min_after_first)
    if rule.timetable == "series" and any(intervals):
        yield f"dose {first.step!r}: no dose comes before the first."
    for dose in scheme.doses:
        yield from _dose(dose)
    if rule.timetable == "ages":
        ages = [_first(dose.age) for dose in scheme.doses]
        if ages != sorted(ages) or len(set(ages)) < len(ages):
            yield "the ages of its doses do not follow one another."
        if any(dose.age is None for dose in scheme.doses):
            yield "one of its doses has no age."


def _dose(dose: DoseRule) -> Iterator[str]:
    begins = _first(dose.age)
    for name, end in (("to", dose.to), ("closes", dose.closes)):
        if end and _last(end) < max(begins, _first(dose.min_age)):
            yield f"dose {dose.step!r}: its {name} {end} comes before its age."
    if dose.by and _first(dose.by) < max(begins, _first(dose.min_age)):
        yield f"dose {dose.step!r}: its by {dose.by} comes before its age."
    pairs = (
        ("after_prev", dose.min_after_prev, dose.after_prev, dose.latest_after_prev),
        ("after_first", dose.min_after_first, dose.after_first, dose.latest_after_first),
    )
    for name, *spans in pairs:
        days = [_long(parse_span(one)) for one in spans if one]
        if days != sorted(days):
            yield f"dose {dose.step!r}: the least and the latest {name} cannot both be met."


def _long(span: Span) -> date:
    if span.unit is Unit.WEEK_OF_AMENORRHOEA:
        span = Span(span.count, Unit.WEEK)
    return after(_BIRTH, span)
