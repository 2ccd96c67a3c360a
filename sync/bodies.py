"""Bodies of records: from the fields that were asked for to the bytes that are kept."""

import msgspec

from sync.core.limits import BODY_BYTES_MAX
from sync.core.merge import Fields
from sync.errors import BodyInvalid, BodyTooLarge
from sync.ports import Collection


def encode_body(
    collection: Collection, fields: Fields, standing: bytes | None = None
) -> tuple[bytes, msgspec.Struct]:
    """Check fields against their collection and encode them in its one canonical form.

    What the host derives from fields is added to them. *standing* is the body that
    they are written over.

    Raises:
        BodyInvalid: A field is unknown, missing, or of the wrong kind.
        BodyTooLarge: The encoded body is over the limit.
        Exception: The host's refusal, from the rules across fields.
    """
    if collection.complete is not None:
        fields = collection.complete(fields, standing)
    try:
        struct = msgspec.convert(fields, collection.body)
    except (msgspec.ValidationError, RecursionError) as error:
        raise BodyInvalid(pointer_from(error)) from None
    collection.check(struct)
    body = msgspec.json.encode(struct)
    if len(body) > BODY_BYTES_MAX:
        raise BodyTooLarge
    return body, struct


def canonical(collection: Collection, standing: Fields, fields: Fields) -> Fields:
    """Write fields as they would be stored, so that equal values compare equal.

    An instant with another offset or a number with another form is the same
    value. Fields that do not make a record are left as they came; writing them
    will be refused in its turn.
    """
    try:
        whole = msgspec.convert({**standing, **fields}, collection.body)
    except (msgspec.ValidationError, RecursionError):
        return fields
    # By way of its bytes: a list that is a tuple here would differ from the list that stands.
    stored = msgspec.json.decode(msgspec.json.encode(whole))
    return {name: stored.get(name) for name in fields}


def pointer_from(error: Exception) -> str | None:
    """Read the place of a validation error as a JSON pointer, without its values."""
    text = str(error)
    if text.startswith("Object contains unknown field `"):
        return "/" + text.split("`")[1].replace("~", "~0").replace("/", "~1")[:100]
    if text.startswith("Object missing required field `"):
        return "/" + text.split("`")[1]
    _, at, path = text.rpartition(" - at `$")
    if not at:
        return None
    path = path.rstrip("`").replace("[...]", ".*").replace("[", ".").replace("]", "")
    return path.replace(".", "/") or None
