"""A place in a list of entries, of use to nobody but the eye and the device it was given to.

It names the last entry that left, and nothing of the space: no number, no count.
"""

import base64
import hashlib
import hmac
from uuid import UUID

_TAG_BYTES = 12
_ID_BYTES = 16


class CursorInvalid(ValueError):
    """Not a cursor, or one of another viewer, device or list."""


def write(last: UUID, *, key: bytes, reader: bytes) -> str:
    """Encode the place after an entry.

    Args:
        last: The last entry that left.
        key: Known to this server alone.
        reader: Whose place it is: viewer, device and list.
    """
    tag = _tag(last.bytes, key, reader)
    return base64.urlsafe_b64encode(last.bytes + tag).rstrip(b"=").decode()


def read(text: str, *, key: bytes, reader: bytes) -> UUID:
    """Decode a place.

    Raises:
        CursorInvalid: It was not given to this reader.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise CursorInvalid from None
    last, tag = raw[:_ID_BYTES], raw[_ID_BYTES:]
    if len(tag) != _TAG_BYTES or not hmac.compare_digest(tag, _tag(last, key, reader)):
        raise CursorInvalid
    return UUID(bytes=last)


def _tag(last: bytes, key: bytes, reader: bytes) -> bytes:
    return hmac.digest(key, b"entries" + last + reader, hashlib.sha256)[:_TAG_BYTES]
