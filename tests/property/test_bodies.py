"""What holds for every body of every collection."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec import inspect

from backend.clinical.reference import QUANTITIES
from backend.clinical.rules.measures import check_measure
from backend.kernel.errors import InvalidInput
from backend.kernel.values import ImpossibleDate, PartialDate
from sync.ports import Policy
from tests.property.bodies import COLLECTIONS, bodies_of

SCHEMAS = Path(__file__).resolve().parents[2] / "openapi" / "collections"
PARTIAL_DATE = inspect.type_info(PartialDate)

DAY = "2024-01-31"
INSTANT = f"{DAY}T12:00:00Z"
LEAST = {
    "profile": {},
    "allergies": {"label": "A"},
    "conditions": {"label": "A"},
    "treatments": {"label": "A"},
    "measures": {
        "label": "A",
        "kind": "weight",
        "value": 70,
        "unit": "kg",
        "measured_at": INSTANT,
    },
    "history": {"label": "A", "kind": "procedure"},
    "contacts": {"kind": "emergency", "name": "A"},
    "notes": {"title": "A"},
    "immunizations": {"label": "A", "status": "completed", "occurred_on": DAY},
    "screenings": {"label": "A", "exam": "fit", "status": "not-done"},
    "situations": {"label": "A", "kind": "residence", "country": "FR"},
    "appointments": {"title": "A", "status": "booked", "starts_at": INSTANT, "time_zone": "UTC"},
    "reminder_rules": {"title": "A", "starts_at": INSTANT, "time_zone": "UTC"},
    "reminders": {
        "kind": "vaccine",
        "subject": "a#1",
        "occurrence": "any",
        "due_at": INSTANT,
        "time_zone": "UTC",
        "lead_minutes": [0],
        "text_key": "vaccine-due",
        "title": {"fr": "A", "en": "A"},
        "why": {"fr": "A", "en": "A"},
        "state": "planned",
    },
    "documents": {
        "title": "A",
        "type_code": "11488-4",
        "type_system": "http://loinc.org",
        "created_at": INSTANT,
        "status": "current",
        "confidentiality": ["N"],
        "media_type": "text/plain",
        "size_bytes": 1,
        "sha256": "0" * 64,
    },
}
(MEASURES,) = (collection for collection in COLLECTIONS if collection.name == "measures")

each_collection = pytest.mark.parametrize(
    "collection", COLLECTIONS, ids=[collection.name for collection in COLLECTIONS]
)
unhurried = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def as_sent(body):
    """Write a body as the JSON value that a client sends."""
    return json.loads(msgspec.json.encode(body))


@each_collection
@unhurried
@given(data=st.data())
def test_a_body_survives_the_wire_unchanged(collection, data):
    """What a phone sends is what another phone gets, byte for byte the second time."""
    body = data.draw(bodies_of(collection.body))

    encoded = msgspec.json.encode(body)
    decoded = msgspec.json.decode(encoded, type=collection.body)

    assert decoded == body
    assert msgspec.json.encode(decoded) == encoded
    assert msgspec.convert(as_sent(body), collection.body) == body


@each_collection
@unhurried
@given(data=st.data())
def test_a_check_takes_a_body_or_refuses_it_and_never_breaks(collection, data):
    """A refusal points into the body; anything else would be our bug, shown to a person."""
    body = data.draw(bodies_of(collection.body))

    pointers = set()
    try:
        collection.check(body)
    except InvalidInput as refusal:
        pointers.add(refusal.pointer)

    assert {(pointer or "").split("/")[1] for pointer in pointers} <= set(collection.rules)
    assert collection.category(body)


@each_collection
@unhurried
@given(data=st.data())
def test_a_body_that_we_take_fits_the_published_schema(collection, data):
    """A client that checks by the schema never blocks what the server would take."""
    schema = json.loads((SCHEMAS / f"{collection.name}.schema.json").read_bytes())
    body = data.draw(bodies_of(collection.body))
    sent = as_sent(body)
    for retired in collection.retired:  # It is taken from nobody.
        sent.pop(retired, None)

    assert list(Draft202012Validator(schema).iter_errors(sent)) == []


def _alternatives(kind):
    """Return the types that a field may have, whatever is said about them."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    return getattr(kind, "types", (kind,))


@each_collection
def test_no_body_takes_a_day_that_does_not_exist(collection):
    """Every PartialDate of every body is checked against the calendar."""
    fields = [
        field.name
        for field in inspect.type_info(collection.body).fields
        if PARTIAL_DATE in getattr(field.type, "types", (field.type,))
    ]

    # A whole date is one that exists: the decoder takes no other.
    whole = {
        field.name
        for field in inspect.type_info(collection.body).fields
        if any(isinstance(of, inspect.DateType) for of in _alternatives(field.type))
    }
    named = [name for name in collection.body.__struct_fields__ if name.endswith("_on")]
    assert fields == [name for name in named if name not in whole]
    for field in fields:
        with pytest.raises(ImpossibleDate) as refusal:
            collection.check(_least(collection, **{field: "2023-02-30"}))
        assert refusal.value.pointer == f"/{field}"


@each_collection
def test_no_body_takes_an_instant_of_another_age(collection):
    """Every instant of every body is within the years of a record."""
    # Nobody but the server writes the instants of acts of rights.
    is_written = collection.policy is not Policy.ONLINE
    names = collection.body.__struct_fields__ if is_written else ()
    fields = [name for name in names if name.endswith("_at")]

    for field in fields:
        for instant in ("1849-12-31T12:00:00Z", "2200-01-01T12:00:00Z"):
            with pytest.raises(ImpossibleDate) as refusal:
                collection.check(_least(collection, **{field: instant}))
            assert refusal.value.pointer == f"/{field}"


@unhurried
@given(data=st.data())
def test_a_number_is_taken_exactly_within_the_range_of_its_unit(data):
    """The reviewed data decide, for every kind that has one value."""
    quantity = data.draw(
        st.sampled_from([line for line in QUANTITIES.values() if line.part == "value"])
    )
    value = data.draw(
        st.floats(quantity.low - 10, quantity.high + 10)
        | st.sampled_from([quantity.low, quantity.high])
    )
    body = _least(MEASURES, kind=quantity.kind, value=value, unit=quantity.unit)

    if quantity.low <= value <= quantity.high:
        check_measure(body)
    else:
        with pytest.raises(InvalidInput, match="plausible"):
            check_measure(body)


def _least(collection, **fields):
    """Build the smallest sound body of a collection, then lay *fields* over it."""
    return msgspec.convert(LEAST[collection.name] | fields, collection.body)
