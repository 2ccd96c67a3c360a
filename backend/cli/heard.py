"""Sentences that others wrote in English, in the language of who reads them.

What a layer below refuses, and what a library finds wrong with an input, is a
sentence in English by the time it is here. Its French stands in
`data/heard_fr.toml`, by the English with names for what changes.
"""

import functools
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from backend.cli.language import language

FILE = Path(__file__).parent / "data" / "heard_fr.toml"
_NAMED = re.compile(r"\{(\w+)\}")
_DEPTH_MAX = 6
_AROUND = "around"


def heard(sentence: str) -> str:
    """Return a sentence in the language of the command that runs."""
    return in_french(sentence) if language() == "fr" else sentence


def in_french(sentence: str, depth: int = _DEPTH_MAX) -> str:
    """Return a sentence in French; as it is, where nothing is known of it.

    What is filled in may be a sentence in turn, and so may what follows a place:
    `calendar.toml, horizon: 'x' is no age`.
    """
    if not depth:
        return sentence
    for pattern, french in _patterns():
        found = pattern.fullmatch(sentence)
        if found is not None:
            parts = {name: in_french(one, depth - 1) for name, one in found.groupdict().items()}
            return french.format(**parts)
    for colon in re.finditer(": ", sentence):
        place, said = sentence[: colon.start()], sentence[colon.end() :]
        told = in_french(said, depth - 1)
        if told != said:
            return f"{in_french(place, depth - 1)} : {told}"
    return sentence


@functools.cache
def _parts() -> dict[str, dict[str, str]]:
    return msgspec.toml.decode(FILE.read_bytes(), type=dict[str, dict[str, str]])


def sentences() -> dict[str, str]:
    """Return the French of each sentence, by its English."""
    return {english: french for part in _parts().values() for english, french in part.items()}


@functools.cache
def _patterns() -> Sequence[tuple[re.Pattern[str], str]]:
    """Return what is tried, in order: what stands around others, then the more told the sooner."""
    around = _parts()[_AROUND]
    others = (one for one in sentences().items() if one[0] not in around)
    ordered = sorted(others, key=lambda one: -len(_NAMED.sub("", one[0])))
    return [(_pattern(english), french) for english, french in (*around.items(), *ordered)]


def _pattern(english: str) -> re.Pattern[str]:
    """Read a sentence with names in it; a name that comes again stands for the same words."""
    text, seen = "", set[str]()
    for index, part in enumerate(_NAMED.split(english)):
        if index % 2 == 0:
            text += re.escape(part)
        elif part in seen:
            text += f"(?P={part})"
        else:
            seen.add(part)
            text += f"(?P<{part}>.+?)"
    return re.compile(text, re.DOTALL)
