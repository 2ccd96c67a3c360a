"""Small questions to elements. A blank attribute and a missing one are the same."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from backend.documents.cda.reader import XSI_TYPE

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


def child(element: Element | None, path: str) -> Element | None:
    """Return the first element at *path*, steps divided by slashes."""
    return None if element is None else element.find(path)


def children(element: Element | None, path: str) -> list[Element]:
    """Return every element at *path*."""
    return [] if element is None else element.findall(path)


def attribute(element: Element | None, name: str) -> str | None:
    """Return an attribute on one line, or None when it is absent or blank."""
    return None if element is None else one_line(element.get(name))


def own_text(element: Element | None) -> str | None:
    """Return the words that stand directly in an element, on one line."""
    if element is None:
        return None
    return one_line("".join([element.text or "", *(part.tail or "" for part in element)]))


def one_line(text: str | None, *, length_max: int | None = None) -> str | None:
    """Put words on one line, without what cannot be seen; None when nothing is left."""
    if text is None:
        return None
    line = " ".join(_INVISIBLE.sub(" ", text).split())
    if length_max is not None and len(line) > length_max:
        line = line[: length_max - 1].rstrip() + "…"
    return line or None


def data_type(element: Element | None) -> str:
    """Return the HL7 data type that an element declares, without its prefix."""
    return (attribute(element, XSI_TYPE) or "").rpartition(":")[2]


def template_ids(element: Element) -> tuple[str, ...]:
    """Return the templates that an element claims to follow."""
    roots = (attribute(template, "root") for template in element.findall("templateId"))
    return tuple(root for root in roots if root is not None)


def is_true(element: Element | None, name: str) -> bool:
    """Say whether a boolean attribute is set."""
    return attribute(element, name) in ("true", "1")


def steps(parent: Element, tag: str, path: str) -> Iterator[tuple[Element, str]]:
    """Return each child named *tag* with its own path, numbered from 1 as in XPath."""
    for place, element in enumerate(parent.findall(tag), start=1):
        yield element, f"{path}/{tag}[{place}]"
