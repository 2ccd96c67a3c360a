"""What travels, as somebody reads it who knows the protocol and none of the code."""

import re
from typing import Any
from uuid import UUID

import msgspec

Fields = dict[str, Any]

_WORD = re.compile(r"#\d+#")
_BYTES = re.compile(rb"#\d+#")


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an op, as it travels."""

    op_id: UUID
    status: str
    seq: int | None = None
    code: str | None = None
    pointer: str | None = None
    current: Fields | None = None


class PageRead(msgspec.Struct, frozen=True, kw_only=True):
    """One page, as it travels."""

    space_id: UUID
    changes: list[dict[str, Any]]
    state: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, as it travels."""

    outcomes: list[Outcome]
    spaces: list[PageRead]


NAMING = ("draft_of", "replaces")
"""The fields in which a record names another."""


def named_in(fields: Fields) -> set[UUID]:
    """Return the records that a record names."""
    return {UUID(fields[name]) for name in NAMING if name in fields}


def words(value: object) -> set[str]:
    """Return the words of a value that nobody else ever wrote."""
    return set(_WORD.findall(value)) if isinstance(value, str) else set()


def all_words(fields: Fields) -> set[str]:
    """Return the words of every field."""
    return {word for value in fields.values() for word in words(value)}


def words_in(image: bytes) -> set[str]:
    """Return the words that are anywhere in a file, erased or not."""
    return {word.decode() for word in _BYTES.findall(image)}
