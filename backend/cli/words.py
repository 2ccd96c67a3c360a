"""What the commands say to people, in French and in English: one way to say a text.

The words stand in `data/words/`, reviewed by people who are not programmers.
"""

import functools
from collections.abc import Mapping
from pathlib import Path

import msgspec

from backend.cli.language import LANGUAGES, language
from notifications.core.text import Text

FOLDER = Path(__file__).parent / "data" / "words"


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text in each language."""

    fr: str
    en: str


@functools.cache
def catalogue() -> Mapping[str, Words]:
    """Return every text by its key."""
    found: dict[str, Words] = {}
    for file in sorted(FOLDER.glob("*.toml")):
        read = msgspec.toml.decode(file.read_bytes(), type=dict[str, Words])
        assert not found.keys() & read.keys(), "Two files have a text of one key."
        found |= read
    return found


def say_in(tongue: str, key: str, /, **values: object) -> str:
    """Return a text in one language."""
    assert tongue in LANGUAGES
    words: str = getattr(catalogue()[key], tongue)
    return words.format(**values)


def say(key: str, /, **values: object) -> str:
    """Return a text in the language of the command that runs."""
    return say_in(language(), key, **values)


def counted(count: int, key: str, /, **values: object) -> str:
    """Return a text for one or for several; its keys end in `-one` and `-many`."""
    return counted_in(language(), count, key, **values)


def counted_in(tongue: str, count: int, key: str, /, **values: object) -> str:
    """Return a text for one or for several in one language; French counts none as one."""
    is_one = count == 1 or (tongue == "fr" and count == 0)
    return say_in(tongue, f"{key}-{'one' if is_one else 'many'}", count=count, **values)


def known(kind: str, word: str) -> str:
    """Return a word of the protocol as people say it; one of a later server as it is."""
    return known_in(language(), kind, word)


def known_in(tongue: str, kind: str, word: str) -> str:
    """Return a word of the protocol as people say it in one language."""
    key = f"{kind}-{word}"
    return say_in(tongue, key) if key in catalogue() else word.replace("_", " ")


def in_language(text: Text) -> str:
    """Return a text of the calendars in the language of the command that runs."""
    return text.fr if language() == "fr" else text.en
