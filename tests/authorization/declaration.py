"""Who may do what, as declared by hand in data files beside this module."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

Json = dict[str, Any]

Door = Literal["public", "patient", "seat", "professional", "agent", "operator"]
Target = Literal["none", "space", "record", "document", "act", "line", "own", "device"]
Effect = Literal["reads", "writes", "ends"]

# Which audiences a token needs for each door; the operator's is no token of a session.
AUDIENCES: dict[str, frozenset[str]] = {
    "public": frozenset(),
    "patient": frozenset({"patient"}),
    "seat": frozenset({"patient", "professional"}),
    "professional": frozenset({"professional", "assistant"}),
    "agent": frozenset({"agent"}),
    "operator": frozenset({"operator"}),
}
ONLINE = "online"
_FOLDER = Path(__file__).parent


class Variant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one request for an operation has beside the body."""

    headers: dict[str, str] = {}
    query: dict[str, str] = {}


class Operation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is declared of an operation; `declared/README.md` says what each field means."""

    door: Door
    target: Target = "none"
    may: tuple[str, ...] = ()
    refuses: dict[str, str] = {}
    collection: str = ""
    fresh: Json | None = None
    made_by: tuple[str, ...] = ()
    offline: bool = False
    blank: bool = False
    act: str = ""
    effect: Effect = "reads"
    codes: frozenset[str] = frozenset()
    varies: bool = False
    whole: bool = False
    tells: frozenset[str] = frozenset()
    leaks: frozenset[str] = frozenset()
    path: dict[str, str] = {}
    json: Json | None = None
    content: str = ""
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    variants: tuple[Variant, ...] = ()


class Relation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a relation to a space may do there, by names of planted records."""

    feed: bool
    sees: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    deletes: frozenset[str] = frozenset()
    adds: frozenset[str] = frozenset()


class Rights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every relation, and a body for each collection."""

    relations: dict[str, Relation]
    collections: dict[str, Json | Literal["online"]]


@cache
def operations() -> dict[str, Operation]:
    """Return what is declared of each operation, by its identifier."""
    found: dict[str, Operation] = {}
    for file in sorted(_FOLDER.glob("declared/*.toml")):
        tables = msgspec.convert(_read(file), dict[str, Operation])
        assert not tables.keys() & found.keys(), f"{file.name} declares one twice"
        found |= tables
    return found


@cache
def rights() -> Rights:
    """Return what is declared of each relation and collection."""
    return msgspec.convert(_read(_FOLDER / "rights.toml"), Rights)


def filled(template: Any, given: Mapping[str, str | Callable[[], str]]) -> Any:
    """Put what the world knows in the place of each `$name` of a template."""
    if isinstance(template, dict):
        return {name: filled(value, given) for name, value in template.items()}
    if isinstance(template, list):
        return [filled(value, given) for value in template]
    if isinstance(template, str) and template.startswith("$"):
        value = given[template[1:]]
        return value if isinstance(value, str) else value()
    return template


def _read(file: Path) -> Json:
    return tomllib.loads(file.read_text("utf-8"))
