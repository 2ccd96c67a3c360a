"""A file on its way in: its bytes, and what its headers say of it."""

import asyncio
from typing import Any
from urllib.parse import unquote

from litestar import Request

from backend.documents.errors import DocumentFormatUnsupported, DocumentTooLarge, UploadTooSlow
from backend.documents.formats import declared_format
from backend.documents.limits import DOCUMENT_BYTES_MAX, UPLOAD_SECONDS_MAX
from backend.kernel.errors import InvalidInput

_HEADER_MAX = 4_000


async def read_body(request: Request[Any, Any, Any]) -> bytes:
    """Take the body in, counted as it comes.

    Raises:
        DocumentFormatUnsupported: Its type is not taken, or it is compressed.
        DocumentTooLarge: It is over the limit, or says that it is.
        UploadTooSlow: It takes longer to arrive than a place may be held.
    """
    declared_format(request.headers.get("content-type", ""))
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise DocumentFormatUnsupported("Send the file as it is, without compression.")
    too_large = DocumentTooLarge(f"A document has {DOCUMENT_BYTES_MAX} bytes at most.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > DOCUMENT_BYTES_MAX:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(UPLOAD_SECONDS_MAX):
            async for piece in request.stream():
                body += piece
                if len(body) > DOCUMENT_BYTES_MAX:
                    raise too_large
    except TimeoutError:
        raise UploadTooSlow(f"A file arrives within {UPLOAD_SECONDS_MAX:.0f} seconds.") from None
    return bytes(body)


def decoded(value: str | None, pointer: str) -> str | None:
    """Read a header of percent-encoded UTF-8, as RFC 5023 does with `Slug`.

    Raises:
        InvalidInput: It is something else, or too long.
    """
    if value is None:
        return None
    try:
        if len(value) <= _HEADER_MAX and value.isascii():
            return unquote(value, errors="strict")
    except UnicodeDecodeError:
        pass
    raise InvalidInput("Send this as percent-encoded UTF-8.", pointer=pointer)
