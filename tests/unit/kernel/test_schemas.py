"""The published schemas of the collections."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from backend.kernel.schemas import schemas
from sync.ports import FieldRule
from tests.property.bodies import COLLECTIONS

PUBLISHED = Path(__file__).resolve().parents[3] / "openapi" / "collections"
NAMES = [collection.name for collection in COLLECTIONS]


def test_the_published_schemas_are_those_of_the_code():
    """A client reads in the repository what the server checks."""
    published = {
        path.name.removesuffix(".schema.json"): path.read_bytes()
        for path in PUBLISHED.glob("*.schema.json")
    }

    assert published == schemas(COLLECTIONS)


def test_every_collection_is_declared_once():
    """A name is a place: two collections cannot share one."""
    assert sorted(NAMES) == [
        "allergies",
        "appointments",
        "blocks",
        "care_team",
        "conditions",
        "consents",
        "contacts",
        "documents",
        "emergencies",
        "history",
        "immunizations",
        "mandates",
        "masks",
        "measures",
        "notes",
        "profile",
        "reminder_rules",
        "reminders",
        "screenings",
        "settings",
        "situations",
        "treatments",
    ]


@pytest.mark.parametrize("collection", COLLECTIONS, ids=NAMES)
def test_a_schema_says_how_each_field_merges(collection):
    """A client in any language learns the rules from the file alone."""
    document = json.loads(schemas([collection])[collection.name])

    Draft202012Validator.check_schema(document)
    assert document["$id"] == f"{collection.name}.schema.json"
    assert document["title"]
    assert document["description"]
    assert document["x-policy"] == collection.policy.value
    assert {name: field["x-merge"] for name, field in document["properties"].items()} == {
        name: rule.value
        for name, rule in collection.rules.items()
        if rule is not FieldRule.RETIRED  # Nobody writes it, and nobody is told it.
    }
    assert document["additionalProperties"] is False
