"""Whom a rule is for, on a day, and since when."""

from datetime import date, timedelta
from enum import Enum
from typing import NamedTuple

from notifications.core.vaccines.catalogue import Ruling
from notifications.core.vaccines.model import Group
from notifications.core.vaccines.person import Person, earliest, latest


class State(Enum):
    """Where somebody stands with a rule's groups."""

    NOW = 0
    LATER = 1
    CLOSED = 2
    NEVER = 3


class Standing(NamedTuple):
    """The group that fits, with the day since or from which it does.

    Of one that is closed, the first day on which it was. No day: since always.
    """

    state: State
    group: Group | None = None
    since: date | None = None


EVERYONE = Standing(State.NOW)
NOBODY = Standing(State.NEVER)


def stand(ruling: Ruling, person: Person, day: date, campaign: str = "") -> Standing:
    """Find the first group that fits on a day; if none does, the first that will, or did."""
    if not ruling.groups:
        return EVERYONE
    coming: Standing | None = None
    past: Standing | None = None
    for group, is_by_age in ruling.groups:
        if group.campaign != campaign or not (is_by_age or _fits(group, person, day)):
            continue
        opens = person.day_of(group.from_) if group.from_ else None
        if opens is not None and day < opens:
            if coming is None or coming.since is None or opens < coming.since:
                coming = Standing(State.LATER, group, opens)
        elif group.to is not None and day > person.eve_of(group.to):
            past = past or Standing(
                State.CLOSED, group, person.eve_of(group.to) + timedelta(days=1)
            )
        else:
            return Standing(State.NOW, group, _since(group, person, day, opens))
    return coming or past or NOBODY


def _fits(group: Group, person: Person, day: date) -> bool:
    """Whether all holds but the age."""
    if (group.situations or group.had or group.and_situations) and not (
        person.facts.situations and _fits_situations(group, person, day)
    ):
        return False
    return (
        (group.sex is None or group.sex == person.facts.sex)
        and (group.born_from is None or person.birth >= group.born_from)
        and (group.born_before is None or person.birth < group.born_before)
        and (not group.residence or person.region in group.residence)
        and (not group.born_in or person.facts.born_in in group.born_in)
        and (not group.pregnant or person.is_pregnant(day))
    )


def _fits_situations(group: Group, person: Person, day: date) -> bool:
    return (
        (not group.had or not person.had.isdisjoint(group.had))
        and (_holds(group.situations, person, day) or _begins(group, person, day) is not None)
        and _holds(group.and_situations, person, day)
    )


def _holds(codes: tuple[str, ...], person: Person, day: date) -> bool:
    return not codes or not person.holding(day).keys().isdisjoint(codes)


def _begins(group: Group, person: Person, day: date) -> date | None:
    """Return when what a group looks ahead to begins, if it has not."""
    if group.ahead_days is None:
        return None
    return earliest(*(person.begins(code, day) for code in group.situations))


def last_before(standing: Standing, person: Person) -> date | None:
    """Return the last day that is early enough for what is to begin, where something is."""
    group = standing.group
    if standing.since is not None or group is None or group.ahead_days is None:
        return None
    begins = _begins(group, person, person.on)
    return begins - timedelta(days=group.ahead_days) if begins else None


def _since(group: Group, person: Person, day: date, opens: date | None) -> date | None:
    began = None
    if group.situations:
        holding = person.holding(day)
        begun = [holding[code] for code in group.situations if code in holding]
        began = None if None in begun else earliest(*begun)
    is_ahead = group.ahead_days is not None and not _holds(group.situations, person, day)
    if began is None and (group.undated or is_ahead):
        return None
    if group.pregnant and person.pregnancy is not None:
        began = latest(began, person.pregnancy[0].last_period_on)
    return latest(opens, began)
