"""A place in one viewer's feed, as the device that was given it holds it.

Opaque to the device, and of no use to another viewer or another device. It
holds a sequence number and never a time, so it survives a year in a drawer.
"""

import base64
import hashlib
import hmac
import struct
from typing import NamedTuple
from uuid import UUID

VERSION = 1
# Of a first pull on its way: it also holds where the feed stood when that began.
FIRST_PULL = 2
_FORMS = {VERSION: struct.Struct(">BIQ"), FIRST_PULL: struct.Struct(">BIQQ")}
_TAG_BYTES = 12


class Place(NamedTuple):
    """A position: everything up to and including `seq` of this epoch was received.

    A device that began with nothing never had what was gone by `began_at`: until it
    has everything, it is not told of that.
    """

    epoch: int
    seq: int
    began_at: int = 0


class CheckpointInvalid(ValueError):
    """Not a checkpoint, or one of another viewer or device."""


def write(place: Place, *, key: bytes, viewer_id: UUID, device_id: UUID) -> str:
    """Encode a place for one device."""
    if place.began_at:
        head = _FORMS[FIRST_PULL].pack(FIRST_PULL, *place)
    else:
        head = _FORMS[VERSION].pack(VERSION, place.epoch, place.seq)
    tag = _tag(head, key=key, viewer_id=viewer_id, device_id=device_id)
    return base64.urlsafe_b64encode(head + tag).rstrip(b"=").decode()


def read(text: str, *, key: bytes, viewer_id: UUID, device_id: UUID) -> Place:
    """Decode a place.

    Raises:
        CheckpointInvalid: It was not given to this device for this viewer.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise CheckpointInvalid from None
    form = _FORMS.get(raw[0]) if raw else None
    if form is None or len(raw) != form.size + _TAG_BYTES:
        raise CheckpointInvalid
    head, tag = raw[: form.size], raw[form.size :]
    if not hmac.compare_digest(tag, _tag(head, key=key, viewer_id=viewer_id, device_id=device_id)):
        raise CheckpointInvalid
    _, *numbers = form.unpack(head)
    return Place(*numbers)


def _tag(head: bytes, *, key: bytes, viewer_id: UUID, device_id: UUID) -> bytes:
    message = head + viewer_id.bytes + device_id.bytes
    return hmac.digest(key, message, hashlib.sha256)[:_TAG_BYTES]
