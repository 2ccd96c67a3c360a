"""What is wrong with screening rules, each fault as a sentence."""

from collections.abc import Callable, Container, Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise

from notifications.core.screenings.case import span
from notifications.core.screenings.model import (
    PregnancyVisit,
    Programme,
    Rule,
    ScreeningRules,
    Step,
    Visits,
    Window,
)
from notifications.core.screenings.visits import windows_of
from notifications.core.spans import SpanInvalid, Unit, after, last_day

BIRTHS = (date(2023, 1, 31), date(2024, 2, 29), date(2023, 8, 30), date(2025, 6, 15))
"""Ages are compared in lives that begin on days that months do not all have."""

Faults = Iterator[str]


def check_screenings(
    rules: ScreeningRules, *, exams: Container[str], situations: Container[str]
) -> list[str]:
    """Return every fault: an unknown word, an age that is none, a gap, an overlap, a duplicate."""
    found = list(_effective(rules.rules()))
    for rule in rules.rules():
        place = f"screenings.toml, {rule.id}"
        found += [f"{place}: {fault}" for fault in _spans(rule)]
        found += [
            f"{place}: no exam is called {word!r}." for word in exams_in(rule) if word not in exams
        ]
        found += [
            f"{place}: no situation is called {word!r}."
            for word in situations_in(rule)
            if word not in situations
        ]
    if not found:
        found = [
            f"screenings.toml, {rule.id}: {it}" for rule in rules.rules() for it in _order(rule)
        ]
    return found


def exams_in(rule: Rule) -> Iterator[str]:
    """Name every examination that a rule speaks of."""
    if isinstance(rule, Visits | PregnancyVisit):
        yield rule.exam
    if isinstance(rule, Programme):
        yield from rule.abnormal.back_after
        for step in _steps(rule):
            yield step.exam
            yield from (wait.exam for wait in step.not_before)


def situations_in(rule: Rule) -> Iterator[str]:
    """Name every situation that a rule speaks of."""
    if isinstance(rule, Programme):
        yield rule.abnormal.back_without
        yield from (one.situation for one in rule.not_for)
        yield from (one.situation for one in rule.variant)


def _steps(rule: Programme) -> Iterator[Step]:
    yield from rule.step
    for variant in rule.variant:
        yield from variant.step


def _effective(rules: Iterable[Rule]) -> Faults:
    """Find rules of one item that are in force together, or leave days without any."""
    by_item: dict[str, list[Rule]] = {}
    for rule in rules:
        by_item.setdefault(rule.id, []).append(rule)
    for item, versions in by_item.items():
        place = f"screenings.toml, {item}"
        ordered = sorted(versions, key=lambda one: one.since or date.min)
        for rule in ordered:
            if rule.since is not None and rule.until is not None and rule.until < rule.since:
                yield f"{place}: it ends on {rule.until}, before it begins on {rule.since}."
        for earlier, later in pairwise(ordered):
            if earlier.until is None or later.since is None or later.since <= earlier.until:
                yield f"{place}: two rules overlap, from {later.since or 'the first day'} on."
            elif later.since > earlier.until + timedelta(days=1):
                yield f"{place}: no rule is in force from {earlier.until} to {later.since}: a gap."


def _spans(rule: Rule) -> Faults:
    for text in _written(rule):
        try:
            span(text)
        except SpanInvalid as fault:
            yield str(fault)
    if not isinstance(rule, Visits):
        return
    yearly = (rule.yearly_from, rule.yearly_to)
    if bool(rule.window) == all(yearly) or any(yearly) != all(yearly):
        yield "it needs either windows, or both yearly_from and yearly_to."
    elif all(yearly) and not all(text and text.split()[0].endswith("y") for text in yearly):
        yield "a yearly visit goes from a number of years to another."


def _written(rule: Rule) -> Iterator[str]:
    if isinstance(rule, Visits):
        yield from (text for text in (rule.yearly_from, rule.yearly_to) if text)
        yield from (text for window in rule.window for text in (window.from_, window.to))
    if isinstance(rule, PregnancyVisit):
        yield from (rule.from_, rule.to_after_birth)
    if isinstance(rule, Programme):
        yield from rule.recalls
        yield from () if rule.postponed is None else (rule.postponed.from_,)
        for step in _steps(rule):
            yield from (step.from_, step.to, *step.gaps)
            yield from () if step.verify_from is None else (step.verify_from,)
            yield from (wait.wait for wait in step.not_before)


def _order(rule: Rule) -> Faults:
    if isinstance(rule, Visits):
        yield from _windows(windows_of(rule))
    if isinstance(rule, PregnancyVisit) and span(rule.from_).unit is not Unit.WEEK_OF_AMENORRHOEA:
        yield f"{rule.from_!r} is no time in a pregnancy: write it in weeks of amenorrhoea (wa)."
    if isinstance(rule, Programme):
        yield from _contiguous(rule.step, "the steps")
        for variant in rule.variant:
            yield from _contiguous(variant.step, f"the steps for {variant.situation}")
        if rule.postponed and span(rule.postponed.from_).unit is not Unit.WEEK_OF_AMENORRHOEA:
            yield f"{rule.postponed.from_!r} is no time in a pregnancy: write it in wa."


def _windows(windows: tuple[Window, ...]) -> Faults:
    yield from _twice(window.id for window in windows)
    for window in windows:
        if not _ordered(window.from_, window.to):
            yield f"the window {window.id} ends before it begins."
    for earlier, later in pairwise(windows):
        for fault in _between(earlier.to, later.from_, gap_is_meant=later.gap_before):
            yield f"the windows {earlier.id} and {later.id} {fault}"


def _contiguous(steps: tuple[Step, ...], what: str) -> Faults:
    if not steps:
        yield f"{what} are missing."
    yield from _twice(step.id for step in steps)
    for step in steps:
        if not step.gaps:
            yield f"the step {step.id} has no gap: after how long does the next one come?"
        if not _ordered(step.from_, step.to):
            yield f"the step {step.id} ends before it begins."
    for earlier, later in pairwise(steps):
        for fault in _between(earlier.to, later.from_, gap_is_meant=False):
            yield f"{what} {earlier.id} and {later.id} {fault}"


def _twice(names: Iterable[str]) -> Faults:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield f"{name!r} is there twice."
        seen.add(name)


def _ordered(from_: str, to: str) -> bool:
    return _in_every_life(lambda born: after(born, span(from_)) <= last_day(born, span(to)))


def _between(to: str, from_: str, *, gap_is_meant: bool) -> Faults:
    """Compare the end of one stretch of life with the beginning of the next."""
    day = timedelta(days=1)
    if not _in_every_life(lambda born: last_day(born, span(to)) < after(born, span(from_))):
        yield f"overlap: one ends at {to!r}, the next begins at {from_!r}."
        return
    touches = _in_every_life(
        lambda born: last_day(born, span(to)) + day == after(born, span(from_))
    )
    if not touches and not gap_is_meant:
        yield f"leave a gap from {to!r} to {from_!r}; say gap_before = true where it is meant."
    if touches and gap_is_meant:
        yield "leave no gap, although gap_before says so."


def _in_every_life(holds: Callable[[date], bool]) -> bool:
    return all(holds(born) for born in BIRTHS)
