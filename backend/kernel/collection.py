"""How a room declares a collection."""

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from sync.ports import Around, Collection, FieldRule, Policy, field_rules, relation_in

B = TypeVar("B", bound=Struct)

Complete = Callable[[dict[str, Any], bytes | None], dict[str, Any]]


def collection(
    name: str,
    body: type[B],
    *,
    check: Callable[[B], None],
    category: Callable[[B], str] | None = None,
    policy: Policy = Policy.MERGE,
) -> Collection:
    """Declare a collection of *body* to sync.

    *check* holds the rules across fields and raises a Refusal. *category* gives
    the word by which rights know a record: *name* when left out.
    """

    def check_body(value: Struct) -> None:
        assert isinstance(value, body)
        check(value)

    def category_of(value: Struct) -> str:
        if category is None:
            return name
        assert isinstance(value, body)
        return category(value)

    rules = field_rules(body)
    return Collection(
        name=name,
        body=body,
        policy=policy,
        rules=rules,
        relation=relation_in(body),
        retired=frozenset(field for field, rule in rules.items() if rule is FieldRule.RETIRED),
        check=check_body,
        category=category_of,
    )


def judged(
    declared: Collection, body: type[B], fits: Callable[[B, Around], None], *, beside: str
) -> Collection:
    """Declare rules that depend on the day, and on the records of another collection.

    They are asked about a body that is new, and not about one that stands: a
    rule that comes later takes nothing away.
    """

    def fits_body(value: Struct, around: Around) -> None:
        assert isinstance(value, body)
        fits(value, around)

    return replace(declared, fits=fits_body, beside=beside)


def completed(declared: Collection, complete: Complete) -> Collection:
    """Declare what the server adds to the fields of a collection before it checks them."""
    return replace(declared, complete=complete)
