"""The published JSON Schema of each collection."""

from collections.abc import Iterable
from inspect import cleandoc

import msgspec

from sync.ports import Collection

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas(collections: Iterable[Collection]) -> dict[str, bytes]:
    """Write the JSON Schema of each collection, by its name.

    Beside the keywords of the dialect, `x-policy` says how the collection takes
    changes and `x-merge`, on each property, which value a conflict keeps. What is
    retired is not said. The same collections always give the same bytes.
    """
    return {collection.name: _schema(collection) for collection in collections}


def _schema(collection: Collection) -> bytes:
    generated = msgspec.json.schema(collection.body)
    definitions = generated["$defs"]
    for definition in definitions.values():
        definition["description"] = cleandoc(definition["description"])
    body = definitions.pop(collection.body.__name__)
    for field, rule in collection.rules.items():
        body["properties"][field]["x-merge"] = rule.value
    for field in collection.retired:
        del body["properties"][field]
    document = {
        "$schema": DIALECT,
        "$id": f"{collection.name}.schema.json",
        **body,
        "x-policy": collection.policy.value,
    }
    if definitions:
        document["$defs"] = definitions
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
