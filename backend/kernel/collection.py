"""How a room declares a collection."""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from sync.ports import Collection, Policy, field_rules

B = TypeVar("B", bound=Struct)


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

    return Collection(
        name=name,
        body=body,
        policy=policy,
        rules=field_rules(body),
        check=check_body,
        category=category_of,
    )
