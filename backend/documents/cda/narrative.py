"""The words that people read, as plain text, and what entries point to in them."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from xml.etree.ElementTree import Element

from backend.documents.cda import limits
from backend.documents.cda.tree import attribute, child, one_line, own_text

_LINES = frozenset({"paragraph", "tr", "item", "caption", "table", "list", "footnote", "thead"})
_CELLS = frozenset({"td", "th"})
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n\s*\n+")

_DENIAL = re.compile(
    r"(?:aucune?s?|neant|absence|rien|ras|r\.a\.s\.?|nul(?:le)?|none|nil|nothing)\b.*"
    r"|(?:pas|point) (?:de |d'|d’|connue?s?\b).*"
    r"|(?:no|not) (?:known|history|current|allerg|intoleranc|reaction)\w*.*"
    r"|sans (?:allergi|antecedent|intoleranc|particularit|objet|traitement)\w*.*"
    r"|non (?:connu|renseign|communiqu|realis|applicable|precis|fait)\w*.*"
    r"|non|no|faux|false|n/?a|sans objet|inconnue?s?|unknown|[-–—.?/ ]+"
)
_NAMED_DENIAL = re.compile(
    # What has a code is named by its list: there, "absence" and "sans" belong to diseases.
    r"(?:aucune?s?|neant|none|no known|pas d(?:e |'|’))\b.*|(?:non|no|ras|neant|absente?)"
)
_DENIED_AT_END = re.compile(
    r".*(?:[:=?]|\s[-–—])\s*(?:non|no|aucune?s?|absente?s?|absence|neant|none|nil|jamais|faux"
    r"|false|negatifs?|negatives?|negative)\s*\.?"
    r"|.*\b(?:eliminee?s?|ecartee?s?|infirmee?s?|exclue?s?"
    r"|non (?:retenue?s?|confirmee?s?|connue?s?)"
    r"|ruled out|excluded|not (?:confirmed|found|present))\s*\.?"
)
_DENIED_AT_START = re.compile(
    r"(?:no (?:evidence|sign|history|known|current|personal|past)|denies|denied|negative for"
    r"|ruled out|n['’](?:a|est) (?:pas|jamais)|ne presente pas|jamais)\b.*"
    r"|pas (?:de |d['’]).*"
)
# Epileptic absences, and what is missing since birth or was taken.
_DISEASES_OF_ABSENCE = re.compile(r"absences|absences? (?!de\b|d'|d’|totale|complete|connu).+")
_OF_THE_FAMILY = re.compile(
    r"(?:antecedents?|atcds?)\s+(?:heredo-?)?famil.*|(?:family|familial) history.*|fh\s*:.*|"
    r"(?:mere|pere|frere|soeur|grand-mere|grand-pere|mother|father|brother|sister)\s*:.*"
)
_PLACEHOLDER = re.compile(r"[(\[]?\s*(?:texte libre|free text)\s*[)\]]?|lorem ipsum.*")
_ASSENT = re.compile(r"(?:oui|yes)(?: ?[:(,;].*)?|vrai|true|x|fait|done")


class Narrative:
    """The places of one document that entries may point to."""

    def __init__(self, document: Element) -> None:
        """Note every identifier. Where two places share one, the first holds."""
        self._places: dict[str, Element] = {}
        for element in document.iter():
            name = element.get("ID")
            if name:
                self._places.setdefault(name.strip(), element)
        self._texts: dict[str, str | None] = {}

    def words(self, element: Element | None) -> str | None:
        """Return what an element of type ED or ST says, on one line.

        Words written in the element win over those it points to: the published
        modules put the full text there and a short form in the narrative. What
        is outside the document is never fetched.
        """
        return own_text(element) or self._referred(child(element, "reference"))

    def _referred(self, reference: Element | None) -> str | None:
        target = attribute(reference, "value")
        if target is None:
            return None
        # Some published documents forget the sharp that starts a reference.
        name = target.removeprefix("#")
        if name not in self._texts:
            place = self._places.get(name)
            self._texts[name] = None if place is None else _words_of(place)
        return self._texts[name]


def plain_text(element: Element | None) -> str:
    """Write a narrative as plain lines: one a row, cells divided by bars."""
    if element is None:
        return ""
    lines = _SPACES.sub(" ", "".join(_bounded(_pieces(element)))).split("\n")
    kept = (line.strip().removeprefix("| ").strip() for line in lines)
    return _BLANK_LINES.sub("\n", "\n".join(line for line in kept if line)).strip()


def is_denial(text: str) -> bool:
    """Say whether words in French or English say that there is nothing.

    Only for words that stand alone: "no known allergy" where a name should be.
    """
    is_short = len(text) <= limits.DENIAL_LENGTH_MAX
    return is_short and _DENIAL.fullmatch(_folded(text)) is not None


def denies(text: str, *, is_coded: bool = False) -> bool:
    """Say whether the name of a problem, an allergy or a medicine says that there is none.

    Args:
        text: What stands where a name should.
        is_coded: Whether it comes with a code: then the name is that of its list.
    """
    folded = _folded(text)
    if is_coded:
        return _NAMED_DENIAL.fullmatch(folded) is not None
    if _DENIED_AT_START.fullmatch(folded) or _DENIED_AT_END.fullmatch(folded):
        return True
    return is_denial(text) and not _DISEASES_OF_ABSENCE.fullmatch(folded)


def is_of_family(text: str) -> bool:
    """Say whether words tell of an illness in the family."""
    return _OF_THE_FAMILY.fullmatch(_folded(text)) is not None


def is_placeholder(text: str) -> bool:
    """Say whether words only stand where the author was to write some."""
    return _PLACEHOLDER.fullmatch(_folded(text)) is not None


def is_assent(text: str) -> bool:
    """Say whether words only say yes, as the cell of a form does."""
    return _ASSENT.fullmatch(_folded(text)) is not None


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark)).strip(" :")


def _pieces(element: Element) -> Iterator[str]:
    if element.get("revised") == "delete" or element.tag == "renderMultiMedia":
        return
    around = "\n" if element.tag in _LINES else ""
    yield around
    if element.tag in _CELLS:
        yield " | "
    yield (element.text or "").replace("\n", " ")
    for part in element:
        if part.tag == "br":
            yield "\n"
        else:
            yield from _pieces(part)
        yield (part.tail or "").replace("\n", " ")
    yield around


def _bounded(pieces: Iterator[str]) -> Iterator[str]:
    left = limits.NARRATIVE_CHARACTERS_MAX
    for piece in pieces:
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return


def _words_of(place: Element) -> str | None:
    taken: list[str] = []
    left = limits.REFERENCE_CHARACTERS_MAX
    for piece in islice(_pieces(place), limits.REFERENCE_NODES_MAX):
        taken.append(piece[:left])
        left -= len(piece)
        if left <= 0:
            break
    words = one_line("".join(taken), length_max=limits.COMMENT_LENGTH_MAX)
    return one_line((words or "").removeprefix("| "))
