"""What is wrong with a pack, each fault as a sentence that says where."""

from collections.abc import Iterable, Iterator

import msgspec

from notifications.core.pack import Pack, SituationEntry
from notifications.core.screenings.check import check_screenings
from notifications.core.screenings.model import Programme, Visits
from notifications.core.spans import SpanInvalid, parse_span
from notifications.core.vaccines import check_rules
from notifications.core.vaccines.model import Group

Faults = Iterator[str]

_SITUATIONS = frozenset({"situations", "and_situations", "ask", "complete_if", "events", "contact"})
"""The fields of vaccine rules that hold situations; `had` does so of a group alone."""
_STRONG = ("A", "B")
_NAMES = ("item", "id", "track", "step")
"""What a table of a vaccine file is known by."""


def check_pack(pack: Pack) -> list[str]:
    """Return every fault of a pack whose files could be read: none, where it may be used."""
    return [
        *_horizon(pack),
        *_lists(pack),
        *_citations(pack),
        *check_screenings(
            pack.screenings,
            exams={one.code for one in pack.exams.exam},
            situations={one.code for one in pack.situations.situation},
        ),
        *check_rules(pack.vaccines, pack.products, pack.seasons),
        *_vaccine_words(pack),
    ]


def doubts(pack: Pack) -> list[tuple[str, str]]:
    """Return every value that is marked as in doubt: the item, and what is in doubt."""
    found = []
    for rule in pack.screenings.rules():
        if rule.verify is not None:
            found.append((rule.id, rule.verify))
        windows = rule.window if isinstance(rule, Visits) else ()
        steps = rule.step if isinstance(rule, Programme) else ()
        parts = [(one.id, one.verify) for one in windows] + [(one.id, one.verify) for one in steps]
        found += [(f"{rule.id} {part}", doubt) for part, doubt in parts if doubt is not None]
    found += _weak(pack)
    for _, file in _vaccine_files(pack):
        told = ((place, getattr(node, "verify", None)) for place, node in _nodes(file))
        found += [(place, doubt) for place, doubt in told if doubt is not None]
    return found


def _weak(pack: Pack) -> Iterator[tuple[str, str]]:
    """Find rules that rest on weak sources alone."""
    trust = {one.key: one.trust for one in pack.sources.source}
    for place, cited in _cited(pack):
        if not any(trust[key] in _STRONG for key in cited):
            told = ", ".join(f"{key} ({trust[key]})" for key in cited)
            yield place, f"it rests on weak sources alone: {told}"


def _horizon(pack: Pack) -> Faults:
    try:
        parse_span(pack.calendar.horizon)
    except SpanInvalid as fault:
        yield f"calendar.toml, horizon: {fault}"


def _lists(pack: Pack) -> Faults:
    yield from _twice("sources.toml", (one.key for one in pack.sources.source))
    yield from _twice("situations.toml", (one.code for one in pack.situations.situation))
    yield from _twice("exams.toml", (one.code for one in pack.exams.exam))
    for source in pack.sources.source:
        if source.url is not None and not source.url.startswith(("https://", "http://")):
            yield f"sources.toml, {source.key}: {source.url!r} is no web address."
    known = {one.code: one for one in pack.situations.situation}
    for situation in known.values():
        place = f"situations.toml, {situation.code}"
        for member in situation.any_of:
            if member not in known:
                yield f"{place}: no situation is called {member!r}."
        if (situation.kind == "group") != bool(situation.any_of):
            yield f"{place}: a group, and nothing else, has members in any_of."
        if situation.code in _reached(situation, known):
            yield f"{place}: it is a member of itself."


def _reached(start: SituationEntry, known: dict[str, SituationEntry]) -> set[str]:
    """Return every code that a group contains, whatever the circles in it."""
    reached: set[str] = set()
    waiting = list(start.any_of)
    while waiting:
        code = waiting.pop()
        if code not in reached and code in known:
            reached.add(code)
            waiting += known[code].any_of
    return reached


def _citations(pack: Pack) -> Faults:
    """Find what cites no source, and what cites one that is not listed."""
    keys = {one.key for one in pack.sources.source}
    for place, cited in _cited(pack):
        if not cited:
            yield f"{place}: it names no source."
        for key in cited:
            if key not in keys:
                yield f"{place}: sources.toml has no source {key!r}."


def _cited(pack: Pack) -> Iterator[tuple[str, tuple[str, ...]]]:
    for situation in pack.situations.situation:
        yield f"situations.toml, {situation.code}", situation.source
    for exam in pack.exams.exam:
        yield f"exams.toml, {exam.code}", exam.source
    for rule in pack.screenings.rules():
        yield f"screenings.toml, {rule.id}", rule.source
        if isinstance(rule, Programme):
            for variant in rule.variant:
                yield f"screenings.toml, {rule.id}, {variant.situation}", variant.source
    yield from _cited_by_vaccines(pack)


def _cited_by_vaccines(pack: Pack) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, file in _vaccine_files(pack):
        for place, node in _nodes(file):
            cited: tuple[str, ...] | None = getattr(node, "source", None)
            if cited is not None:
                yield f"{name}, {place}", cited


def _vaccine_files(pack: Pack) -> tuple[tuple[str, msgspec.Struct], ...]:
    return (
        ("vaccines.toml", pack.vaccines),
        ("products.toml", pack.products),
        ("seasons.toml", pack.seasons),
    )


def _vaccine_words(pack: Pack) -> Faults:
    """Find the situations that vaccine rules speak of, and that nobody is asked about."""
    known = {one.code for one in pack.situations.situation}
    for place, node in _nodes(pack.vaccines):
        fields = _SITUATIONS | {"had"} if isinstance(node, Group) else _SITUATIONS
        for field in fields.intersection(node.__struct_fields__):
            told = getattr(node, field)
            for word in (told,) if isinstance(told, str) else told or ():
                if isinstance(word, str) and word not in known:
                    yield f"vaccines.toml, {place}: no situation is called {word!r}."


def _nodes(node: object, place: str = "") -> Iterator[tuple[str, msgspec.Struct]]:
    """Yield every table of a file, with where it is: the names of the tables it is in."""
    if isinstance(node, msgspec.Struct):
        names = (getattr(node, field, "") for field in _NAMES)
        here = " ".join(filter(None, (place, *names)))
        yield here, node
        for field in node.__struct_fields__:
            inner = getattr(node, field)
            is_one = isinstance(inner, msgspec.Struct)
            yield from _nodes(inner, f"{here} {field}".strip() if is_one else here)
    elif isinstance(node, tuple):
        for one in node:
            yield from _nodes(one, place)


def _twice(place: str, names: Iterable[str]) -> Faults:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield f"{place}: {name!r} is there twice."
        seen.add(name)
