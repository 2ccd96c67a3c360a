"""Visits that are asked for once in each window: a child's, a dentist's, a check."""

from datetime import date
from functools import cache

import msgspec

from notifications.core import words
from notifications.core.facts import Exam
from notifications.core.recommendation import Parts, Recommendation, Silence, Status
from notifications.core.screenings.case import (
    Case,
    in_doubt,
    notes_of,
    out_of_scope,
    silent,
    span,
)
from notifications.core.screenings.model import Visits, Window
from notifications.core.spans import Unit, add_months, after, last_day
from notifications.core.text import Text

AHEAD_MONTHS = 3
"""Beside the next window, those that open so soon are told too: a phone plans 90 days ahead."""


class Stretch(msgspec.Struct, frozen=True):
    """A window in a person's life: its first and its last day."""

    window: Window
    opens_on: date
    last_on: date


def visits(rule: Visits, case: Case) -> Parts:
    """Say which visits were made, which is due, and which come next."""
    outside = out_of_scope(rule, case)
    if outside is not None:
        return silent(rule, outside)
    stretches = [_stretch(window, case.born) for window in windows_of(rule)]
    found, upcoming, missed = [], 0, None
    for stretch in stretches:
        made = _made(rule, stretch, case)
        if made is not None:
            missed = None
            found.append(_done(rule, stretch, case, made))
        elif case.on > stretch.last_on:
            missed = stretch
        elif case.on >= stretch.opens_on:
            found.append(_open(rule, stretch, case))
        elif upcoming == 0 or stretch.opens_on <= add_months(case.on, AHEAD_MONTHS):
            upcoming += 1
            found.append(_later(rule, stretch, case))
    is_due = any(one.status is Status.DUE for one in found)
    reason = None if is_due or missed is None else _closed(rule, missed, stretches[-1])
    silences = () if reason is None else (Silence(item=rule.id, reason=reason),)
    return Parts(recommendations=tuple(found), silences=silences)


def windows_of(rule: Visits) -> tuple[Window, ...]:
    """Return the windows of a rule, those of each year of life written out."""
    if rule.yearly_from is None or rule.yearly_to is None:
        return rule.window
    first, last = span(rule.yearly_from), span(rule.yearly_to)
    assert first.unit is last.unit is Unit.YEAR
    return _years(first.count, last.count + last.completed)


@cache
def _years(first: int, end: int) -> tuple[Window, ...]:
    return tuple(_year(age) for age in range(first, end))


def _year(age: int) -> Window:
    name = Text(fr=f"à {age} ans", en=f"at age {age}")
    return Window(id=f"{age}y", name=name, from_=f"{age}y", to=f"{age}y completed")


def _stretch(window: Window, born: date) -> Stretch:
    return Stretch(window, after(born, span(window.from_)), last_day(born, span(window.to)))


def _made(rule: Visits, stretch: Stretch, case: Case) -> Exam | None:
    """Return the first visit that counts for a window: that names it, or falls within it."""
    for exam in case.exams_of(rule.exam):
        if exam.window == stretch.window.id:
            return exam
        if exam.window is None and stretch.opens_on <= exam.performed_on <= stretch.last_on:
            return exam
    return None


def _recommendation(
    rule: Visits, stretch: Stretch, case: Case, status: Status, reason: Text
) -> Recommendation:
    window = stretch.window
    doubtful = in_doubt(rule, window.verify)
    ideal = None if rule.any_day and status is not Status.NOT_YET else stretch.opens_on
    return Recommendation(
        item=rule.id,
        step=window.id,
        kind=rule.kind,
        level=rule.level,
        status=status,
        name=words.named(rule.name, window.name),
        reason=words.joined(rule.reason, reason),
        sources=case.sources(rule),
        earliest_on=stretch.opens_on,
        due_on=ideal,
        latest_on=stretch.last_on,
        notes=notes_of(rule, *window.notes, doubtful=doubtful),
        must_confirm=doubtful,
    )


def _open(rule: Visits, stretch: Stretch, case: Case) -> Recommendation:
    return _recommendation(rule, stretch, case, Status.DUE, words.open_until(stretch.last_on))


def _later(rule: Visits, stretch: Stretch, case: Case) -> Recommendation:
    return _recommendation(rule, stretch, case, Status.NOT_YET, words.open_until(stretch.last_on))


def _done(rule: Visits, stretch: Stretch, case: Case, made: Exam) -> Recommendation:
    done = _recommendation(rule, stretch, case, Status.DONE, words.last_one(made.performed_on))
    return msgspec.structs.replace(done, done_by=(made.fact_id,))


def _closed(rule: Visits, missed: Stretch, last: Stretch) -> Text:
    day = after(missed.last_on, span("1d"))
    return words.closed_since(day, None if missed is last else missed.window.name)
