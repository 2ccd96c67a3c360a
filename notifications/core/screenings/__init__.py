"""Screenings, children's examinations, dental and prevention visits, from rules that are data."""

from datetime import date
from functools import lru_cache
from typing import TypeVar

from notifications.core.facts import Facts
from notifications.core.recommendation import Parts, Silence
from notifications.core.screenings.case import Answer, Ask, Cite, case_of
from notifications.core.screenings.model import PregnancyVisit, Programme, Rule, ScreeningRules
from notifications.core.screenings.pregnancy import pregnancy_visit
from notifications.core.screenings.programmes import programme
from notifications.core.screenings.visits import Windows, visits

__all__ = ["Screener", "ScreeningRules", "recommend_screenings"]

InForce = tuple[tuple[Windows, ...], tuple[PregnancyVisit, ...], tuple[Programme, ...]]
"""The rules of a day: it is looked up once for everybody who is planned on it."""
DAYS_KEPT = 64

R = TypeVar("R", bound=Rule)


def recommend_screenings(
    rules: ScreeningRules, facts: Facts, on: date, *, cite: Cite, ask: Ask
) -> Parts:
    """Say what is due to a person on a day, by every rule that is in force.

    Args:
        rules: A whole `screenings.toml`.
        facts: With the groups of situations that follow from them.
        on: The day.
        cite: Returns a source by its key.
        ask: Returns the question of a situation by its code.
    """
    return Screener(rules, cite=cite, ask=ask).recommend(facts, on)


class Screener:
    """A `screenings.toml`, ready to be asked about one person after the other."""

    def __init__(self, rules: ScreeningRules, *, cite: Cite, ask: Ask) -> None:
        self._rules = rules
        self._ask = ask
        self._sources = {
            rule.source: tuple(cite(key) for key in rule.source) for rule in rules.rules()
        }
        self._windows = {id(rule): Windows(rule) for rule in rules.visits}
        self._in_force = lru_cache(maxsize=DAYS_KEPT)(self._look)

    def recommend(self, facts: Facts, on: date) -> Parts:
        """Say what is due to a person on a day, and of each rule that is silent why."""
        answers = self.answers(facts, on)
        return Parts(
            recommendations=tuple([one for _, said in answers for one in said.recommendations]),
            silences=tuple(
                Silence(item=rule.id, reason=said.why())
                for rule, said in answers
                if said.why is not None
            ),
        )

    def answers(self, facts: Facts, on: date) -> list[tuple[Rule, Answer]]:
        """Return what every rule that is in force answers."""
        case = case_of(facts, on, sources_of=self._sources.__getitem__, ask=self._ask)
        in_windows, in_pregnancy, programmes = self._in_force(on)
        return [
            *[(windows.rule, visits(windows, case)) for windows in in_windows],
            *[(rule, pregnancy_visit(rule, case)) for rule in in_pregnancy],
            *[(rule, programme(rule, case)) for rule in programmes],
        ]

    def _look(self, on: date) -> InForce:
        rules = self._rules
        return (
            tuple(self._windows[id(rule)] for rule in _in_force(rules.visits, on)),
            _in_force(rules.pregnancy_visit, on),
            _in_force(rules.programme, on),
        )


def _in_force(rules: tuple[R, ...], on: date) -> tuple[R, ...]:
    """Keep of each item the rule in force; where none is, the one that says why."""
    chosen: dict[str, R] = {}
    for rule in sorted(rules, key=lambda one: one.since or date.min):
        if rule.id not in chosen or rule.since is None or rule.since <= on:
            chosen[rule.id] = rule
    return tuple(chosen.values())
