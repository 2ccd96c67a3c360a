"""The metadata under which a document is filed, and the files inside it."""

import base64

import pytest

from backend.documents.cda.metadata import document_metadata
from tests.unit.documents.cda_samples import AUTHOR, PATIENT, document_xml, read
from tests.unit.documents.test_cda_header import CONTEXT


def metadata(xml: str) -> dict:
    """What is recorded about a document."""
    return document_metadata(read(xml), data=xml.encode())


def level_1(attributes: str, content: str) -> str:
    """A document whose body is one file."""
    start, _, _ = document_xml().partition("<structuredBody>")
    return (
        f"{start}<nonXMLBody><text {attributes}>{content}</text></nonXMLBody>"
        "</component></ClinicalDocument>"
    )


def test_the_record_says_what_the_header_says():
    """Type with its class, dates, authors, context and identifiers, in FHIR systems."""
    body = metadata(document_xml(header=PATIENT + AUTHOR + CONTEXT))

    assert (body["type_code"], body["type_system"]) == ("60591-5", "http://loinc.org")
    assert body["class_code"] == "11"
    assert body["title"] == "Synthèse"
    assert body["created_at"] == "2024-01-06T11:30:00+01:00"
    assert body["service_start_at"] == "2024-01-01T00:00:00+01:00"
    assert body["authors"] == [
        {
            "name": "DR Jeanne MARTIN",
            "identifier": "801234567897",
            "identifier_system": "urn:oid:1.2.250.1.71.4.2.1",
            "specialty_code": "G15_10/SM26",
            "specialty_label": "Médecin - Qualifié en Médecine Générale (SM)",
            "organization": "Centre de la Source",
            "at": "2024-01-05T09:30:00+01:00",
        }
    ]
    assert body["custodian"] == "Centre de la Source"
    assert (body["unique_id"], body["set_id"]) == ("1.2.3.4^5", "1.2.3.9")
    assert body["version_number"] == 2
    assert body["format_code"] == "urn:asip:ci-sis:vsm:2012"
    assert body["facility_type"]["display"] == "Etablissement public de santé"
    assert body["practice_setting"]["display"] == "Etablissement de santé"
    assert len(body["sha256"]) == 64
    assert body["media_type"] == "text/xml"


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("N", ["N"]),
        ("N INVISIBLE_PATIENT", ["N", "INVISIBLE_PATIENT"]),
        ("MASQUE_PS R", ["R", "MASQUE_PS"]),
        ("N V", ["V"]),
        ("INVISIBLE_REPRESENTANTS_LEGAUX", ["N", "INVISIBLE_REPRESENTANTS_LEGAUX"]),
        ("SECRET", ["V"]),
        ("N SECRET", ["V"]),
        ("", ["V"]),
    ],
)
def test_confidentiality_is_never_looser_than_it_says(codes, expected):
    """One level, the strictest; a code that nobody knows shuts until somebody has looked."""
    elements = "".join(f'<confidentialityCode code="{code}"/>' for code in codes.split())
    xml = document_xml().replace(
        '<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>', elements
    )

    assert metadata(xml)["confidentiality"] == expected


def test_a_document_that_does_not_say_when_leaves_the_date_to_the_caller():
    """Nothing is made up: there is no clock here."""
    assert "created_at" not in metadata(document_xml(created=""))


def test_an_unknown_type_is_filed_as_unknown():
    """Rights deny what nobody knows; the document is kept all the same."""
    xml = document_xml().replace('<code code="60591-5" ', '<code nullFlavor="UNK" ', 1)

    body = metadata(xml)

    assert body["type_code"] == "unknown"
    assert "class_code" not in body


@pytest.mark.parametrize(
    ("content", "media_type", "format_code"),
    [
        (b"%PDF-1.7 ...", "application/pdf", "urn:ihe:iti:xds-sd:pdf:2008"),
        (b"{\\rtf1 ...}", "text/rtf", "urn:ihe:iti-fr:xds-sd:rtf:2010"),
        (b"\xff\xd8\xff...", "image/jpeg", "urn:ihe:iti-fr:xds-sd:jpeg:2010"),
        (b"II*\x00...", "image/tiff", "urn:ihe:iti-fr:xds-sd:tiff:2010"),
    ],
)
def test_a_document_of_level_1_carries_one_file(content, media_type, format_code):
    """Its type, its size and its bytes; nothing coded."""
    encoded = "\n  ".join(base64.b64encode(content).decode())
    xml = level_1(f'mediaType="{media_type}" representation="B64"', encoded)

    document = read(xml)

    assert document.body_kind == "file"
    assert document.files[0].content == content
    assert document.files[0].found_type == media_type
    assert document.files[0].size_bytes == len(content)
    assert metadata(xml)["format_code"] == format_code


def test_words_of_level_1_need_no_base64():
    """Plain text stands in the document as it is."""
    document = read(level_1('mediaType="text/plain"', "Compte rendu : rien à signaler"))

    assert document.files[0].content.decode() == "Compte rendu : rien à signaler"


@pytest.mark.parametrize(
    ("attributes", "content", "reason"),
    [
        ('mediaType="application/pdf" representation="B64"', "JVBE*!", "broken-file"),
        ('mediaType="application/pdf" representation="B64"', "JVBER", "broken-file"),
        ('mediaType="application/pdf" representation="B64"', " ", "empty-file"),
        (
            'mediaType="text/plain" compression="GZ" representation="B64"',
            "SGVsbG8=",
            "compressed-file",
        ),
        ("", '<reference value="file:///etc/hostname"/>', "outside-file"),
    ],
)
def test_a_file_that_cannot_be_read_is_reported(attributes, content, reason):
    """The document is kept; nothing is unpacked, and nothing outside is fetched."""
    document = read(level_1(attributes, content))

    assert document.files == ()
    assert {"body", reason} <= set(document.not_understood)


def test_a_document_without_body_is_kept():
    """A header alone is still a document."""
    start, _, _ = document_xml().partition("<component>")

    document = read(f"{start}</ClinicalDocument>")

    assert document.body_kind == "none"
    assert "body" in document.not_understood
