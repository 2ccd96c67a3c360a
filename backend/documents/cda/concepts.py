"""Coded things: how CDA writes them, and how a record says them."""

import re
from xml.etree.ElementTree import Element

from backend.documents.cda import limits
from backend.documents.cda.model import Concept, InstanceIdentifier, Json
from backend.documents.cda.narrative import Narrative, is_assent, is_denial, is_placeholder
from backend.documents.cda.tree import attribute, child, children, one_line
from backend.documents.terminology import absence_codes, mapped, system_uri

_CODE = re.compile(r"\S+(?: \S+)*")
_TRANSLATIONS_DEPTH_MAX = 3


def concept_of(element: Element | None, narrative: Narrative, depth: int = 0) -> Concept:
    """Read an element of type CD, CE or CV. A missing one reads as an empty concept."""
    if element is None:
        return Concept()
    below = children(element, "translation") if depth < _TRANSLATIONS_DEPTH_MAX else []
    qualifiers = children(element, "qualifier/value") if depth == 0 else []
    return Concept(
        code=attribute(element, "code"),
        system=attribute(element, "codeSystem"),
        display=attribute(element, "displayName"),
        original_text=narrative.words(child(element, "originalText")),
        null_flavor=attribute(element, "nullFlavor"),
        translations=tuple(
            concept_of(one, narrative, depth + 1) for one in below[: limits.CODINGS_MAX]
        ),
        qualifiers=tuple(
            concept_of(one, narrative, depth + 1) for one in qualifiers[: limits.CODINGS_MAX]
        ),
    )


def identifiers(element: Element | None, path: str = "id") -> tuple[InstanceIdentifier, ...]:
    """Read every identifier at *path* that names its authority."""
    found = (identifier_of(one) for one in children(element, path))
    return tuple(one for one in found if one is not None)


def identifier_of(element: Element | None) -> InstanceIdentifier | None:
    """Read an element of type II."""
    root = attribute(element, "root")
    if root is None:
        return None
    return InstanceIdentifier(root=root, extension=attribute(element, "extension"))


def codes_of(concept: Concept) -> list[Concept]:
    """Return the concept and its translations, those alone that have code and system."""
    found = [concept]
    for translation in concept.translations:
        found += [translation, *translation.translations]
    return [
        one
        for one in found
        if one.code is not None
        and len(one.code) <= limits.CODE_LENGTH_MAX
        and _CODE.fullmatch(one.code)
        and one.null_flavor is None
        and system_uri(one.system) is not None
    ]


def label_of(concept: Concept, *others: str | None) -> str | None:
    """Choose what people read: official name first, then its translations, then words.

    Words that only say yes, as the cell of a form does, name nothing.
    """
    names = [one.display for one in (concept, *codes_of(concept))]
    for name in (*names, *others, concept.original_text):
        line = one_line(name, length_max=limits.LABEL_LENGTH_MAX)
        if line is not None and not is_assent(line) and not is_placeholder(line):
            return line
    return None


def named(concept: Concept) -> str | None:
    """Return the words for a detail: those of the author, else the official name."""
    for name in (
        concept.original_text,
        concept.display,
        *(t.display for t in concept.translations),
    ):
        if name is None or is_assent(name) or is_denial(name) or is_placeholder(name):
            continue
        return one_line(name, length_max=limits.LINE_LENGTH_MAX)
    return None


def coded(concept: Concept, label: str) -> Json:
    """Write a concept as the coded fields of a body.

    The first code that says its system is the main one: French modules often
    leave the product without a code and give its class as a translation.
    """
    body: Json = {"label": label}
    codes = codes_of(concept)
    if codes:
        body["code"] = codes[0].code
        body["code_system"] = system_uri(codes[0].system)
        if others := [coding(one) for one in codes[1 : limits.CODINGS_MAX + 1]]:
            body["codings"] = others
    return body


def coding(concept: Concept) -> Json:
    """Write a concept that has code and system as a FHIR Coding."""
    body: Json = {"code": concept.code, "system": system_uri(concept.system)}
    display = one_line(concept.display, length_max=limits.LABEL_LENGTH_MAX)
    return body if display is None else {**body, "display": display}


def mapped_any(name: str, concept: Concept) -> str | None:
    """Look a concept up in a map: by its code, or else by those of its translations."""
    for one in (concept, *concept.translations):
        found = mapped(name, one.system, one.code)
        if found is not None:
            return found
    return None


def answer_of(concept: Concept) -> str | None:
    """Say whether a code only answers a question of a form: yes, no or unknown.

    Source: SNOMED CT and LOINC answers, listed in `concept_maps.csv`.
    """
    return mapped_any("answer", concept)


def absence_of(concept: Concept) -> tuple[str, str] | None:
    """Say whether a code means "none known" or "no information", and of what.

    Returns:
        Meaning (none-known, absent or unknown) and collection.
    """
    codes = absence_codes()
    for one in (concept, *concept.translations):
        key = (one.system or "", one.code or "")
        if key in codes:
            return codes[key]
    return None
