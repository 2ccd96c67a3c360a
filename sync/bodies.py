"""Bodies of records: from the fields that were asked for to the bytes that are kept."""

from uuid import UUID

import msgspec

from sync.core.limits import BODY_BYTES_MAX
from sync.core.merge import Fields
from sync.core.naming import without
from sync.errors import BodyInvalid, BodyTooLarge
from sync.ports import Collection
from sync.storage.port import Record


def encode_body(
    collection: Collection, fields: Fields, standing: bytes | None = None
) -> tuple[bytes, msgspec.Struct]:
    """Check fields against their collection and encode them in its one canonical form.

    What the host derives from fields is added to them, and what is retired leaves
    them. *standing* is the body that they are written over.

    Raises:
        BodyInvalid: A field is unknown, missing, or of the wrong kind.
        BodyTooLarge: The encoded body is over the limit.
        Exception: The host's refusal, from the rules across fields.
    """
    if collection.complete is not None:
        fields = collection.complete(fields, standing)
    if not collection.retired.isdisjoint(fields):
        fields = {name: value for name, value in fields.items() if name not in collection.retired}
    try:
        struct = msgspec.convert(fields, collection.body)
    except (msgspec.ValidationError, RecursionError) as error:
        raise BodyInvalid(pointer_from(error)) from None
    collection.check(struct)
    body = msgspec.json.encode(struct)
    if len(body) > BODY_BYTES_MAX:
        raise BodyTooLarge
    return body, struct


def named_in(collection: Collection, body: msgspec.Struct) -> UUID | None:
    """Return the record that a body names, if its collection names any."""
    if collection.relation is None:
        return None
    named: UUID | None = getattr(body, collection.relation.field)
    return named


def told(collection: Collection | None, record: Record, *, is_named_seen: bool) -> bytes:
    """Return a record's body for a viewer who sees it, and the record that it names or not."""
    assert record.body is not None, "What is deleted is told to nobody."
    if collection is None:
        return record.body
    body, relation = without_retired(collection, record.body), collection.relation
    if record.named_id is None or relation is None or is_named_seen:
        return body
    return without(body, relation.field)


def without_retired(collection: Collection, body: bytes) -> bytes:
    """Return an encoded body without what only bodies of before may hold."""
    if not any(b'"%s":' % name.encode() in body for name in collection.retired):
        return body
    return without(body, *collection.retired)


def with_own_device(
    collection: Collection, fields: Fields, standing: Fields, device_id: str
) -> Fields:
    """Return fields in which a device adds itself to those listed, or leaves, and moves no other.

    A list that was seen before others came or went is no word about those. What is
    no list is left for the check of the body to refuse.
    """
    name = collection.devices
    asked = None if name is None else fields.get(name, [])
    if name is None or not isinstance(asked, list):
        return fields
    listed: list[object] = standing.get(name, [])
    others = [one for one in listed if one != device_id]
    if not any(isinstance(one, str) and one.lower() == device_id for one in asked):
        return {**fields, name: others}
    return {**fields, name: listed if device_id in listed else [*others, device_id]}


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
