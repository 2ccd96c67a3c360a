"""What is taken for a CDA document, and what is refused before anything is built."""

import time
from xml.etree import ElementTree

import pytest

from backend.documents.cda import limits
from backend.documents.cda.narrative import Narrative
from backend.documents.cda.reader import read_document
from backend.documents.errors import (
    DocumentEmpty,
    DocumentHostile,
    DocumentNotCda,
    DocumentNotXml,
    DocumentTooLarge,
)
from backend.documents.limits import DOCUMENT_BYTES_MAX
from tests.unit.documents.cda_samples import document_xml, read

BILLION_LAUGHS = """<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<ClinicalDocument xmlns="urn:hl7-org:v3"><title>&c;</title></ClinicalDocument>"""
OUTSIDE_ENTITY = """<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<ClinicalDocument xmlns="urn:hl7-org:v3"><title>&x;</title></ClinicalDocument>"""
OUTSIDE_TYPE = """<!DOCTYPE d SYSTEM "http://example.org/cda.dtd">
<ClinicalDocument xmlns="urn:hl7-org:v3"/>"""


@pytest.mark.parametrize("xml", [BILLION_LAUGHS, OUTSIDE_ENTITY, OUTSIDE_TYPE])
def test_a_document_type_is_refused(xml):
    """No entity is ever declared, so that none is expanded and none is fetched."""
    with pytest.raises(DocumentHostile):
        read_document(xml.encode())


def test_too_many_levels_are_refused():
    """Depth is counted before anything walks the tree."""
    levels = limits.DEPTH_MAX + 1
    xml = '<a xmlns="urn:hl7-org:v3">' * levels + "</a>" * levels

    with pytest.raises(DocumentHostile):
        read_document(xml.encode())


def test_too_many_elements_are_refused():
    """Elements are counted before anything walks the tree."""
    xml = "<a>" + "<b/>" * limits.ELEMENTS_MAX + "</a>"

    with pytest.raises(DocumentHostile):
        read_document(xml.encode())


def test_too_many_attributes_are_refused():
    """One element carries a bounded number of attributes."""
    attributes = " ".join(f'a{i}=""' for i in range(limits.ATTRIBUTES_MAX + 1))

    with pytest.raises(DocumentHostile):
        read_document(f"<a {attributes}/>".encode())


@pytest.mark.parametrize(
    "token",
    [
        "<a " + " ".join(f'b{i}=""' for i in range(100_000)) + "/>",
        "<a " + " ".join(f'xmlns:n{i}="u"' for i in range(50_000)) + "/>",
        f'<a b="{"x" * limits.TOKEN_BYTES_MAX * 2}"/>',
        f"<!--{'x' * limits.TOKEN_BYTES_MAX * 2}-->",
    ],
    ids=["attributes", "namespaces", "value", "comment"],
)
def test_a_tag_without_end_is_refused_before_it_is_taken(token, monkeypatch):
    """Nothing else of the process runs while one tag is taken in: it must be short."""
    monkeypatch.setattr(limits, "ATTRIBUTES_MAX", 10**9)
    monkeypatch.setattr(limits, "NAMESPACES_MAX", 10**9)

    with pytest.raises(DocumentHostile):
        read_document(f"<d>{token}{' ' * limits.TOKEN_BYTES_MAX}</d>".encode())


def test_a_long_text_is_no_long_tag():
    """A picture inside a document is as long as it is."""
    text = "QUJD" * limits.TOKEN_BYTES_MAX

    assert read(document_xml().replace("Synthèse<", f"Synthèse {text}<")).header.title


def test_nested_places_are_not_read_over_and_over():
    """What one reference costs is bounded, however much stands in the place it names."""
    words = "mot " * 500_000
    nest = "".join(f'<content ID="r{i}">' for i in range(60)) + words + "</content>" * 60
    places = Narrative(ElementTree.fromstring(f"<text>{nest}</text>"))
    references = [
        ElementTree.fromstring(f'<text><reference value="#r{i}"/></text>') for i in range(60)
    ]

    began = time.process_time()
    found = [places.words(reference) for reference in references]

    assert time.process_time() - began < 1
    assert all(one is not None and one.startswith("mot mot") for one in found)


def test_a_file_over_the_limit_is_refused_unread():
    """Size comes first: what follows costs time."""
    with pytest.raises(DocumentTooLarge):
        read_document(b" " * (DOCUMENT_BYTES_MAX + 1))


def test_an_empty_file_is_refused():
    """Nothing is no document."""
    with pytest.raises(DocumentEmpty):
        read_document(b"")


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 not XML at all",
        document_xml().encode()[:-30],
        b'<?xml version="1.0" encoding="UTF-8"?><a>\xe9t\xe9</a>',
        b'<?xml version="1.0" encoding="UTF-7"?><a/>',
        b'<?xml version="1.0" encoding="rot13"?><a/>',
        b'<?xml version="1.0" encoding="UTF-16"?><a/>',
        b"<a>&nbsp;</a>",
        b"<a:b/>",
        b"\x00\x00\x00",
    ],
)
def test_what_is_not_well_formed_is_refused(data):
    """Cut, mislabelled or in an encoding that nobody needs: the refusal says which."""
    with pytest.raises(DocumentNotXml):
        read_document(data)


@pytest.mark.parametrize(
    "xml",
    [
        "<ClinicalDocument/>",
        '<ClinicalDocument xmlns="urn:hl7-org:v2"/>',
        '<Bundle xmlns="http://hl7.org/fhir"/>',
        '<section xmlns="urn:hl7-org:v3"/>',
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><typeId root="1"/></ClinicalDocument>',
    ],
)
def test_xml_that_is_no_clinical_document_is_refused(xml):
    """The root, its namespace and its type are those of CDA R2."""
    with pytest.raises(DocumentNotCda):
        read_document(xml.encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_every_usual_encoding_is_read(encoding):
    """A byte order mark or an old code page changes nothing of what is said."""
    name = encoding.removesuffix("-sig")
    xml = document_xml().replace('encoding="UTF-8"', f'encoding="{name}"')

    element, _ = read_document(xml.encode(encoding))

    assert element.findtext("title") == "Synthèse"
    assert element.find("code").get("displayName") == "Synthèse médicale"


def test_a_style_sheet_is_never_followed_and_an_inclusion_never_made():
    """Processing instructions and inclusions are data that nobody acts on."""
    xml = document_xml().replace(
        "<title>Synthèse</title>",
        '<?xml-stylesheet type="text/xsl" href="file:///etc/hostname"?><title>Synthèse'
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/hostname"'
        ' parse="text"/></title>',
    )

    assert read(xml).header.title == "Synthèse"


def test_a_document_inside_its_own_style_sheet_is_found():
    """A self-presentable document is data between the templates of a style sheet."""
    inside = document_xml().partition("?>")[2]
    wrapped = (
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
        f'<d:Contenu xmlns:d="urn:asip-sante:ci-sis">{inside}</d:Contenu>'
        '<xsl:template match="/"><ClinicalDocument xmlns="urn:hl7-org:v3"/></xsl:template>'
        "</xsl:stylesheet>"
    )

    document = read(wrapped)

    assert document.is_self_presentable
    assert document.header.title == "Synthèse"


def test_a_style_sheet_with_two_documents_is_refused():
    """Which of the two would be shown is not for the reader to guess."""
    one = '<ClinicalDocument xmlns="urn:hl7-org:v3"/>'
    xml = f'<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform">{one}{one}</x:stylesheet>'

    with pytest.raises(DocumentNotCda):
        read_document(xml.encode())
