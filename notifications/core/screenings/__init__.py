"""Screenings, children's examinations, dental and prevention visits, from rules that are data."""

from datetime import date
from typing import TypeVar

from notifications.core.facts import Facts
from notifications.core.recommendation import Parts
from notifications.core.screenings.case import Ask, Cite, case_of, gathered
from notifications.core.screenings.model import Rule, ScreeningRules
from notifications.core.screenings.pregnancy import pregnancy_visit
from notifications.core.screenings.programmes import programme
from notifications.core.screenings.visits import visits

__all__ = ["ScreeningRules", "recommend_screenings"]

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
    case = case_of(facts, on, cite=cite, ask=ask)
    return gathered(
        (
            *(visits(rule, case) for rule in _in_force(rules.visits, on)),
            *(pregnancy_visit(rule, case) for rule in _in_force(rules.pregnancy_visit, on)),
            *(programme(rule, case) for rule in _in_force(rules.programme, on)),
        )
    )


def _in_force(rules: tuple[R, ...], on: date) -> tuple[R, ...]:
    """Keep of each item the rule in force; where none is, the one that says why."""
    chosen: dict[str, R] = {}
    for rule in sorted(rules, key=lambda one: one.since or date.min):
        if rule.id not in chosen or rule.since is None or rule.since <= on:
            chosen[rule.id] = rule
    return tuple(chosen.values())
