"""Which files are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.documents.errors import (
    DocumentEmpty,
    DocumentFormatMismatch,
    DocumentFormatUnsupported,
    DocumentTooLarge,
)
from backend.documents.formats import FORMATS, clean_file_name, recognise
from backend.documents.limits import DOCUMENT_BYTES_MAX, FILE_NAME_MAX

SAMPLES = {
    "application/pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
    "image/jpeg": bytes.fromhex("ffd8ffe000104a46494600010101") + bytes(50),
    "image/png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(30),
    "image/tiff": b"II*\0\x08\0\0\0" + bytes(20),
    "text/plain": "Bonjour, voilà un texte.\r\n\tFin.\n".encode(),
    "application/rtf": rb"{\rtf1\ansi Bonjour}",
    "text/xml": b'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"/>',
}
EXTENSIONS = {
    "application/pdf": "a.pdf",
    "image/jpeg": "a.JPG",
    "image/png": "a.png",
    "image/tiff": "a.tif",
    "text/plain": "a.txt",
    "application/rtf": "a.rtf",
    "text/xml": "a.xml.xml",
}


@pytest.mark.parametrize("media_type", SAMPLES)
def test_a_file_that_is_what_it_says_is_taken(media_type):
    """With its name or without, whatever the parameters of its type."""
    data = SAMPLES[media_type]

    named = recognise(data, media_type=media_type, file_name=EXTENSIONS[media_type])
    unnamed = recognise(data, media_type=media_type.upper() + "; charset=utf-8", file_name=None)

    assert named is unnamed
    assert media_type in named.media_types


@pytest.mark.parametrize("declared", SAMPLES)
@pytest.mark.parametrize("actual", SAMPLES)
def test_a_file_of_another_kind_than_it_says_is_refused(declared, actual):
    """First bytes and declared type agree, for every pair of kinds."""
    if declared == actual:
        return

    with pytest.raises(DocumentFormatMismatch):
        recognise(SAMPLES[actual], media_type=declared, file_name=None)


@pytest.mark.parametrize("name", ["a.exe", "a.pdf.exe", "a.html", "a.jpg", "a.pdf.svg"])
def test_an_extension_of_another_kind_is_refused(name):
    """The last extension is the one that a device would act on."""
    with pytest.raises(DocumentFormatMismatch):
        recognise(SAMPLES["application/pdf"], media_type="application/pdf", file_name=name)


@pytest.mark.parametrize(
    "media_type",
    ["", "text/html", "image/svg+xml", "application/zip", "application/octet-stream", "image/gif"],
)
def test_what_is_not_on_the_list_is_refused(media_type):
    """Nothing is taken for being harmless: it must be named."""
    with pytest.raises(DocumentFormatUnsupported):
        recognise(b"anything", media_type=media_type, file_name=None)


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + bytes(30),
        b"MZ" + bytes(100),
        b"GIF89a" + bytes(20),
        b"II*\0\x10\0\0\0CR\x02\0" + bytes(30),
        b"<!DOCTYPE html><script>",
        b"%!PS-Adobe-3.0",
        bytes(100),
    ],
)
@pytest.mark.parametrize("media_type", sorted(set(SAMPLES) - {"text/plain", "text/xml"}))
def test_other_kinds_never_pass_for_one_of_ours(media_type, data):
    """Archives, programs, pages and raw photographs are not documents."""
    with pytest.raises(DocumentFormatMismatch):
        recognise(data, media_type=media_type, file_name=None)


@pytest.mark.parametrize(
    "data",
    [
        "é".encode("cp1252") + b" words",
        "Ordonnance".encode("utf-16"),
        b"\xef\xbb\xbfWords",
        b"BM is how I sign",
    ],
)
def test_texts_of_phones_and_desktops_are_taken(data):
    """Accents come in several encodings, and words may look like first bytes."""
    assert recognise(data, media_type="text/plain", file_name="a.txt").kind == "text"


@pytest.mark.parametrize("data", [b"a\0b", b"\x1b[2J", b"\xff\xfea", b"\x81\x8d\x8f"])
def test_what_no_one_can_read_is_no_text(data):
    """Control characters and bytes of no encoding are refused."""
    with pytest.raises(DocumentFormatMismatch):
        recognise(data, media_type="text/plain", file_name=None)


def test_nothing_and_too_much_are_refused():
    """Twenty mebibytes pass; one byte more, or none, does not."""
    head = SAMPLES["application/pdf"]
    fitting = head + bytes(DOCUMENT_BYTES_MAX - len(head))

    assert recognise(fitting, media_type="application/pdf", file_name=None).kind == "pdf"
    with pytest.raises(DocumentTooLarge):
        recognise(fitting + b"x", media_type="application/pdf", file_name=None)
    with pytest.raises(DocumentEmpty):
        recognise(b"", media_type="application/pdf", file_name=None)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("radio.pdf", "radio.pdf"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\me\\radio.pdf", "radio.pdf"),
        ("../../radio.pdf", "radio.pdf"),
        ("ra\u202efdp.exe", "rafdp.exe"),
        ("  ra\x00dio\n.pdf ", "radio.pdf"),
        ("re\u0301sultat.pdf", "r\u00e9sultat.pdf"),
        ("", None),
        ("..", None),
        (" / ", None),
        (None, None),
    ],
)
def test_a_file_name_is_only_a_name(given_name, kept):
    """No path, no invisible character that makes one extension read as another."""
    assert clean_file_name(given_name) == kept


@given(name=st.text(max_size=600))
def test_any_name_becomes_one_that_can_be_kept(name):
    """Whatever comes, what is kept is short, visible and no path; its extension stays."""
    kept = clean_file_name(name)

    if kept is not None:
        assert 0 < len(kept) <= FILE_NAME_MAX
        assert "/" not in kept
        assert "\\" not in kept
        assert kept.strip()
        assert clean_file_name(kept) == kept


def test_no_media_type_or_extension_means_two_formats():
    """What a file says it is has one meaning."""
    media_types = [one for form in FORMATS for one in form.media_types]
    extensions = [one for form in FORMATS for one in form.extensions]

    assert len(set(media_types)) == len(media_types)
    assert len(set(extensions)) == len(extensions)
