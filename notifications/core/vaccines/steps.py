"""What a timetable answers: steps that are done or open, or why there are none."""

from datetime import date
from typing import NamedTuple

import msgspec

from notifications.core.recommendation import Status
from notifications.core.text import Text
from notifications.core.vaccines import words
from notifications.core.vaccines.catalogue import NOT_TO_BE_HAD, Catalogue, Ruling
from notifications.core.vaccines.groups import Standing, stand
from notifications.core.vaccines.model import DoseRule, Scheme, Vaccine
from notifications.core.vaccines.person import Person, Visit, latest


class Case:
    """One rule and one person. `visits` are the days of the doses that count for it."""

    __slots__ = ("_today", "catalogue", "person", "rule", "ruling", "visits")

    def __init__(self, ruling: Ruling, person: Person, catalogue: Catalogue) -> None:
        self.ruling = ruling
        self.rule: Vaccine = ruling.rule
        self.person = person
        self.catalogue = catalogue
        self.visits: list[Visit] = person.counting(ruling)
        self._today: Standing | None = None

    @property
    def today(self) -> Standing:
        """Where the person stands with the rule on the day of the plan."""
        found = self._today
        if found is None:
            found = self._today = stand(self.ruling, self.person, self.person.on)
        return found


class Hold(NamedTuple):
    """Not before a day, and why. `confirm`: a professional is to say so."""

    day: date | None = None
    notes: tuple[Text, ...] = ()
    confirm: bool = False


NOTHING = Hold()


class Step(msgspec.Struct, kw_only=True):
    """One dose, done or open. Built up by a timetable, and then judged as a whole."""

    step: str
    status: Status
    label: Text | None = None
    earliest: date | None = None
    due: date | None = None
    latest: date | None = None
    products: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()
    confirm: bool = False
    done_by: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    reason: Text | None = None
    scheme: Scheme | None = None
    standing: Standing | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.status in (Status.NOT_YET, Status.DUE, Status.OVERDUE)


class Outcome(msgspec.Struct):
    """The steps of one rule, in order; *silence* says why none of them is open."""

    steps: list[Step]
    silence: Text | None = None


def silent(reason: Text) -> Outcome:
    """Answer that a rule asks nothing."""
    return Outcome([], reason)


def done(case: Case, step: str, visit: Visit, label: Text | None = None) -> Step:
    """Build the step that a visit made."""
    given = visit.given(case.ruling.wanted)
    return Step(
        step=step,
        label=label,
        status=Status.DONE,
        done_by=tuple([dose.fact_id for dose in given]),
    )


def judge(step: Step, on: date) -> Step:
    """Set the status of an open step from its dates.

    A last day that was over before the dose could be given means nothing.
    """
    ready = latest(step.due, step.earliest)
    if ready is not None and step.latest is not None and step.latest < ready:
        step.latest = None
    if ready is not None and ready > on:
        step.status, step.due = Status.NOT_YET, ready
    elif step.latest is not None and on > step.latest:
        step.status = Status.OVERDUE
        step.notes = (*step.notes, words.LATE)
    else:
        step.status = Status.DUE
    return step


def keep_back(step: Step, hold: Hold) -> None:
    """Move a step behind what holds it back."""
    if hold.confirm:
        step.confirm = True
    if hold.day is None:
        return
    step.earliest = latest(step.earliest, hold.day)
    if step.due is not None:
        step.due = max(step.due, hold.day)
    step.notes = (*step.notes, *hold.notes)


def suited(case: Case, wanted: tuple[str, ...], day: date) -> tuple[str, ...]:
    """Keep the products that are for the age of a day and can be had; all of them if none is."""
    if case.catalogue.for_all_ages.issuperset(wanted):
        return wanted
    person, products = case.person, case.catalogue.products
    fit = tuple(
        name
        for name in wanted
        if (product := products.get(name)) is not None
        and product.state not in NOT_TO_BE_HAD
        and (product.from_ is None or day >= person.day_of(product.from_))
        and (product.to is None or day <= person.eve_of(product.to))
    )
    return fit or wanted


def is_doubtful(rule: Vaccine, scheme: Scheme | None, dose: DoseRule | None) -> bool:
    """Whether our sources leave a doubt on this very step."""
    return (
        rule.verify is not None
        or (scheme is not None and scheme.verify is not None)
        or (dose is not None and dose.verify is not None)
    )
