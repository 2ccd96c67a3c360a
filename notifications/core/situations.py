"""What is known of a person's situations on one day, groups included."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import msgspec

from notifications.core.facts import Situation

Groups = Mapping[str, tuple[str, ...]]
"""The members of each group, all the way down: no member is a group itself."""


def answers(situations: Iterable[Situation], on: date) -> dict[str, Situation]:
    """Say for each code what stands on a day: the latest answer, or of two at once the yes."""
    standing: dict[str, Situation] = {}
    for one in sorted(situations, key=_age):
        if (one.since is None or one.since <= on) and (one.until is None or on <= one.until):
            standing[one.code] = one
    return standing


def with_groups(situations: Iterable[Situation], groups: Groups) -> tuple[Situation, ...]:
    """Add what follows: a group from a member that holds, a no to each from a no to the group."""
    told = _ended_by_denials(situations)
    derived = list(told)
    for code, members in groups.items():
        inside = frozenset(members)
        for one in told:
            if one.holds and one.code in inside:
                derived.append(msgspec.structs.replace(one, code=code))
            elif not one.holds and one.code == code:
                derived += [msgspec.structs.replace(one, code=member) for member in members]
    return tuple(derived)


def _ended_by_denials(situations: Iterable[Situation]) -> list[Situation]:
    """End what held on the eve of the day from which it is said not to."""
    ordered = sorted(situations, key=_age)
    ended = []
    denied: dict[str, date] = {}  # By code, the next no after where this stands: from the end on.
    for one in reversed(ordered):
        first = denied.get(one.code)
        if one.holds and first is not None and (one.until is None or first <= one.until):
            ended.append(msgspec.structs.replace(one, until=first - timedelta(days=1)))
        else:
            ended.append(one)
        if not one.holds and one.since is not None:
            denied[one.code] = one.since
    return ended[::-1]


def _age(one: Situation) -> tuple[date, bool, str]:
    return (one.since or date.min, one.holds, one.fact_id)
