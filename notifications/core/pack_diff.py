"""What changed between two packs, or between two plans of one person, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from notifications.core.pack import Pack
from notifications.core.recommendation import Plan, Recommendation
from notifications.core.text import Text
from notifications.core.words import level_said, status_said

_KEYS = ("item", "id", "key", "code", "step", "situation", "exam")
"""What tells one table of a list from another, the first that it has."""
_PLACES: Mapping[str, Text] = {
    "from": Text(fr="âge de début", en="first age"),
    "at": Text(fr="âge", en="age"),
    "to": Text(fr="âge de fin", en="last age"),
    "gaps": Text(fr="intervalles", en="intervals"),
    "wait": Text(fr="attente", en="wait"),
    "doses": Text(fr="doses", en="doses"),
    "source": Text(fr="sources", en="sources"),
    "since": Text(fr="en vigueur depuis", en="in force since"),
    "until": Text(fr="en vigueur jusqu'au", en="in force until"),
    "verify": Text(fr="doute", en="doubt"),
    "url": Text(fr="adresse", en="address"),
    "level": Text(fr="force", en="level"),
    "name": Text(fr="nom", en="name"),
    "reason": Text(fr="raison", en="reason"),
    "products": Text(fr="produits", en="products"),
    "not_for": Text(fr="pas pour", en="not for"),
}


def differences(before: Pack, after: Pack) -> list[Text]:
    """Say what changed from one pack to another: items, ages, intervals, words, sources."""
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    found = []
    for part in new:
        for key in new[part]:
            was, now = old[part].get(key), new[part][key]
            place = (f"{part}.toml",) if _has_tables(now) else (f"{part}.toml", key)
            found += list(_compared(was, now, place))
    return found


def changed_plans(before: Plan, after: Plan) -> list[Text]:
    """Say what a person is told otherwise: each item and step that differs."""
    old, new = _lines(before), _lines(after)
    found = []
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was != now:
            none = Text(fr="rien", en="nothing")
            one, other = was or none, now or none
            name = f"{key[0]} {key[1]}"
            found.append(
                Text(
                    fr=f"{name} : {one.fr} devient {other.fr}.",
                    en=f"{name}: {one.en} becomes {other.en}.",
                )
            )
    return found


def _lines(plan: Plan) -> dict[tuple[str, str], Text]:
    return {(one.item, one.step): _line(one) for one in plan.recommendations}


def _line(one: Recommendation) -> Text:
    status, level = status_said(one.status), level_said(one.level)
    days = "".join(f", {day}" for day in (one.due_on, one.latest_on) if day is not None)
    return Text(fr=f"{status.fr}, {level.fr}{days}", en=f"{status.en}, {level.en}{days}")


def _compared(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[Text]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            if key in old and key in new:
                yield from _compared(old[key], new[key], (*path, key))
            else:
                yield from _moved(key, old, new, path)
    elif _has_tables(old) or _has_tables(new):
        yield from _compared(_by_key(old), _by_key(new), path)
    else:
        yield _becomes(path, _said(old), _said(new))


def _moved(
    key: str, old: dict[str, Any], new: dict[str, Any], path: tuple[str, ...]
) -> Iterator[Text]:
    """Say of a table that it came or went, of a value from or to what it changed."""
    gone, come = old.get(key), new.get(key)
    if isinstance(gone, dict) or isinstance(come, dict):
        where = _place((*path, key))
        if key in new:
            yield Text(fr=f"+ {where.fr} : ajouté.", en=f"+ {where.en}: added.")
        else:
            yield Text(fr=f"- {where.fr} : retiré.", en=f"- {where.en}: removed.")
    else:
        yield _becomes((*path, key), _said(gone), _said(come))


def _becomes(path: tuple[str, ...], old: str, new: str) -> Text:
    where = _place(path)
    return Text(
        fr=f"{where.fr} : {old or 'rien'} devient {new or 'rien'}.",
        en=f"{where.en}: {old or 'nothing'} becomes {new or 'nothing'}.",
    )


def _place(path: tuple[str, ...]) -> Text:
    texts = [_PLACES.get(part, Text(fr=part, en=part)) for part in path]
    return Text(fr=", ".join(one.fr for one in texts), en=", ".join(one.en for one in texts))


def _has_tables(value: Any) -> bool:
    return isinstance(value, tuple) and any(isinstance(one, dict) for one in value)


def _by_key(tables: Any) -> dict[str, Any]:
    """Name each table of a list by what tells it from the others; equal names are numbered."""
    named: dict[str, Any] = {}
    for table in tables or []:
        name = next((str(table[key]) for key in _KEYS if key in table), "")
        place, number = name or "no. 1", 2
        while place in named:
            place, number = f"{name} no. {number}".strip(), number + 1
        named[place] = table
    return named


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(_said(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{key} = {_said(one)}" for key, one in value.items())
    return str(value)
