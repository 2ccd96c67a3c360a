"""Allergies, conditions, treatments, history, contacts and notes: the truth tables."""

import msgspec
import pytest

from backend.clinical.collection import COLLECTIONS
from backend.clinical.errors import RelationMissing, TopicMissing
from backend.clinical.reference import RELATIONS
from backend.kernel.errors import InvalidInput
from backend.kernel.values import EndBeforeStart, ImplausibleEmail, ImplausiblePhone
from sync.ports import FieldRule, Policy

COLLECTION = {collection.name: collection for collection in COLLECTIONS}


def check(name, fields):
    """Decode an item of a collection and check it."""
    collection = COLLECTION[name]
    collection.check(msgspec.convert(fields, collection.body))


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("allergies", {"label": "Penicillin"}),
        (
            "allergies",
            {
                "label": "Penicillin",
                "kind": "allergy",
                "category": "medication",
                "criticality": "high",
                "clinical_status": "resolved",
                "onset_on": "1998",
                "resolved_on": "2011-06",
                "reactions": [{"label": "Hives", "severity": "mild"}],
            },
        ),
        ("conditions", {"label": "Asthma", "is_long_term_illness": True, "onset_on": "1990"}),
        ("treatments", {"label": "Salbutamol", "status": "active", "dose_text": "2 puffs"}),
        ("history", {"kind": "hospital-stay", "label": "Appendix", "facility": "City hospital"}),
        ("history", {"kind": "procedure", "label": "Appendectomy", "started_on": "2001"}),
        ("history", {"kind": "family", "label": "Diabetes", "relation": "MTH"}),
        ("history", {"kind": "lifestyle", "label": "Swims", "topic": "physical-activity"}),
        ("contacts", {"kind": "emergency", "name": "A neighbour", "relation": "NBOR"}),
        ("contacts", {"kind": "trusted-person", "name": "A friend", "phone": "06 00 00 00 00"}),
        ("notes", {"title": "Ask about the blood test"}),
        ("notes", {"title": "Diary", "text": "Slept well."}),
    ],
)
def test_a_sound_item_is_taken(name, fields):
    """Words alone are enough; every other field may wait."""
    check(name, fields)


@pytest.mark.parametrize(
    ("name", "fields", "refusal", "pointer"),
    [
        (
            "allergies",
            {"label": "Nuts", "onset_on": "2011", "resolved_on": "2010"},
            EndBeforeStart,
            "/resolved_on",
        ),
        (
            "allergies",
            {"label": "Nuts", "reactions": [{"label": "Hives"}, {"label": "X", "code": "1"}]},
            InvalidInput,
            "/reactions/1/code_system",
        ),
        (
            "conditions",
            {"label": "Flu", "onset_on": "2020-02", "abated_on": "2020-01"},
            EndBeforeStart,
            "/abated_on",
        ),
        (
            "treatments",
            {"label": "Iron", "started_on": "2020-02-02", "ended_on": "2020-02-01"},
            EndBeforeStart,
            "/ended_on",
        ),
        (
            "history",
            {"kind": "hospital-stay", "label": "Stay", "started_on": "2020", "ended_on": "2019"},
            EndBeforeStart,
            "/ended_on",
        ),
        ("history", {"kind": "family", "label": "Diabetes"}, RelationMissing, "/relation"),
        (
            "history",
            {"kind": "family", "label": "Diabetes", "relation": "NBOR"},
            InvalidInput,
            "/relation",
        ),
        (
            "history",
            {"kind": "family", "label": "Diabetes", "relation": "XYZ"},
            InvalidInput,
            "/relation",
        ),
        (
            "history",
            {"kind": "procedure", "label": "Graft", "relation": "MTH"},
            InvalidInput,
            "/relation",
        ),
        ("history", {"kind": "lifestyle", "label": "Smokes"}, TopicMissing, "/topic"),
        (
            "history",
            {"kind": "family", "label": "Diabetes", "relation": "MTH", "topic": "food"},
            InvalidInput,
            "/topic",
        ),
        (
            "contacts",
            {"kind": "emergency", "name": "A", "relation": "XYZ"},
            InvalidInput,
            "/relation",
        ),
        ("contacts", {"kind": "emergency", "name": "A", "phone": "?"}, ImplausiblePhone, "/phone"),
        ("contacts", {"kind": "emergency", "name": "A", "email": "?"}, ImplausibleEmail, "/email"),
    ],
)
def test_an_item_that_contradicts_itself_is_refused(name, fields, refusal, pointer):
    """The refusal is the one that tells a person what to do, and points at the field."""
    with pytest.raises(InvalidInput) as caught:
        check(name, fields)

    assert type(caught.value) is refusal
    assert caught.value.pointer == pointer


def test_measures_are_added_and_the_rest_is_merged():
    """Two phones that weigh someone make two measures; two that edit a note make one."""
    policies = {name: collection.policy for name, collection in COLLECTION.items()}

    assert policies.pop("measures") is Policy.APPEND
    assert set(policies.values()) == {Policy.MERGE}


def test_free_text_keeps_both_versions_and_identity_is_the_servers():
    """Nobody loses a sentence, and no phone renames a person."""
    profile = COLLECTION["profile"].rules

    assert COLLECTION["notes"].rules["text"] is FieldRule.BOTH
    assert COLLECTION["allergies"].rules["comment"] is FieldRule.BOTH
    assert COLLECTION["allergies"].rules["draft_of"] is FieldRule.READ_ONLY
    assert COLLECTION["allergies"].rules["draft_state"] is FieldRule.SERVER
    assert profile["preferred_language"] is FieldRule.CLIENT
    assert {name for name, rule in profile.items() if rule is FieldRule.READ_ONLY} == {
        "birth_family_name",
        "birth_given_name",
        "given_names",
        "used_family_name",
        "used_given_name",
        "written_by",
        "birth_date",
        "sex",
        "birth_place_code",
        "identity_status",
    }


def test_each_collection_is_a_category_of_rights():
    """The word is the same for every record of it: what is inside stays sealed."""
    note = msgspec.convert({"title": "Diary"}, COLLECTION["notes"].body)

    assert COLLECTION["notes"].category(note) == "notes"


def test_relations_are_those_of_the_national_list():
    """37 codes; neighbours, guardians and other close persons are no kin."""
    outside = {code for code, relation in RELATIONS.items() if not relation.is_family}

    assert len(RELATIONS) == 37
    assert outside == {"ROOM", "FRND", "NBOR", "TUTEUR", "CURATEUR", "MSVG"}
