"""A place in the values of one record that did not stand, as it is given to one device.

Opaque to the device, and of no use to another viewer, device or record. It
names the instant and the op of the last value that left, and how many of that
op had left by then: never the device that sent it, which is nobody else's business.
"""

import base64
import hashlib
import hmac
import struct
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

_FORM = struct.Struct(">q16sH")
_TAG_BYTES = 12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class KeptPlace(NamedTuple):
    """After so many values of one op, kept at one instant."""

    kept_at: datetime
    op_id: UUID
    given: int


START = KeptPlace(_EPOCH, UUID(int=0), 0)


class KeptPlaceInvalid(ValueError):
    """Not a place, or one of another viewer, device or record."""


def write(place: KeptPlace, *, key: bytes, reader: bytes) -> str:
    """Encode a place for one *reader*: viewer, device and record."""
    microseconds = (place.kept_at - _EPOCH) // timedelta(microseconds=1)
    head = _FORM.pack(microseconds, place.op_id.bytes, place.given)
    return base64.urlsafe_b64encode(head + _tag(head, key, reader)).rstrip(b"=").decode()


def read(text: str, *, key: bytes, reader: bytes) -> KeptPlace:
    """Decode a place.

    Raises:
        KeptPlaceInvalid: It was not given to this reader.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise KeptPlaceInvalid from None
    head, tag = raw[: _FORM.size], raw[_FORM.size :]
    if len(tag) != _TAG_BYTES or not hmac.compare_digest(tag, _tag(head, key, reader)):
        raise KeptPlaceInvalid
    microseconds, op_id, given = _FORM.unpack(head)
    return KeptPlace(_EPOCH + timedelta(microseconds=microseconds), UUID(bytes=op_id), given)


def _tag(head: bytes, key: bytes, reader: bytes) -> bytes:
    return hmac.digest(key, b"kept" + head + reader, hashlib.sha256)[:_TAG_BYTES]
