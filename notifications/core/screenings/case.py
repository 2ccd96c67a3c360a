"""One person on one day, as the screening rules look at them."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache

import msgspec

from notifications.core import words
from notifications.core.facts import Exam, Facts, Situation
from notifications.core.recommendation import Parts, Silence, Source
from notifications.core.screenings.model import Rule
from notifications.core.situations import answers
from notifications.core.spans import Span, parse_span
from notifications.core.text import Text

Cite = Callable[[str], Source]
Ask = Callable[[str], Text]
"""Returns the question by which a situation is asked."""

span: Callable[[str], Span] = cache(parse_span)


class Case(msgspec.Struct, frozen=True):
    """Facts, a day, and what the rules look up about both."""

    facts: Facts
    on: date
    cite: Cite
    ask: Ask
    stands: dict[str, Situation]
    exams: tuple[Exam, ...]
    """Oldest first."""

    @property
    def born(self) -> date:
        """The day of birth."""
        return self.facts.birth_date

    def holds(self, situation: str) -> bool:
        """Tell whether a situation is known to hold."""
        known = self.stands.get(situation)
        return known is not None and known.holds

    def exams_of(self, *codes: str) -> tuple[Exam, ...]:
        """Return the examinations of some kinds, oldest first."""
        return tuple(exam for exam in self.exams if exam.code in codes)

    def sources(self, rule: Rule) -> tuple[Source, ...]:
        """Return where a rule comes from."""
        return tuple(self.cite(key) for key in rule.source)

    def with_exam(self, exam: Exam) -> "Case":
        """Return the same person, had they had one more examination."""
        return msgspec.structs.replace(self, exams=(*self.exams, exam))


def case_of(facts: Facts, on: date, *, cite: Cite, ask: Ask) -> Case:
    """Look at a person on a day: what is of a later day is not known yet."""
    past = (exam for exam in facts.exams if exam.performed_on <= on)
    exams = tuple(sorted(past, key=lambda exam: (exam.performed_on, exam.fact_id)))
    return Case(facts, on, cite, ask, answers(facts.situations, on), exams)


def silent(rule: Rule, reason: Text) -> Parts:
    """Say that a rule asks for nothing."""
    return Parts(silences=(Silence(item=rule.id, reason=reason),))


def out_of_scope(rule: Rule, case: Case) -> Text | None:
    """Say why a rule is not about this person on this day, or None."""
    if rule.since is not None and case.on < rule.since:
        return words.in_force_from(rule.since)
    if rule.until is not None and rule.until < case.on:
        return words.in_force_to(rule.until)
    if rule.sex is not None and case.facts.sex not in ("unknown", rule.sex):
        return words.for_women() if rule.sex == "female" else words.for_men()
    return None


def gathered(parts: Iterable[Parts]) -> Parts:
    """Put parts together."""
    every = list(parts)
    return Parts(
        recommendations=tuple(one for part in every for one in part.recommendations),
        silences=tuple(one for part in every for one in part.silences),
        problems=tuple(one for part in every for one in part.problems),
    )


def in_doubt(rule: Rule, *more: str | None) -> bool:
    """Tell whether our sources leave something of a rule, or of a part of it, open."""
    return any(doubt is not None for doubt in (rule.verify, *more))


def notes_of(rule: Rule, *more: Text | None, doubtful: bool) -> tuple[Text, ...]:
    """Return a rule's notes and others; of a doubtful value, that it is to be confirmed."""
    own = (*rule.notes, *(text for text in more if text is not None))
    return (*own, words.to_confirm()) if doubtful else own
