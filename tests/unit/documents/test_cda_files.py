"""Files inside documents: what they are, whatever their documents declare."""

import base64
import hashlib

import pytest

from backend.documents.cda.metadata import document_metadata
from tests.unit.documents.cda_samples import document_xml, read, section

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
RTF = b"{\\rtf1\\ansi Compte rendu}"
TIFF = b"II*\x00\x08\x00\x00\x00"


def level_1(content: bytes, media_type: str, *, representation='representation="B64"') -> str:
    """A document whose body is one file."""
    text = base64.b64encode(content).decode()
    body = f'<nonXMLBody><text mediaType="{media_type}" {representation}>{text}</text></nonXMLBody>'
    return document_xml().replace("<structuredBody></structuredBody>", body)


@pytest.mark.parametrize(
    ("content", "declared", "true_type"),
    [
        (PDF, "application/pdf", "application/pdf"),
        (b"\n\n" + PDF, "application/pdf", "application/pdf"),
        (RTF, "text/rtf", "text/rtf"),
        (RTF, "application/rtf", "text/rtf"),
        (JPEG, "image/jpg", "image/jpeg"),
        (TIFF, "image/tiff", "image/tiff"),
        (b"Compte rendu", "text/plain", "text/plain"),
        ("Température".encode("cp1252"), "text/plain; charset=windows-1252", "text/plain"),
        (b"<svg/>", "image/svg+xml", "image/svg+xml"),
    ],
)
def test_a_file_that_is_what_it_says_raises_no_doubt(content, declared, true_type):
    """Other names of a type and parameters of it are the same type."""
    document = read(level_1(content, declared))

    assert document.files[0].true_type == true_type
    assert document.files[0].content == content
    assert document.not_understood == ()


@pytest.mark.parametrize(
    ("content", "declared", "true_type"),
    [
        (PNG, "application/pdf", "image/png"),
        (PDF, "image/jpeg", "application/pdf"),
        (PDF, "text/plain", "application/pdf"),
        (b"Bonjour", "application/pdf", "text/plain"),
        (b"\x00\x01\x02\x03", "application/pdf", "application/octet-stream"),
        (b"MZ\x90\x00\x03", "text/plain", "application/octet-stream"),
        (b"PK\x03\x04", "application/pdf", "application/zip"),
    ],
)
def test_a_file_of_another_type_is_kept_and_told(content, declared, true_type):
    """The bytes stay as they are; what they are comes from them, never from the label."""
    xml = level_1(content, declared)
    document = read(xml)
    body = document_metadata(document, data=xml.encode())

    assert document.body_kind == "file"
    assert document.files[0].content == content
    assert (document.files[0].media_type, document.files[0].true_type) == (declared, true_type)
    assert f"other-file-type:{true_type}" in body["not_understood"]
    assert body["sha256"] == hashlib.sha256(xml.encode()).hexdigest()


def test_the_format_of_a_document_is_that_of_its_file():
    """A PDF under the label of a picture is filed as a PDF."""
    xml = level_1(PDF, "image/jpeg")

    body = document_metadata(read(xml), data=xml.encode())

    assert body["format_code"] == "urn:ihe:iti:xds-sd:pdf:2008"


def test_base_64_that_does_not_say_so_is_read():
    """Some software forgets the representation of its file."""
    document = read(level_1(PDF, "application/pdf", representation=""))

    assert document.files[0].content == PDF
    assert document.not_understood == ()


def test_words_are_never_taken_for_base_64():
    """A short text may happen to be valid base 64."""
    body = '<nonXMLBody><text mediaType="text/plain">JVBERi0xLjQK</text></nonXMLBody>'
    xml = document_xml().replace("<structuredBody></structuredBody>", body)

    assert read(xml).files[0].content == b"JVBERi0xLjQK"


def test_a_picture_in_a_section_is_compared_too():
    """Its section is named beside the reason."""
    value = base64.b64encode(PNG).decode()
    entry = f"""<entry><observationMedia classCode="OBS" moodCode="EVN">
      <value mediaType="image/jpeg" representation="B64">{value}</value>
      </observationMedia></entry>"""

    document = read(document_xml(section("55107-7", entry)))

    assert document.files[0].true_type == "image/png"
    assert document.not_understood == ("55107-7", "other-file-type:image/png")
