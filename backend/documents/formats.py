"""Which files are taken, and how one is known for what it says it is.

Three witnesses must agree: the first bytes, the declared media type and, where
the file has a name, its extension.
"""

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Literal

import puremagic
from msgspec import Struct

from backend.documents.errors import (
    DocumentEmpty,
    DocumentFormatMismatch,
    DocumentFormatUnsupported,
    DocumentTooLarge,
)
from backend.documents.limits import DOCUMENT_BYTES_MAX, FILE_NAME_MAX

Kind = Literal["cda", "pdf", "jpeg", "png", "tiff", "text", "rtf"]

_HEAD_BYTES = 4096
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Format(Struct, frozen=True, kw_only=True):
    """One kind of file; its first media type and extension are the ones it is given back with."""

    kind: Kind
    media_types: tuple[str, ...]
    extensions: tuple[str, ...]


FORMATS = (
    Format(
        kind="cda",
        media_types=("application/xml", "text/xml"),
        extensions=(".xml", ".cda"),
    ),
    Format(kind="pdf", media_types=("application/pdf",), extensions=(".pdf",)),
    Format(kind="jpeg", media_types=("image/jpeg",), extensions=(".jpg", ".jpeg")),
    Format(kind="png", media_types=("image/png",), extensions=(".png",)),
    Format(kind="tiff", media_types=("image/tiff",), extensions=(".tif", ".tiff")),
    Format(kind="text", media_types=("text/plain",), extensions=(".txt",)),
    Format(kind="rtf", media_types=("application/rtf", "text/rtf"), extensions=(".rtf",)),
)
_BY_MEDIA_TYPE = {media_type: one for one in FORMATS for media_type in one.media_types}


def declared_format(media_type: str) -> Format:
    """Return the format of a declared media type, whose parameters say nothing here.

    Raises:
        DocumentFormatUnsupported: It is not one that is taken.
    """
    found = _BY_MEDIA_TYPE.get(media_type.partition(";")[0].strip().lower())
    if found is None:
        raise DocumentFormatUnsupported("This media type is not taken.", pointer="/media_type")
    return found


def recognise(data: bytes, *, media_type: str, file_name: str | None) -> Format:
    """Return the format of a file on which all witnesses agree.

    XML is only told from other files here; what reads it says whether it is CDA.

    Raises:
        DocumentEmpty: There is nothing in it.
        DocumentTooLarge: It is over DOCUMENT_BYTES_MAX.
        DocumentFormatUnsupported: The declared type is not one that is taken.
        DocumentFormatMismatch: The content or the extension is of another format.
    """
    if not data:
        raise DocumentEmpty("The file is empty.")
    if len(data) > DOCUMENT_BYTES_MAX:
        raise DocumentTooLarge(f"A document has {DOCUMENT_BYTES_MAX} bytes at most.")
    declared = declared_format(media_type)
    extension = "" if file_name is None else PurePosixPath(file_name).suffix.lower()
    if extension and extension not in declared.extensions:
        raise DocumentFormatMismatch("The extension is of another format.", pointer="/file_name")
    if not _looks_like(declared, data):
        raise DocumentFormatMismatch("The content is of another format.", pointer="/media_type")
    return declared


def clean_file_name(name: str | None) -> str | None:
    """Keep the last part of a path, without what could hide its extension; None if nothing is left.

    Marks of direction and other invisible characters go: with them a name can
    read as one format and be another.
    """
    if name is None:
        return None
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()
    if len(visible) > FILE_NAME_MAX:
        suffix = PurePosixPath(visible).suffix[:FILE_NAME_MAX]
        visible = visible[: FILE_NAME_MAX - len(suffix)] + suffix
    return visible if visible.strip(". ") else None


def _looks_like(declared: Format, data: bytes) -> bool:
    if declared.kind == "cda":
        return b"<" in data[:_HEAD_BYTES]
    found = _media_types_in(data[:_HEAD_BYTES])
    if declared.kind == "text":
        # First bytes of formats not taken may well be words: BM, GIF, MZ.
        others = found.difference(declared.media_types)
        return others.isdisjoint(_BY_MEDIA_TYPE) and _is_text(data)
    return not found.isdisjoint(declared.media_types)


def _media_types_in(head: bytes) -> frozenset[str]:
    """Return what the first bytes may be: of several formats that share them, the surest."""
    try:
        found = puremagic.magic_string(head)
    except puremagic.PureError:
        return frozenset()
    surest = max(match.confidence for match in found)
    return frozenset(match.mime_type for match in found if match.confidence == surest)


def _is_text(data: bytes) -> bool:
    """Say whether bytes are words in an encoding that phones and desktops write."""
    marked = _BYTE_ORDER_MARKS.get(data[:2])
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            return _CONTROLS.search(data.decode(encoding)) is None
        except UnicodeDecodeError:
            continue
    return False
