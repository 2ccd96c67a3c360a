"""What a body says of another record, for who may not know that there is one.

Source: docs/decisions/0037-what-a-body-names.md.
"""

from uuid import UUID

import msgspec

_ID_LENGTH = len(str(UUID(int=0)))


def without(body: bytes, *names: str) -> bytes:
    """Return an encoded body as it would be if it had never had some fields, to the byte."""
    fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    for name in names:
        fields.pop(name, None)
    return msgspec.json.encode(fields)


def bytes_of(field: str) -> int:
    """Say how much of an encoded body a field with an identifier takes."""
    return len(f',"{field}":""') + _ID_LENGTH
