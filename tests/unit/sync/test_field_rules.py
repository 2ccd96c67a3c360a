"""How a body says which value a conflict keeps."""

from typing import Annotated

import msgspec
import pytest
from msgspec import Meta

from sync.ports import FieldRule, field_rules

Shared = Annotated[str, Meta(max_length=10, extra={"merge": "both"})]


class Wish(msgspec.Struct):
    plain: str
    shared: Shared
    perhaps_shared: Shared | None = None
    setting: Annotated[str | None, Meta(extra={"merge": "client"})] = None
    outer_wins: Annotated[Shared | None, Meta(extra={"merge": "read-only"})] = None
    described: Annotated[Shared | None, Meta(description="Words only.")] = None


class Slip(msgspec.Struct):
    text: Annotated[str, Meta(extra={"merge": "bothh"})]


def test_each_field_has_the_rule_that_its_annotation_declares():
    """Silence means the server's; the outermost word counts; `| None` hides nothing."""
    rules = field_rules(Wish)

    assert dict(rules) == {
        "plain": FieldRule.SERVER,
        "shared": FieldRule.BOTH,
        "perhaps_shared": FieldRule.BOTH,
        "setting": FieldRule.CLIENT,
        "outer_wins": FieldRule.READ_ONLY,
        "described": FieldRule.BOTH,
    }


def test_a_word_that_is_no_rule_does_not_start():
    """A slip in a declaration is a bug, found when the program starts."""
    with pytest.raises(ValueError, match="bothh"):
        field_rules(Slip)
