"""Every cell of the matrix: an operation, an actor and a target, with the declared answer."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from tests.authorization.asking import JSON, Request
from tests.authorization.cast import Actor
from tests.authorization.declaration import (
    AUDIENCES,
    Operation,
    Variant,
    filled,
    operations,
    rights,
)
from tests.authorization.world import UNKNOWN, World

# What a cell may declare: the answer to what was asked; a refusal of what one does see;
# the answer to what does not exist; the answer to a token that opens nothing.
Expected = Literal["allowed", "refused", "unknown", "shut"]

OWN, OTHERS = "own", "other's"
FIRST_LINE, NO_LINE = "1", "99999999"
DOCUMENTS = "documents"
# An operation that streams until somebody leaves.
ENDLESS = frozenset({"streamNews"})
_PARAMETER = re.compile(r"{(\w+)}")
_RANK = {"reads": 1, "writes": 2, "ends": 3}


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What a path names: a space, and something in it or of the actor's own."""

    space: str = ""
    item: str = ""
    home: str = ""
    """The space that the item really is in."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One question to the application, and the answer that is declared."""

    name: str
    actor: str
    target: Target
    variant: int
    expected: Expected
    like: Target | None = None
    """What does not exist: for `unknown`, the question whose answer must be equal."""


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """An operation as it is published."""

    name: str
    method: str
    path: str


def cells(world: World, doors: list[Door]) -> list[Cell]:
    """Return every cell, with those that change something after those that do not."""
    found = [
        cell
        for door in doors
        for actor in world.actors.values()
        for cell in _cells_of(world, door.name, actor)
    ]
    return sorted(found, key=_rank)


def _rank(cell: Cell) -> int:
    if cell.expected != "allowed":
        return 0
    return _RANK[operations()[cell.name].effect]


def _cells_of(world: World, name: str, actor: Actor) -> Iterator[Cell]:
    declared = operations()[name]
    for target in targets(world, declared):
        expected, like = judged(world, declared, actor, target)
        for variant in range(1 + len(declared.variants)):
            yield Cell(
                name=name,
                actor=actor.name,
                target=target,
                variant=variant,
                expected=expected,
                like=like,
            )


def targets(world: World, declared: Operation) -> Iterator[Target]:
    """Yield everything that the path of an operation is tried with."""
    if declared.target == "none":
        yield Target()
    elif declared.target == "space":
        yield from (Target(space=space) for space in world.spaces)
    elif declared.target == "line":
        for space in world.spaces:
            yield from (Target(space=space, item=line) for line in (FIRST_LINE, NO_LINE))
    elif declared.target in ("record", "document", "act"):
        for space in world.spaces:
            yield from _items(world, space, declared)
    else:
        yield from (Target(item=item) for item in (OWN, OTHERS, UNKNOWN))


def _items(world: World, space: str, declared: Operation) -> Iterator[Target]:
    """Yield the records of a space, one of each other space, and one that is nowhere."""
    kind = kind_of(declared)
    foreign = set()
    for planted in world.records.values():
        # One record of another kind stands for all: it is no more there than an unknown one.
        if kind and planted.collection != kind and planted.name != "allergy":
            continue
        if planted.space != space and planted.space in foreign:
            continue
        foreign.add(planted.space)
        yield Target(space=space, item=planted.name, home=planted.space)
    yield Target(space=space, item=UNKNOWN)


def kind_of(declared: Operation) -> str:
    """Return the collection that an operation is about; nothing for any."""
    return DOCUMENTS if declared.target == "document" else declared.collection


def judged(
    world: World, declared: Operation, actor: Actor, target: Target
) -> tuple[Expected, Target | None]:
    """Read from the declarations what an actor is answered, and what an unknown is like."""
    if declared.door == "public":
        return "allowed", None
    if actor.voice != "signed-in" or actor.audience not in AUDIENCES[declared.door]:
        return "shut", None
    if declared.act and declared.act not in actor.acts:
        return "refused", None
    if declared.target == "none":
        return "allowed", None
    if actor.audience == "operator" and declared.target == "own":
        return ("unknown", Target(item=UNKNOWN)) if target.item == UNKNOWN else ("allowed", None)
    if declared.target in ("device", "own"):
        return ("allowed", None) if target.item == OWN else ("unknown", Target(item=UNKNOWN))
    return _judged_in_space(world, declared, actor, target)


def _judged_in_space(
    world: World, declared: Operation, actor: Actor, target: Target
) -> tuple[Expected, Target | None]:
    nowhere = Target(space=UNKNOWN, item=_nothing(declared))
    if actor.audience == "operator":
        return ("unknown", nowhere) if target.space == UNKNOWN else ("allowed", None)
    held = actor.relations.get(target.space)
    if held is not None and held in declared.refuses:
        return "refused", None
    if held is None or (declared.may and held not in declared.may):
        return "unknown", nowhere
    if declared.target in ("space", "line"):
        is_there = target.item != NO_LINE
    else:
        relation = rights().relations[held]
        if declared.offline and not relation.feed:
            return "unknown", nowhere
        is_there = target.home == target.space and target.item in relation.sees
        if is_there and kind_of(declared):
            is_there = world.records[target.home, target.item].collection == kind_of(declared)
    if is_there:
        return "allowed", None
    return "unknown", Target(space=target.space, item=_nothing(declared))


def _nothing(declared: Operation) -> str:
    if declared.target == "space":
        return ""
    return NO_LINE if declared.target == "line" else UNKNOWN


def request_for(
    world: World, door: Door, target: Target, variant: int, made: Mapping[str, str] | None = None
) -> Request:
    """Write the request of a cell; *made* are the identifiers of what was made for it."""
    declared = operations()[door.name]
    varied = declared.variants[variant - 1] if variant else Variant()
    body = declared.content.encode()
    headers = filled({**declared.headers, **varied.headers}, world.given)
    if declared.json is not None:
        body = msgspec.json.encode(filled(declared.json, world.given))
        headers = {**JSON, **headers}
    named = {
        **ids_in_path(world, door.path, target),
        **(made or {}),
        **filled(declared.path, world.given),
    }
    return Request(
        method=door.method,
        path=door.path.format_map(named),
        query={**declared.query, **varied.query},
        headers=headers,
        body=body,
        is_endless=door.name in ENDLESS,
    )


def ids_in_path(world: World, path: str, target: Target) -> Mapping[str, str]:
    """Give every parameter of a path what the target says: the space, and the item in it."""
    nothing = world.given["unknown_id"]
    record = world.records.get((target.home, target.item))
    item = nothing if record is None else record.record_id
    if target.item in (FIRST_LINE, NO_LINE):
        item = target.item
    named = dict.fromkeys(parameters_in(path), item)
    return {**named, "space_id": world.spaces.get(target.space, nothing)}


def parameters_in(path: str) -> list[str]:
    """Name the parameters of a path."""
    return _PARAMETER.findall(path)
