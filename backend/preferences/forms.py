"""The two forms in which browsers and mail programs send a few fields.

Source: RFC 8058, 3.2: a one-click request may be either of them.
"""

from email.errors import MessageError
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qs

from backend.preferences.limits import FORM_BYTES_MAX

_MULTIPART = "multipart/form-data"


def fields_of(content_type: str, body: bytes) -> dict[str, list[str]]:
    """Return the fields of a small form; none of one that cannot be read."""
    if len(body) > FORM_BYTES_MAX:
        return {}
    if content_type.lower().startswith(_MULTIPART):
        return _parts(content_type, body)
    return parse_qs(body.decode("utf-8", "replace"))


def _parts(content_type: str, body: bytes) -> dict[str, list[str]]:
    if not content_type.isprintable():
        return {}
    head = f"Content-Type: {content_type}\r\n\r\n".encode("utf-8", "replace")
    try:
        message = BytesParser(policy=HTTP).parsebytes(head + body)
    except (MessageError, ValueError):
        return {}
    found: dict[str, list[str]] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        value = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(value, bytes):
            found.setdefault(name, []).append(value.decode("utf-8", "replace").strip())
    return found
