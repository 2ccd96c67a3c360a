"""Which sensitive sections a record belongs to, read from what it says at each write.

A section is added by a code, by a word, or by the patient's own tag in the field
`sensitive` of a body. Nothing that a body says takes another's section away.
"""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from backend.access.model import Confidentiality, Section
from backend.access.reference import sensitivity
from backend.access.rules.sensitivity import Sections
from backend.kernel.values import CodedBody
from sync.ports import Collection

B = TypeVar("B", bound=Struct)

Codes = Iterable[tuple[str, str]]
Texts = Iterable[str | None]
Clues = tuple[Codes, Texts]

_FLAGS = {section: Confidentiality[section.name] for section in Section}
_BY_WORD = {section.value: flag.value for section, flag in _FLAGS.items()}


def sections_of(codes: Codes, texts: Texts) -> Sections:
    """Name the sections that codes, each with its system, and texts belong to."""
    return sensitivity().sections_of(codes, texts)


def sections_in(orders: int) -> Sections:
    """Name the sections that the flags of a record hold."""
    return frozenset(section for section, flag in _FLAGS.items() if orders & flag)


def flags_of(sections: Sections) -> Confidentiality:
    """Write sections as the flags of a record."""
    flags = Confidentiality.NONE
    for section in sections:
        flags |= _FLAGS[section]
    return flags


def watched(collection: Collection, body: type[B], clues: Callable[[B], Clues]) -> Collection:
    """Declare what is looked at in the bodies of a collection to find its sections.

    The body may have a field `sensitive`, in which the patient names sections.
    """
    flags_before = collection.flags

    def flags(value: Struct) -> int:
        assert isinstance(value, body)
        found = flags_before(value)
        sections = sections_of(*clues(value))
        if sections:
            found |= flags_of(sections).value
        for word in getattr(value, "sensitive", ()):
            found |= _BY_WORD[word]
        return found

    return msgspec.structs.replace(collection, flags=flags)


def with_words_of(standing: Mapping[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields with the sections that a standing body was given by name.

    Whoever does not decide who sees a record may name more, and takes none away.
    A value that is no list is left for the check of the body to refuse.
    """
    named = fields.get("sensitive", [])
    words = standing.get("sensitive")
    if not words or not isinstance(named, list):
        return fields
    return {**fields, "sensitive": [*named, *(word for word in words if word not in named)]}


def in_coded(*fields: str) -> Callable[[CodedBody], Clues]:
    """Look at the codes of a body, with their words, and at its texts.

    Args:
        fields: The texts beside label and comment.
    """
    read = attrgetter("label", "comment", *fields)

    def clues(body: CodedBody) -> Clues:
        codes = [] if body.code is None else [(body.code_system or "", body.code)]
        if not body.codings:
            return codes, read(body)
        codes += [(coding.system, coding.code) for coding in body.codings]
        return codes, (*read(body), *(coding.display for coding in body.codings))

    return clues
