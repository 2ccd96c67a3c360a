"""Files inside a document. Nothing is unpacked, and nothing outside is fetched."""

import base64
import binascii
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from backend.documents.cda import limits
from backend.documents.cda.model import EmbeddedFile
from backend.documents.cda.tree import attribute, child

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "text/rtf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
)
_DICOM_OFFSET = 128
_PDF_HEAD_BYTES = 1024
_SYNONYMS = {
    "application/x-pdf": "application/pdf",
    "application/rtf": "text/rtf",
    "text/richtext": "text/rtf",
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/tif": "image/tiff",
    "image/x-png": "image/png",
    "text/xml": "application/xml",
}
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")


def file_of(element: Element, path: str, section_code: str | None = None) -> EmbeddedFile | str:
    """Read an element of type ED that holds a file.

    Returns:
        The file, or the reason why it was not read.
    """
    declared = attribute(element, "mediaType") or "text/plain"
    if child(element, "reference") is not None and not (element.text or "").strip():
        return "outside-file"
    text = element.text or ""
    if (attribute(element, "representation") or "TXT").upper() == "B64":
        decoded = _decoded(text)
        if decoded is None:
            return "broken-file"
        content = decoded
    else:
        content = text.strip().encode()
        # Some forget to say that their file is in base 64: its first bytes tell.
        decoded = _decoded(text)
        if not declared.startswith("text/") and decoded and _found_type(decoded) is not None:
            content = decoded
    if not content:
        return "empty-file"
    found_type = _found_type(content)
    # Some say of a JPEG that it is compressed; what can be seen through is not.
    if attribute(element, "compression") is not None and found_type is None:
        return "compressed-file"
    return EmbeddedFile(
        media_type=declared,
        found_type=found_type,
        true_type=_true_type(content, declared, found_type),
        content=content,
        path=path,
        section_code=section_code,
    )


def files_in_section(section: Element, path: str, code: str | None) -> Iterator[EmbeddedFile | str]:
    """Read every file of a section, those of its subsections left out."""
    found = 0
    for place, entry in enumerate(section.findall("entry"), start=1):
        for media in entry.iter("observationMedia"):
            value = child(media, "value")
            if value is None or found >= limits.FILES_MAX:
                continue
            found += 1
            yield file_of(value, f"{path}/entry[{place}]//observationMedia", code)


def type_doubt(file: EmbeddedFile) -> str | None:
    """Return the reason to note when a file is not of the type that its document declares."""
    declared = file.media_type.partition(";")[0].strip().lower()
    declared = _SYNONYMS.get(declared, declared)
    return None if file.true_type == declared else f"other-file-type:{file.true_type}"


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _true_type(content: bytes, declared: str, found_type: str | None) -> str:
    """Say what a file is: what its bytes say; else what is declared, if they could be that."""
    named = declared.partition(";")[0].strip().lower()
    named = _SYNONYMS.get(named, named)
    if found_type is not None:
        return found_type
    is_text = _CONTROLS.search(content) is None
    has_magic = named in {media_type for _, media_type in _MAGIC} or named == "application/dicom"
    if has_magic or (named.startswith("text/") and not is_text):
        return "text/plain" if is_text else "application/octet-stream"
    return named


def _found_type(content: bytes) -> str | None:
    for magic, media_type in _MAGIC:
        if content.startswith(magic):
            return media_type
    # Readers of PDF take some bytes before its mark.
    if b"%PDF-" in content[:_PDF_HEAD_BYTES]:
        return "application/pdf"
    if content[_DICOM_OFFSET : _DICOM_OFFSET + 4] == b"DICM":
        return "application/dicom"
    return None
