"""Files inside a document. Nothing is unpacked, and nothing outside is fetched."""

import base64
import binascii
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
        try:
            content = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            return "broken-file"
    else:
        content = text.strip().encode()
    if not content:
        return "empty-file"
    found_type = _found_type(content)
    # Some say of a JPEG that it is compressed; what can be seen through is not.
    if attribute(element, "compression") is not None and found_type is None:
        return "compressed-file"
    return EmbeddedFile(
        media_type=declared,
        found_type=found_type,
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


def _found_type(content: bytes) -> str | None:
    for magic, media_type in _MAGIC:
        if content.startswith(magic):
            return media_type
    if content[_DICOM_OFFSET : _DICOM_OFFSET + 4] == b"DICM":
        return "application/dicom"
    return None
