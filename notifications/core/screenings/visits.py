"""Visits that are asked for once in each window: a child's, a dentist's, a check."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache, partial
from typing import NamedTuple

from notifications.core import words
from notifications.core.facts import Exam
from notifications.core.recommendation import Recommendation, Status
from notifications.core.screenings.case import (
    Answer,
    Case,
    in_doubt,
    notes_of,
    out_of_scope,
    silent,
    span,
)
from notifications.core.screenings.model import Visits, Window
from notifications.core.spans import Unit, add_months, length
from notifications.core.text import Text

AHEAD_MONTHS = 3
"""Beside the next window, those that open so soon are told too: a phone plans 90 days ahead."""


class Stretch(NamedTuple):
    """A window in a person's life: its first and its last day."""

    windows: "Windows"
    number: int
    opens_on: date
    last_on: date


class Windows:
    """The windows of a rule, ready to be found by a day of a life: they never overlap."""

    def __init__(self, rule: Visits) -> None:
        self.rule = rule
        self.every = windows_of(rule)
        self.names = [words.named(rule.name, window.name) for window in self.every]
        self.notes = [
            notes_of(rule, *window.notes, doubtful=in_doubt(rule, window.verify))
            for window in self.every
        ]
        self._by_id = {window.id: index for index, window in enumerate(self.every)}
        self._opens = [length(window.from_) for window in self.every]
        self._closes = [length(window.to) for window in self.every]

    def stretch(self, index: int, born: date) -> Stretch:
        """Return one window in a life."""
        opens_on, last_on = self._opens[index].after(born), self._closes[index].last_day(born)
        return Stretch(self, index, opens_on, last_on)

    def over(self, born: date, on: date) -> int:
        """Return how many windows are over on a day."""
        if self._closes[-1].last_day(born) < on:
            return len(self._closes)
        return bisect_left(self._closes, on, key=lambda one: one.last_day(born))

    def made(self, exams: tuple[Exam, ...], born: date) -> dict[int, Exam]:
        """Return the first visit that counts for each window: that names it, or falls within it."""
        found: dict[int, Exam] = {}
        for exam in exams:
            if exam.window is not None:
                index = self._by_id.get(exam.window)
            else:
                index = self._around(born, exam.performed_on)
            if index is not None and index not in found:
                found[index] = exam
        return found

    def _around(self, born: date, day: date) -> int | None:
        index = self.over(born, day)
        is_in = index < len(self.every) and self._opens[index].after(born) <= day
        return index if is_in else None


def visits(windows: Windows, case: Case) -> Answer:
    """Say which visits were made, which is due, and which come next."""
    rule, born = windows.rule, case.born
    outside = out_of_scope(rule, case)
    if outside is not None:
        return silent(outside)
    over = windows.over(born, case.on)
    made = windows.made(case.exams_of(rule.exam), born)
    stretches = {index: windows.stretch(index, born) for index in made}
    stretches.update(_ahead(windows, over, made, case))
    found = []
    for index in sorted(stretches):
        stretch = stretches[index]
        if index in made:
            found.append(_done(stretch, case, made[index]))
        else:
            status = Status.DUE if case.on >= stretch.opens_on else Status.NOT_YET
            reason = words.open_until(stretch.last_on)
            found.append(_recommendation(stretch, case, status, reason))
    is_due = any(one.status is Status.DUE for one in found)
    if is_due or over == 0 or max(made, default=-1) >= over - 1:
        return Answer(found)
    return Answer(found, partial(_closed, windows, over - 1, born))


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


def _ahead(
    windows: Windows, over: int, made: dict[int, Exam], case: Case
) -> Iterator[tuple[int, Stretch]]:
    """Yield the window that is open, the next one, and those that open soon after."""
    soon, upcoming = add_months(case.on, AHEAD_MONTHS), 0
    for index in range(over, len(windows.every)):
        if index in made:
            continue
        stretch = windows.stretch(index, case.born)
        if stretch.opens_on > case.on:
            if upcoming and stretch.opens_on > soon:
                return
            upcoming += 1
        yield index, stretch


def _recommendation(
    stretch: Stretch, case: Case, status: Status, reason: Text, done_by: tuple[str, ...] = ()
) -> Recommendation:
    windows, index = stretch.windows, stretch.number
    rule, window = windows.rule, windows.every[index]
    ideal = None if rule.any_day and status is not Status.NOT_YET else stretch.opens_on
    return Recommendation(
        item=rule.id,
        step=window.id,
        kind=rule.kind,
        level=rule.level,
        status=status,
        name=windows.names[index],
        reason=words.joined(rule.reason, reason),
        sources=case.sources(rule),
        earliest_on=stretch.opens_on,
        due_on=ideal,
        latest_on=stretch.last_on,
        notes=windows.notes[index],
        must_confirm=in_doubt(rule, window.verify),
        done_by=done_by,
    )


def _done(stretch: Stretch, case: Case, made: Exam) -> Recommendation:
    reason = words.last_one(made.performed_on)
    return _recommendation(stretch, case, Status.DONE, reason, done_by=(made.fact_id,))


def _closed(windows: Windows, missed: int, born: date) -> Text:
    stretch = windows.stretch(missed, born)
    is_last = missed == len(windows.every) - 1
    day = stretch.last_on + timedelta(days=1)
    return words.closed_since(day, None if is_last else windows.every[missed].name)
