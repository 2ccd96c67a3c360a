"""Nothing is open or shut by oversight: every operation and collection is declared."""

from backend.openapi import PUBLIC
from backend.record import ALL
from sync.ports import Policy
from tests.authorization.declaration import ONLINE, Json, operations, rights
from tests.conformance.test_openapi import named

HINT = (
    "Say in tests/authorization/declared/ who may call {}: the door, what the path names, "
    "which relations to a space it is open to, and a body that is well-formed (README.md there)."
)


def test_every_operation_is_declared() -> None:
    """Who publishes an operation says in the same change who may call it."""
    missing = sorted(set(named()) - set(operations()))

    assert not missing, HINT.format(", ".join(missing))


def test_nothing_is_declared_that_is_not_there() -> None:
    """An operation that is gone takes its entry with it."""
    assert sorted(set(operations()) - set(named())) == []


def test_a_door_is_public_where_the_description_says_so() -> None:
    """The two lists of what needs no session are one."""
    assert {name for name, one in operations().items() if one.door == "public"} == PUBLIC


def test_what_a_path_names_is_declared() -> None:
    """An operation on a space cannot pass for one that has no target."""
    unsaid = [
        name
        for name, one in operations().items()
        if one.target == "none"
        and any(
            p["in"] == "path" and p["name"] not in one.path
            for p in named()[name].get("parameters", ())
        )
    ]

    assert unsaid == []


def _in_path(operation: Json) -> set[str]:
    return {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}


def test_every_collection_is_declared() -> None:
    """With a body to add, or as one that sync does not write."""
    declared = rights().collections

    assert set(declared) == set(ALL)
    online = {name for name, one in ALL.items() if one.policy is Policy.ONLINE}
    assert {name for name, body in declared.items() if body == ONLINE} == online


def test_relations_are_known() -> None:
    """No operation is open to a relation that rights.toml does not describe."""
    known = set(rights().relations)
    unknown = {name: set(one.may) - known for name, one in operations().items()}

    assert {name: which for name, which in unknown.items() if which} == {}
