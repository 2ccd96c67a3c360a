"""The metadata of a document."""

import msgspec
import pytest

from backend.documents.collection import COLLECTIONS
from backend.kernel.errors import InvalidInput
from backend.kernel.values import EndBeforeStart, ImpossibleDate
from sync.ports import FieldRule, Policy

(DOCUMENTS,) = COLLECTIONS


def document(**fields):
    """Sound metadata, but for *fields*."""
    given = {
        "title": "Consultation note",
        "type_code": "11488-4",
        "type_system": "http://loinc.org",
        "created_at": "2024-01-31T10:00:00+01:00",
        "status": "current",
        "confidentiality": ["N"],
        "media_type": "application/pdf",
        "size_bytes": 1234,
        "sha256": "0" * 64,
        **fields,
    }
    return msgspec.convert(given, DOCUMENTS.body)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"confidentiality": ["R", "MASQUE_PS", "INVISIBLE_PATIENT"]},
        {"confidentiality": ["MASQUE_PS"]},
        {
            "service_start_at": "2024-01-30T08:00:00Z",
            "service_end_at": "2024-01-30T08:00:00Z",
        },
        {"authors": [{"name": "A doctor", "identifier": "1", "identifier_system": "urn:oid:1.2"}]},
        {"media_type": "application/vnd.oasis.opendocument.text"},
    ],
)
def test_sound_metadata_are_taken(fields):
    """An act may last no time; hiding codes stand beside one level."""
    DOCUMENTS.check(document(**fields))


@pytest.mark.parametrize(
    ("fields", "refusal", "pointer"),
    [
        ({"created_at": "1800-01-01T00:00:00Z"}, ImpossibleDate, "/created_at"),
        (
            {"service_start_at": "2024-01-30T08:00:00Z", "service_end_at": "2024-01-30T07:59:59Z"},
            EndBeforeStart,
            "/service_end_at",
        ),
        ({"confidentiality": ["N", "R"]}, InvalidInput, "/confidentiality"),
        ({"confidentiality": ["N", "N"]}, InvalidInput, "/confidentiality"),
        (
            {"authors": [{"name": "A doctor", "identifier": "1"}]},
            InvalidInput,
            "/authors/0/identifier_system",
        ),
        (
            {"authors": [{"name": "A doctor", "at": "0001-01-01T00:00:00Z"}]},
            ImpossibleDate,
            "/authors/0/at",
        ),
    ],
)
def test_metadata_that_contradict_themselves_are_refused(fields, refusal, pointer):
    """Two levels of confidentiality would be none."""
    with pytest.raises(InvalidInput) as caught:
        DOCUMENTS.check(document(**fields))

    assert type(caught.value) is refusal
    assert caught.value.pointer == pointer


@pytest.mark.parametrize(
    "fields",
    [
        {"confidentiality": []},
        {"confidentiality": ["SECRET"]},
        {"sha256": "0" * 63},
        {"sha256": "A" * 64},
        {"sha256": "0" * 64 + "\n"},
        {"size_bytes": 0},
        {"size_bytes": 2**53},
        {"media_type": "pdf"},
        {"type_code": None},
        {"replaces": "the other one"},
    ],
)
def test_metadata_out_of_form_do_not_decode(fields):
    """A hash is 64 digits, a size is a number that every client keeps exactly."""
    with pytest.raises(msgspec.ValidationError):
        document(**fields)


def test_rights_know_a_document_by_its_type():
    """The matrix speaks of types, not of collections."""
    assert DOCUMENTS.category(document(type_code="60591-5")) == "60591-5"


@pytest.mark.parametrize(
    "fields",
    [
        {"type_code": "measures"},
        {"type_code": "no-such-type"},
        {"type_code": "60591-5", "type_system": "http://example.org"},
    ],
)
def test_a_document_does_not_pass_for_what_it_is_not(fields):
    """A word of its own making is no category: no right speaks of it, and no column holds it."""
    assert DOCUMENTS.category(document(**fields)) == "unknown-type"


def test_a_device_changes_what_a_document_is_called_and_nothing_of_where_it_comes_from():
    """Provenance, type and confidentiality are the server's alone."""
    writable = {name for name, rule in DOCUMENTS.rules.items() if rule is not FieldRule.READ_ONLY}

    assert DOCUMENTS.policy is Policy.APPEND
    assert writable == {"title", "service_start_at", "service_end_at", "comment", "sensitive"}
