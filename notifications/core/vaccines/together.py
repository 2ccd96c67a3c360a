"""What two vaccines that are due on the same day have to do with each other."""

from notifications.core.recommendation import Status
from notifications.core.text import Text
from notifications.core.vaccines import words
from notifications.core.vaccines.catalogue import Catalogue
from notifications.core.vaccines.person import Person, plus
from notifications.core.vaccines.steps import Case, Outcome, Step

Due = list[tuple[Step, frozenset[str]]]


def together(found: list[tuple[Case, Outcome]], person: Person, catalogue: Catalogue) -> None:
    """Note on each of two that are due how far apart they are given."""
    due = [
        (step, case.ruling.carries)
        for case, outcome in found
        for step in outcome.steps
        if step.status in (Status.DUE, Status.OVERDUE)
    ]
    if len(due) < 2:
        return
    for pair in catalogue.general.pair:
        if pair.one == pair.other or (pair.while_pregnant and not person.is_pregnant(person.on)):
            continue
        day = plus(person.on, pair.apart)
        _note(due, pair.one, pair.other, words.second_not_before(pair.reason, day))
    live = [step for step, carried in due if not carried.isdisjoint(catalogue.live)]
    if len(live) > 1:
        for step in live:
            step.notes = (*step.notes, catalogue.general.live.reason)


def _note(due: Due, one: tuple[str, ...], other: tuple[str, ...], note: Text) -> None:
    ones = [step for step, carried in due if not carried.isdisjoint(one)]
    others = [step for step, carried in due if not carried.isdisjoint(other)]
    if ones and others:
        for step in (*ones, *others):
            step.notes = (*step.notes, note)
