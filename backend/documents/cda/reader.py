"""From bytes to elements, for bytes that somebody may have made to harm.

Expat is driven directly, rather than through defusedxml: that library refuses
document types and entities as this module does, but neither counts elements
nor bounds depth, and it leaves the fast tree builder for the one written in
Python. Here each event is counted before anything is built from it.

A document type is refused outright: none of the published documents has one,
and without it there is no entity to expand and nothing outside to fetch.
Processing instructions, style sheets among them, and inclusions are data that
nobody follows.
"""

from collections.abc import Callable
from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from backend.documents.cda import limits
from backend.documents.errors import (
    DocumentEmpty,
    DocumentHostile,
    DocumentNotCda,
    DocumentNotXml,
    DocumentTooLarge,
)
from backend.documents.limits import DOCUMENT_BYTES_MAX

HL7 = "urn:hl7-org:v3"
XSL = "http://www.w3.org/1999/XSL/Transform"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

_ENCODINGS = frozenset(
    {"utf-8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252"}
)
_PIECE_BYTES = 64 * 1024
_ROOT = "ClinicalDocument"
_TYPE = ("2.16.840.1.113883.1.3", "POCD_HD000040")


def read_document(data: bytes) -> tuple[Element, bool]:
    """Read one CDA document.

    Elements of the HL7 namespace have bare names, all others `{namespace}name`.

    Returns:
        The ClinicalDocument, and whether it came inside the style sheet that
        shows it (a self-presentable document of the CI-SIS).

    Raises:
        DocumentEmpty: There is nothing in the file.
        DocumentTooLarge: It is over DOCUMENT_BYTES_MAX.
        DocumentNotXml: It is cut, or in no encoding that is read.
        DocumentHostile: It has a document type, or more of anything than a
            document needs.
        DocumentNotCda: It holds no ClinicalDocument, or several.
    """
    if not data:
        raise DocumentEmpty("The file is empty.")
    if len(data) > DOCUMENT_BYTES_MAX:
        raise DocumentTooLarge(f"A document has {DOCUMENT_BYTES_MAX} bytes at most.")
    root = _parse(data)
    document, is_wrapped = _find_document(root)
    type_id = document.find("typeId")
    if type_id is not None and (type_id.get("root"), type_id.get("extension")) != _TYPE:
        raise DocumentNotCda("The type of the document is not that of CDA R2.")
    return document, is_wrapped


def _parse(data: bytes) -> Element:
    events = _Events()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.buffer_size = 1 << 18
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.XmlDeclHandler = events.declaration
    parser.StartDoctypeDeclHandler = events.refuse
    parser.EntityDeclHandler = events.refuse
    parser.ExternalEntityRefHandler = events.refuse
    parser.StartNamespaceDeclHandler = events.namespace
    parser.StartElementHandler = events.start
    parser.EndElementHandler = events.end
    parser.CharacterDataHandler = events.text
    try:
        _feed(parser, data)
    except expat.ExpatError as error:
        raise DocumentNotXml(f"The XML breaks at line {error.lineno}.") from None
    except (LookupError, UnicodeError, ValueError):
        raise DocumentNotXml("The encoding of the file is not one that is read.") from None
    return events.tree.close()


def _feed(parser: expat.XMLParserType, data: bytes) -> None:
    """Hand the bytes over in pieces, and stop at a token that does not end.

    Expat takes a whole tag in one step in which nothing else of this process
    runs. Old versions of it also read an unfinished token again with each piece
    (CVE-2023-52425): what bounds one bounds the other.
    """
    for start in range(0, len(data), _PIECE_BYTES):
        end = min(start + _PIECE_BYTES, len(data))
        parser.Parse(data[start:end], end == len(data))
        if end - parser.CurrentByteIndex > limits.TOKEN_BYTES_MAX:
            raise DocumentHostile(f"A tag has {limits.TOKEN_BYTES_MAX} bytes at most.")


class _Events:
    """What the parser says, counted and turned into elements."""

    def __init__(self) -> None:
        self.tree = TreeBuilder()
        self.text: Callable[[str], object] = self.tree.data
        self._names: dict[str, str] = {}
        self._depth = 0
        self._elements = 0
        self._namespaces = 0

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        del version, standalone
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise DocumentNotXml("The encoding of the file is not one that is read.")

    def refuse(self, *_: object) -> NoReturn:
        raise DocumentHostile("A document has neither document type nor entities.")

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        del prefix, uri
        self._namespaces += 1
        if self._namespaces > limits.NAMESPACES_MAX:
            raise DocumentHostile(f"A document declares {limits.NAMESPACES_MAX} names at most.")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > limits.DEPTH_MAX:
            raise DocumentHostile(f"A document has {limits.DEPTH_MAX} levels at most.")
        if self._elements > limits.ELEMENTS_MAX:
            raise DocumentHostile(f"A document has {limits.ELEMENTS_MAX} elements at most.")
        if len(attributes) > limits.ATTRIBUTES_MAX:
            raise DocumentHostile(f"An element has {limits.ATTRIBUTES_MAX} attributes at most.")
        self.tree.start(
            self._name(name),
            {("{" + key if "}" in key else key): value for key, value in attributes.items()},
        )

    def end(self, name: str) -> None:
        self._depth -= 1
        self.tree.end(self._name(name))

    def _name(self, raw: str) -> str:
        name = self._names.get(raw)
        if name is None:
            uri, _, local = raw.rpartition("}")
            name = local if uri == HL7 else f"{{{uri}}}{local}"
            self._names[raw] = name
        return name


def _find_document(root: Element) -> tuple[Element, bool]:
    if root.tag == _ROOT:
        return root, False
    if root.tag not in (f"{{{XSL}}}stylesheet", f"{{{XSL}}}transform"):
        raise DocumentNotCda("The root is no ClinicalDocument of HL7.")

    # The document stands as data between the templates of the style sheet.
    carriers = [child for child in root if not child.tag.startswith(f"{{{XSL}}}")]
    found = [child for child in carriers if child.tag == _ROOT]
    found += [child for carrier in carriers for child in carrier if child.tag == _ROOT]
    if len(found) != 1:
        raise DocumentNotCda("The style sheet carries no document, or several.")
    return found[0], True
