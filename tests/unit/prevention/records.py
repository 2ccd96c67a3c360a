"""Records of a space, made by hand, and what they tell."""

from datetime import date
from uuid import UUID, uuid5

import msgspec

from backend.prevention.facts import facts_of
from backend.prevention.knowledge import knowledge_of
from backend.record import ALL
from notifications.calendars import load
from sync.storage.port import Record

ON = date(2026, 11, 22)
SPACE = UUID(int=7)
ATC, CIS = "http://www.whocc.no/atc", "urn:oid:1.2.250.1.213.2.3.1"
ICD, LOINC = "http://hl7.org/fhir/sid/icd-10", "http://loinc.org"
EXAM = {"label": "Test", "exam": "fit", "status": "completed", "performed_on": "2024-01-10"}
HEXYON = frozenset({"D", "T", "aP", "IPV", "Hib", "HepB"})
PROFILE = {"birth_date": "1961-04-09", "sex": "female", "birth_place_code": "63220"}
DOCUMENT = str(UUID(int=9))


KNOWLEDGE = knowledge_of(load("fr"))


def record(collection, fields, number=0):
    """A record as a write leaves it."""
    declared = ALL[collection]
    body = msgspec.convert(fields, declared.body)
    declared.check(body)
    return Record(
        record_id=uuid5(SPACE, f"{collection} {number}"),
        collection=collection,
        rev=1,
        category=collection,
        flags=0,
        depositor_id=SPACE,
        author_id=SPACE,
        deleted=False,
        body=msgspec.json.encode(body),
    )


def known(profile=None, **collections):
    """What is known of a person with these records."""
    records = {"profile": [record("profile", PROFILE | (profile or {}))]}
    for name, bodies in collections.items():
        records[name] = [record(name, body, number) for number, body in enumerate(bodies)]
    return facts_of(records, KNOWLEDGE, ON)


def facts(**given):
    """The facts alone."""
    return known(**given).facts


def fact_id(collection, number=0):
    """The identifier that a fact has from its record."""
    return str(uuid5(SPACE, f"{collection} {number}"))


def dose(**fields):
    """A dose that was given, but for *fields*."""
    return {"label": "X", "status": "completed", "occurred_on": "2020-05-04", **fields}
