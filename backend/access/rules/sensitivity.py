"""What makes an entry sensitive: its codes and its words, by reviewed data.

It errs on the side of hiding: a false alarm hides one entry from a caregiver
until the patient lets them in, a miss exposes it.

Source: docs/decisions/0017-rights-matrix.md.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from string import ascii_uppercase
from types import MappingProxyType

import msgspec

from backend.access.model import Section

Sections = frozenset[Section]
NONE: Sections = frozenset()

# Kinds of code that no code system of a standard tells apart.
TYPE = "type"
SPECIALTY = "specialty"
SETTING = "setting"
TOPIC = "topic"
SITUATION = "situation"
EXAM = "exam"
WORD = "word"

# Looked up by their beginnings too: a disease under its group, a drug under its class.
_BY_PREFIX = frozenset({"icd10", "atc"})
_ACCENTS = re.compile("[\u0300-\u036f]+")
# Plurals and feminines of both languages.
_ENDING = "(?:e?s|x)?(?![a-z])"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `sensitive.csv`: a code, a range of codes or a word, and its section."""

    section: Section
    kind: str
    value: str
    source: str


class Sensitivity:
    """Marks made ready to be asked about thousands of entries a second."""

    def __init__(self, marks: Iterable[Mark], systems: Mapping[str, str]) -> None:
        """Take marks, and the kind of code that each code system holds."""
        self._systems = dict(systems)
        self._codes: dict[str, dict[str, Sections]] = {}
        words: dict[Section, list[str]] = {section: [] for section in Section}
        for mark in marks:
            if mark.kind == WORD:
                words[mark.section].append(mark.value)
                continue
            table = self._codes.setdefault(mark.kind, {})
            for code in _expanded(mark.value):
                table[code] = table.get(code, NONE) | {mark.section}
        self._lengths = {
            kind: tuple(sorted({len(code) for code in table}))
            for kind, table in self._codes.items()
            if kind in _BY_PREFIX
        }
        self._any_word = _pattern_of([word for found in words.values() for word in found])
        self._words = MappingProxyType(
            {section: _pattern_of(found) for section, found in words.items() if found}
        )

    def sections_of(
        self, codes: Iterable[tuple[str, str]], texts: Iterable[str | None]
    ) -> Sections:
        """Name the sections that codes or words of an entry belong to.

        Args:
            codes: Each with its system, or with TYPE, SPECIALTY, SETTING, TOPIC, SITUATION or EXAM.
            texts: What people wrote, in French or English.
        """
        found = NONE
        for system, code in codes:
            found |= self._of_code(system, code)
        text = "\n".join(filter(None, texts))
        if not text.isascii():
            text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
        text = text.lower()
        if self._any_word.search(text) is None:
            return found
        return found | {section for section, pattern in self._words.items() if pattern.search(text)}

    def _of_code(self, system: str, code: str) -> Sections:
        # A kind names itself; an edition of ICD-10 that is not listed is one all the same.
        kind = self._systems.get(system, system)
        if kind not in self._codes:
            kind = "icd10" if "icd-10" in kind or "cim-10" in kind else kind
        table = self._codes.get(kind)
        if table is None:
            return NONE
        lengths = self._lengths.get(kind)
        if lengths is None:
            return table.get(code, NONE)
        code = code.replace(".", "").strip().upper()
        found = NONE
        for length in lengths:
            found |= table.get(code[:length], NONE)
        return found


def _expanded(value: str) -> list[str]:
    """Write a range of ICD-10 as its three-character codes; anything else as it is."""
    if re.fullmatch("[A-Z][0-9]{2}-[A-Z][0-9]{2}", value) is None:
        is_disease = re.fullmatch(r"[A-Z][0-9]{2}\.[0-9]", value) is not None
        return [value.replace(".", "") if is_disease else value]
    first, last = value.split("-")
    every = (f"{letter}{number:02}" for letter in ascii_uppercase for number in range(100))
    return [code for code in every if first <= code <= last]


class _Node:
    """A letter of words that begin alike."""

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.is_word = False
        self.is_stem = False

    def pattern(self) -> str:
        if self.is_stem:
            return ""
        ways = [_letter(letter) + node.pattern() for letter, node in sorted(self.next.items())]
        if self.is_word:
            ways.append(_ENDING)
        return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _pattern_of(words: Iterable[str]) -> re.Pattern[str]:
    """Make one pattern of many words: those that begin alike share their letters."""
    root = _Node()
    for word in words:
        node = root
        for letter in word.removesuffix("*"):
            node = node.next.setdefault(letter, _Node())
        if word.endswith("*"):
            node.is_stem = True
        else:
            node.is_word = True
    if not root.next:
        return re.compile("(?!)")
    return re.compile(f"(?<![a-z]){root.pattern()}")


def _letter(letter: str) -> str:
    return "[^a-z0-9]+" if letter == " " else re.escape(letter)
