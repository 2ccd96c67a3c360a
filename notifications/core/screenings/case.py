"""One person on one day, as the screening rules look at them."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache, partial
from operator import attrgetter
from typing import NamedTuple

import msgspec

from notifications.core import words
from notifications.core.facts import Exam, Facts, Situation
from notifications.core.recommendation import Recommendation, Source
from notifications.core.screenings.model import Rule
from notifications.core.situations import answers
from notifications.core.spans import Span, parse_span
from notifications.core.text import Text

Cite = Callable[[str], Source]
Ask = Callable[[str], Text]
"""Returns the question by which a situation is asked."""

Why = Callable[[], Text]
"""Says why a rule asks for nothing, when somebody wants to know."""
SourcesOf = Callable[[tuple[str, ...]], tuple[Source, ...]]
"""Returns sources by their keys."""

span: Callable[[str], Span] = cache(parse_span)
_AGE = attrgetter("performed_on", "fact_id")


class Answer(NamedTuple):
    """What one rule asks for, and why it asks for no more."""

    recommendations: Sequence[Recommendation]
    why: Why | None = None


class Case(msgspec.Struct, frozen=True):
    """Facts, a day, and what the rules look up about both."""

    facts: Facts
    on: date
    born: date
    sources_of: SourcesOf
    ask: Ask
    stands: dict[str, Situation]
    exams: dict[str, tuple[Exam, ...]]
    """By their codes, oldest first."""
    any_abnormal: bool

    def holds(self, situation: str) -> bool:
        """Tell whether a situation is known to hold."""
        known = self.stands.get(situation)
        return known is not None and known.holds

    def exams_of(self, *codes: str) -> tuple[Exam, ...]:
        """Return the examinations of some kinds, oldest first."""
        if len(codes) == 1:
            return self.exams.get(codes[0], ())
        found = [exam for code in set(codes) for exam in self.exams.get(code, ())]
        return tuple(sorted(found, key=_AGE))

    def sources(self, rule: Rule) -> tuple[Source, ...]:
        """Return where a rule comes from."""
        return self.sources_of(rule.source)

    def with_exam(self, exam: Exam) -> "Case":
        """Return the same person, had they had one more examination."""
        exams = {**self.exams, exam.code: (*self.exams_of(exam.code), exam)}
        return msgspec.structs.replace(self, exams=exams)


def case_of(facts: Facts, on: date, *, sources_of: SourcesOf, ask: Ask) -> Case:
    """Look at a person on a day: what is of a later day is not known yet."""
    exams: dict[str, tuple[Exam, ...]] = {}
    for exam in sorted(facts.exams, key=_AGE):
        if exam.performed_on <= on:
            exams[exam.code] = (*exams.get(exam.code, ()), exam)
    stands = answers(facts.situations, on) if facts.situations else {}
    any_abnormal = any(exam.result == "abnormal" for exam in facts.exams)
    return Case(facts, on, facts.birth_date, sources_of, ask, stands, exams, any_abnormal)


def silent(why: Why) -> Answer:
    """Say that a rule asks for nothing."""
    return Answer((), why)


def out_of_scope(rule: Rule, case: Case) -> Why | None:
    """Say why a rule is not about this person on this day, or None."""
    if rule.since is not None and case.on < rule.since:
        return partial(words.in_force_from, rule.since)
    if rule.until is not None and rule.until < case.on:
        return partial(words.in_force_to, rule.until)
    if rule.sex is not None and case.facts.sex not in ("unknown", rule.sex):
        return words.for_women if rule.sex == "female" else words.for_men
    return None


def in_doubt(rule: Rule, *more: str | None) -> bool:
    """Tell whether our sources leave something of a rule, or of a part of it, open."""
    return rule.verify is not None or any(doubt is not None for doubt in more)


def notes_of(rule: Rule, *more: Text | None, doubtful: bool) -> tuple[Text, ...]:
    """Return a rule's notes and others; of a doubtful value, that it is to be confirmed."""
    own = (*rule.notes, *[text for text in more if text is not None]) if more else rule.notes
    return (*own, words.to_confirm()) if doubtful else own
