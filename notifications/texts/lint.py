"""Finds words in a text that leaves which tell something of somebody's health."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import msgspec

_WHOLE = "!"
# In the middle of a text stands an address of ours: it has a door and a random word.
_ADDRESS = re.compile(r"https?://\S+")


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words of one kind, and who says so."""

    source: str
    words: tuple[str, ...]


@cache
def forbidden() -> dict[str, Group]:
    """Read the words that may not leave."""
    text = files("notifications.texts").joinpath("forbidden.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Group])


def health_words(text: str) -> list[str]:
    """Return the forbidden words that a text holds, in the order of the list."""
    compared = comparable(_ADDRESS.sub(" ", text))
    return [word for word, pattern in _patterns() if pattern.search(compared)]


def comparable(text: str) -> str:
    """Write a text without case and accents."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in bare if not unicodedata.combining(one))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(_each_pattern())


def _each_pattern() -> Iterator[tuple[str, re.Pattern[str]]]:
    for group in forbidden().values():
        for word in group.words:
            bare = re.escape(comparable(word.removesuffix(_WHOLE)))
            end = r"(?![^\W_])" if word.endswith(_WHOLE) else ""
            yield word, re.compile(rf"(?<![^\W_]){bare}{end}")
