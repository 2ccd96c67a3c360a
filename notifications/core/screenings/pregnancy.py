"""A visit that is asked for once in each pregnancy, or soon after the birth."""

from datetime import date, timedelta
from functools import partial

from notifications.core import words
from notifications.core.facts import Exam
from notifications.core.pregnancies import terms
from notifications.core.recommendation import Recommendation, Status
from notifications.core.screenings.case import (
    Answer,
    Case,
    in_doubt,
    notes_of,
    out_of_scope,
    silent,
)
from notifications.core.screenings.model import PregnancyVisit
from notifications.core.spans import length
from notifications.core.text import Text

STEP = "pregnancy"
"""What an examination names as its window when it was made for a pregnancy."""


def pregnancy_visit(rule: PregnancyVisit, case: Case) -> Answer:
    """Say whether the visit is due in a pregnancy that lasts, or after the last one."""
    outside = out_of_scope(rule, case)
    if outside is not None:
        return silent(outside)
    if not case.facts.pregnancies:
        return silent(words.no_pregnancy)
    known = [term for term in terms(case.facts.pregnancies, case.on) if term.led_to_birth]
    if not known:
        return silent(words.no_pregnancy)
    opens_on = length(rule.from_).after(known[-1].started_on)
    last_on = length(rule.to_after_birth).last_day(known[-1].ends_on)
    made = [
        exam
        for exam in case.exams_of(rule.exam)
        if opens_on <= exam.performed_on <= last_on and exam.window in (None, STEP)
    ]
    if not made and case.on > last_on:
        return silent(partial(words.closed_since, last_on + timedelta(days=1)))
    doubtful = in_doubt(rule)
    status = Status.DONE if made else Status.DUE if opens_on <= case.on else Status.NOT_YET
    found = Recommendation(
        item=rule.id,
        step=STEP,
        kind=rule.kind,
        level=rule.level,
        status=status,
        name=rule.name,
        reason=words.joined(rule.reason, _timing(made, last_on)),
        sources=case.sources(rule),
        earliest_on=opens_on,
        due_on=None if status is Status.DUE else opens_on,
        latest_on=last_on,
        notes=notes_of(rule, doubtful=doubtful),
        must_confirm=doubtful,
        done_by=tuple(exam.fact_id for exam in made[:1]),
    )
    return Answer((found,))


def _timing(made: list[Exam], last_on: date) -> Text:
    return words.last_one(made[0].performed_on) if made else words.open_until(last_on)
