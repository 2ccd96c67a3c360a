"""Three-way merge by field.

An op says what its device saw (`was`) and what it wants (`set`). A field is in
conflict when what stands is neither. Then the rule of the field decides, and
what loses is handed back so that it can be kept: nothing is dropped.

Source: docs/decisions/0007-merge-by-field.md.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from sync.core.limits import FREE_TEXT_MAX

Fields = dict[str, Any]

SEPARATOR = "\n\n⸻\n\n"


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """The fields as they stand after a merge, and what lost.

    `lost` are values of the op; `displaced` are values that stood and gave way;
    `joined` names the fields that now hold two versions.
    """

    fields: Fields
    lost: Fields
    displaced: Fields
    is_merge: bool
    joined: frozenset[str] = frozenset()


def overwrite(standing: Fields, wanted: Fields) -> Merged:
    """Apply an op whose device saw exactly what stands."""
    return Merged(
        fields=_without_none({**standing, **wanted}), lost={}, displaced={}, is_merge=False
    )


def merge(
    standing: Fields, *, was: Mapping[str, Any], wanted: Fields, rules: Mapping[str, str]
) -> Merged:
    """Apply an op whose device saw an older record.

    Args:
        standing: The record now.
        was: What the device saw in the fields that it changed; absent is null.
        wanted: What it wants in them; null removes a field.
        rules: For each field `server`, `client`, `both` or `union`.
    """
    fields = dict(standing)
    lost: Fields = {}
    displaced: Fields = {}
    joined: set[str] = set()
    for name, value in wanted.items():
        now = standing.get(name)
        if now == value:
            continue
        if now == was.get(name):
            fields[name] = value
            continue
        rule = rules.get(name, "server")
        if rule == "client":
            fields[name] = value
            displaced[name] = now
        elif rule == "both" and (both := _both(now, value, was.get(name))) is not None:
            fields[name] = both
            joined.add(name)
        elif rule == "union" and (all_ := _union(now, value, was.get(name))) is not None:
            fields[name] = all_
        else:
            lost[name] = value
    return Merged(
        fields=_without_none(fields),
        lost=lost,
        displaced=displaced,
        is_merge=True,
        joined=frozenset(joined),
    )


def _both(standing: Any, value: Any, was: Any) -> str | None:
    """Join two versions of a free text, or return None where that cannot be.

    A text that was only added to keeps one copy of what both have. A removal
    against an edit keeps the edit.
    """
    if value is None or value == "":
        return str(standing)
    if standing is None or standing == "":
        return str(value)
    if not isinstance(standing, str) or not isinstance(value, str):
        return None
    versions = standing.split(SEPARATOR)
    if value in versions:
        return standing
    if isinstance(was, str) and was and standing.startswith(was) and value.startswith(was):
        added = value[len(was) :].strip()
        value = added or value
    joined = standing + SEPARATOR + value
    return joined if len(joined) <= FREE_TEXT_MAX else None


def _union(standing: Any, value: Any, was: Any) -> list[Any] | None:
    """Add to a list what a device added, and take from it what it took; None where that cannot be.

    What a device did not touch stays, whoever put it there.
    """
    now, wanted, seen = ([] if one is None else one for one in (standing, value, was))
    if not all(isinstance(one, list) for one in (now, wanted, seen)):
        return None
    kept = [item for item in now if item not in seen or item in wanted]
    return kept + [item for item in wanted if item not in seen and item not in kept]


def _without_none(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value is not None}
