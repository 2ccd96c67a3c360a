"""Programmes: an examination that comes again and again, until an age or an abnormal result."""

from datetime import date, timedelta
from functools import partial

import msgspec

from notifications.core import words
from notifications.core.facts import Exam
from notifications.core.pregnancies import current
from notifications.core.recommendation import Recommendation, Status
from notifications.core.screenings.case import (
    Answer,
    Case,
    Why,
    in_doubt,
    notes_of,
    out_of_scope,
    silent,
)
from notifications.core.screenings.model import Programme, Step
from notifications.core.spans import length
from notifications.core.text import Text


class Turn(msgspec.Struct, frozen=True):
    """The next examination: which, from when, and what it waits for."""

    step: Step
    number: int
    due_on: date
    last_on: date
    before: Exam | None
    """The last one of its kind."""
    waits_for: Text | None = None


def programme(rule: Programme, case: Case) -> Answer:
    """Say which examination of a programme comes next, or why none does."""
    outside = out_of_scope(rule, case)
    if outside is not None:
        return silent(outside)
    steps = _steps(rule, case)
    outside = _closed(steps, case) or _left(rule, case)
    if outside is not None:
        return silent(outside)
    turn = _next(steps, case)
    if turn is None:
        return silent(partial(words.ends_before_next, _end(steps, case)))
    if rule.sex is not None and case.facts.sex == "unknown":
        return _ask(rule, case, turn)
    turn = _after_pregnancy(rule, turn, case)
    found = [_asked(rule, turn, case)]
    if turn.before is not None:
        found.append(_answered(rule, turn.before, turn.step, case))
    if found[0].status is Status.DUE:
        found += _following(rule, steps, turn, case)
    return Answer(found)


def _left(rule: Programme, case: Case) -> Why | None:
    """Say why a person is not, or no longer, in the programme."""
    for exclusion in rule.not_for:
        if case.holds(exclusion.situation):
            return partial(_as_it_is, exclusion.reason)
    if not case.any_abnormal:
        return None
    follow_up = rule.abnormal.back_without
    abnormal = [exam for exam in _exams(rule, case) if exam.result == "abnormal"]
    if all(_is_settled(rule, exam, case) for exam in abnormal):
        return None
    return lambda: words.joined(rule.abnormal.reason, words.answer_when_over(case.ask(follow_up)))


def _as_it_is(reason: Text) -> Text:
    return reason


def _is_settled(rule: Programme, abnormal: Exam, case: Case) -> bool:
    """Tell whether an abnormal result no longer keeps a person out."""
    answer = case.stands.get(rule.abnormal.back_without)
    said_on = answer.since if answer is not None and not answer.holds else None
    if said_on is not None and said_on >= abnormal.performed_on:
        return True
    settling = rule.abnormal.back_after
    if abnormal.code in settling:
        return False
    return any(
        exam.result == "normal" and exam.performed_on >= abnormal.performed_on
        for exam in case.exams_of(*settling)
    )


def _exams(rule: Programme, case: Case) -> tuple[Exam, ...]:
    """Return the examinations that a programme looks at, oldest first."""
    steps = [*rule.step, *(step for variant in rule.variant for step in variant.step)]
    codes = {step.exam for step in steps}
    codes |= {wait.exam for step in steps for wait in step.not_before}
    return case.exams_of(*codes, *rule.abnormal.back_after)


def _steps(rule: Programme, case: Case) -> tuple[Step, ...]:
    for variant in rule.variant:
        if case.holds(variant.situation):
            return variant.step
    return rule.step


def _next(steps: tuple[Step, ...], case: Case) -> Turn | None:
    """Return the first examination whose time can still come, step after step."""
    for step in steps:
        last_on = length(step.to).last_day(case.born)
        turn = _turn(step, case, last_on)
        if case.on <= last_on and turn.due_on <= last_on:
            return turn
    return None


def _turn(step: Step, case: Case, last_on: date) -> Turn:
    done = case.exams_of(step.exam)
    opens_on = length(step.from_).after(case.born)
    counted = [exam for exam in done if exam.performed_on >= opens_on]
    before = done[-1] if done else None
    due_on = opens_on
    if before is not None:
        gap = step.gaps[min(max(len(counted), 1), len(step.gaps)) - 1]
        due_on = max(opens_on, length(gap).after(before.performed_on))
    waits_for = None
    for wait in step.not_before:
        for exam in case.exams_of(wait.exam)[-1:]:
            free_on = length(wait.wait).after(exam.performed_on)
            if free_on > due_on:
                due_on, waits_for = free_on, wait.reason
    return Turn(step, len(counted) + 1, due_on, last_on, before, waits_for)


def _after_pregnancy(rule: Programme, turn: Turn, case: Case) -> Turn:
    """Put off to the end of a pregnancy what falls in its later part."""
    term = current(case.facts.pregnancies, case.on)
    if rule.postponed is None or term is None:
        return turn
    starts_on = length(rule.postponed.from_).after(term.started_on)
    asked_on = max(turn.due_on, case.on)
    if not starts_on <= asked_on < term.ends_on:
        return turn
    reason = words.joined(rule.postponed.reason, words.after_birth())
    return msgspec.structs.replace(turn, due_on=term.ends_on, waits_for=reason)


def _end(steps: tuple[Step, ...], case: Case) -> date:
    """Return the first day on which a programme is over for a person."""
    return length(steps[-1].to).last_day(case.born) + timedelta(days=1)


def _closed(steps: tuple[Step, ...], case: Case) -> Why | None:
    ends_on = _end(steps, case)
    return partial(words.closed_since, ends_on) if ends_on <= case.on else None


def _asked(rule: Programme, turn: Turn, case: Case) -> Recommendation:
    doubtful = in_doubt(rule, _doubt(turn, case))
    is_due = turn.due_on <= case.on
    unknown = turn.before is not None and turn.before.result == "unknown"
    history = words.last_one(turn.before.performed_on) if turn.before else None
    return Recommendation(
        item=rule.id,
        step=_step_id(turn),
        kind=rule.kind,
        level=rule.level,
        status=Status.DUE if is_due else Status.NOT_YET,
        name=_name(rule, turn),
        reason=words.joined(turn.step.reason, turn.waits_for or history),
        sources=case.sources(rule),
        earliest_on=turn.due_on,
        due_on=turn.due_on,
        latest_on=turn.last_on,
        notes=notes_of(rule, words.result_unknown() if unknown else None, doubtful=doubtful),
        must_confirm=doubtful,
        recalls_on=tuple(length(recall).after(turn.due_on) for recall in rule.recalls),
    )


def _doubt(turn: Turn, case: Case) -> str | None:
    """Return what is in doubt of a step at the age at which it comes, if anything is."""
    first = turn.step.verify_from
    asked_on = max(turn.due_on, case.on)
    if first is not None and asked_on < length(first).after(case.born):
        return None
    return turn.step.verify


def _following(
    rule: Programme, steps: tuple[Step, ...], turn: Turn, case: Case
) -> list[Recommendation]:
    """Tell what comes after, had the examination that is due been normal today.

    Another one of the same is not told: it would have the same name.
    """
    today = Exam(fact_id="", code=turn.step.exam, performed_on=case.on, result="normal")
    then = _next(steps, case.with_exam(today))
    if then is None or _step_id(then) == _step_id(turn):
        return []
    asked = _asked(rule, then, case)
    reason = words.joined(then.step.reason, words.if_done_on(case.on))
    return [msgspec.structs.replace(asked, reason=reason)]


def _answered(rule: Programme, exam: Exam, step: Step, case: Case) -> Recommendation:
    return Recommendation(
        item=rule.id,
        step=f"{step.id} {exam.performed_on.isoformat()}",
        kind=rule.kind,
        level=rule.level,
        status=Status.DONE,
        name=rule.name,
        reason=words.joined(rule.reason, words.last_one(exam.performed_on)),
        sources=case.sources(rule),
        due_on=exam.performed_on,
        done_by=(exam.fact_id,),
    )


def _ask(rule: Programme, case: Case, turn: Turn) -> Answer:
    """Ask where the record does not tell whether a programme is for this person."""
    if case.on < length(rule.step[0].from_).after(case.born):
        return silent(words.sex_unknown)
    asked = _asked(rule, turn, case)
    unknown = msgspec.structs.replace(
        asked,
        status=Status.UNKNOWN,
        reason=words.joined(turn.step.reason, words.sex_unknown()),
        recalls_on=(),
    )
    return Answer((unknown,))


def _step_id(turn: Turn) -> str:
    return turn.step.id if len(turn.step.gaps) == 1 else f"{turn.step.id} {turn.number}"


def _name(rule: Programme, turn: Turn) -> Text:
    name = words.named(rule.name, turn.step.name)
    return name if len(turn.step.gaps) == 1 else words.numbered(name, turn.number)
