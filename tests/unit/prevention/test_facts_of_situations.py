"""What situations, illnesses, pregnancies and documents tell the planner."""

import json
import time
from datetime import UTC, date, datetime

import msgspec
import pytest

from backend.prevention.facts import COLLECTIONS, facts_of, recommender
from backend.record import ALL
from notifications.calendars import load
from notifications.core.facts import Exam, Pregnancy, Situation
from tests.unit.prevention.records import (
    EXAM,
    ICD,
    KNOWLEDGE,
    LOINC,
    ON,
    PROFILE,
    dose,
    fact_id,
    facts,
    known,
    record,
)


def held(**fields):
    """A situation as a fact, without where it comes from."""
    return {"code": "diabetes", "holds": True, "since": None, "until": None, **fields}


def situations(**given):
    """The situations that are found, without where they come from."""
    found = facts(**given).situations
    return [{name: getattr(one, name) for name in held()} for one in found]


def test_an_answer_is_a_situation_and_no_answer_is_none():
    """A no is not the same as nothing said."""
    answer = {"label": "X", "kind": "situation", "situation": "diabetes"}

    found = situations(
        situations=[
            {**answer, "answer": "yes", "started_on": "2020", "ended_on": "2021-05"},
            {**answer, "answer": "no", "situation": "chickenpox"},
            {**answer, "answer": "unknown", "situation": "asthma"},
        ]
    )

    assert found == [
        held(since=date(2020, 1, 1), until=date(2021, 5, 31)),
        held(code="chickenpox", holds=False),
    ]


E11 = {"code": "E11", "code_system": ICD}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"code": "E11.9", "code_system": ICD}, [held()]),
        ({"code": "E119", "code_system": "urn:oid:2.16.840.1.113883.6.3"}, [held()]),
        ({"code": "44054006", "code_system": "http://snomed.info/sct"}, [held()]),
        (
            {"code": "E11", "code_system": ICD, "onset_on": "2019-03"},
            [held(since=date(2019, 3, 1))],
        ),
        (
            {"code": "E11", "code_system": ICD, "abated_on": "2019"},
            [held(until=date(2019, 12, 31))],
        ),
        ({"code": "E11", "code_system": ICD, "clinical_status": "resolved"}, []),
        ({"code": "E11.9", "code_system": "http://loinc.org"}, []),
        ({"code": "I10", "code_system": ICD}, []),
        (
            {"code": "B01.9", "code_system": ICD, "clinical_status": "resolved"},
            [held(code="chickenpox")],
        ),
        (
            {"code": "C50", "code_system": ICD, "abated_on": "2015"},
            [held(code="breast-high-risk")],
        ),
    ],
)
def test_a_disease_says_a_situation_by_its_code(fields, expected):
    """One that is over holds no more, but for what still counts: a past disease, a cancer."""
    body = {"label": "Une maladie", **fields}

    assert [one for one in situations(conditions=[body]) if one["code"] != "cancer"] == expected


def test_an_illness_of_a_relative_is_none_of_the_persons():
    """Only a code that says so of a family tells of a risk."""
    relative = {"label": "X", "kind": "family", "relation": "MTH", "code_system": ICD}

    found = situations(history=[{**relative, "code": "E11"}, {**relative, "code": "Z80.3"}])

    assert found == [held(code="breast-high-risk")]


def test_a_pregnancy_is_counted_from_its_last_period():
    """Or from the day that is expected: forty-one weeks before it."""
    body = {"label": "Grossesse", "kind": "pregnancy"}

    found = facts(
        situations=[
            {**body, "last_period_on": "2026-05-01"},
            {**body, "expected_on": "2024-10-14", "ended_on": "2024-10-10"},
        ]
    ).pregnancies

    assert found == (
        Pregnancy(fact_id=fact_id("situations"), last_period_on=date(2026, 5, 1)),
        Pregnancy(
            fact_id=fact_id("situations", 1),
            last_period_on=date(2024, 1, 1),
            ended_on=date(2024, 10, 10),
        ),
    )


def test_where_somebody_lives_is_where_they_last_moved_to():
    """A record of a residence wins over an address; one that is over, or to come, does not."""
    home = {"label": "X", "kind": "residence", "country": "GF"}
    profile = {"address_text": "12 rue X, 75011 Paris"}

    assert facts(profile=profile).residence == "FR"
    assert facts(profile=profile, situations=[home]).residence == "GF"
    ended = {**home, "ended_on": "2020"}
    assert facts(profile=profile, situations=[ended]).residence == "FR"
    moved = [{**home, "started_on": "2010"}, {**home, "country": "RE", "started_on": "2020"}]
    assert facts(situations=moved).residence == "RE"


PAPER = {
    "title": "X",
    "type_system": "https://mos.esante.gouv.fr/NOS/TRE_A05",
    "type_code": "CERT_DECL",
    "created_at": "2026-02-01T10:00:00+01:00",
    "service_start_at": "2026-01-09T23:30:00+01:00",
    "status": "current",
    "confidentiality": ["N"],
    "media_type": "text/xml",
    "size_bytes": 1,
    "sha256": "0" * 64,
}


@pytest.mark.parametrize(
    ("fields", "code", "window"),
    [
        ({"format_code": "urn:asip:ci-sis:cse-cs8:2017"}, "child-exam", "birth-8d"),
        ({"format_code": "urn:asip:ci-sis:cse-cs9:2017"}, "child-exam", "8m-9m"),
        ({"format_code": "urn:asip:ci-sis:cse-cs24:2017"}, "child-exam", "23m-25m"),
        ({"type_code": "68817-6", "type_system": LOINC}, "child-exam", None),
        ({"type_code": "83869-8", "type_system": LOINC}, "prevention-check", None),
    ],
)
def test_a_document_shows_that_an_examination_took_place(fields, code, window):
    """On the day of the visit, and not on that of its writing."""
    (found,) = facts(documents=[{**PAPER, **fields}]).exams

    assert found == Exam(
        fact_id=fact_id("documents"), code=code, performed_on=date(2026, 1, 9), window=window
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"type_code": "11488-4", "type_system": LOINC},
        {"format_code": "urn:asip:ci-sis:cse-cs88:2017"},
        {"format_code": "urn:asip:ci-sis:cse-cs8:2017", "status": "superseded"},
        {"format_code": "urn:asip:ci-sis:cse-cs8:2017", "status": "entered-in-error"},
    ],
)
def test_other_documents_show_no_examination(fields):
    """Nor does one that another version has replaced."""
    assert facts(documents=[{**PAPER, **fields}]).exams == ()


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({"value_text": "ADN d'HPV-HR détecté"}, "abnormal"),
        ({"value_text": "ADN d'HPV-HR non détecté"}, "normal"),
        ({"value_text": "Négatif"}, "normal"),
        ({"value_text": "voir le texte"}, "unknown"),
        ({"value_text": "x", "interpretation": "POS"}, "abnormal"),
        ({"value_text": "x", "interpretation": "N"}, "normal"),
    ],
)
def test_a_laboratorys_result_is_an_examination_by_its_code(fields, result):
    """What denies is read before what it denies."""
    body = {
        "label": "Test HPV",
        "kind": "result",
        "code": "21440-3",
        "code_system": LOINC,
        "measured_at": "2024-01-04T15:50:00+01:00",
        **fields,
    }
    weight = {
        "label": "Poids",
        "kind": "weight",
        "value": 60,
        "unit": "kg",
        "measured_at": "2024-01-04T15:50:00+01:00",
    }

    (found,) = facts(measures=[weight, body]).exams

    assert (found.code, found.result, found.performed_on) == (
        "hpv-test",
        result,
        date(2024, 1, 4),
    )


def test_every_collection_that_is_read_is_one_and_is_read():
    """The planner asks for these, and for no other."""
    assert set(ALL) >= COLLECTIONS
    assert known(**{name: [] for name in COLLECTIONS - {"profile"}}).problems == ()


def test_a_plan_is_made_from_records():
    """With what could not be understood among its problems."""
    advise = recommender(load("fr"))
    records = {
        "profile": [record("profile", {**PROFILE, "birth_date": "1975-11-05"})],
        "screenings": [record("screenings", {**EXAM, "result": "normal"})],
        "immunizations": [record("immunizations", dose(label="Inconnu"))],
    }

    plan = advise(records, ON)

    due = {one.item for one in plan.recommendations}
    assert "colorectal" in due
    assert any("Inconnu" in one.fr for one in plan.problems)
    assert advise({}, ON) is None


def test_reading_is_quick_enough_to_plan_after_each_write():
    """A record of some thousand entries takes some milliseconds."""
    weights = [
        record(
            "measures",
            {
                "label": "Poids",
                "kind": "weight",
                "value": 60,
                "unit": "kg",
                "measured_at": datetime(2024, 1, 4, tzinfo=UTC).isoformat(),
            },
            number,
        )
        for number in range(2_000)
    ]
    doses = [record("immunizations", dose(label="Hexyon"), number) for number in range(100)]
    records = {
        "profile": [record("profile", PROFILE)],
        "measures": weights,
        "immunizations": doses,
    }
    started = time.process_time()

    found = facts_of(records, KNOWLEDGE, ON)

    assert len(found.facts.doses) == 100
    assert time.process_time() - started < 0.5


def test_facts_are_values():
    """They can be written down, and read again the same."""
    found = facts(immunizations=[dose(label="ROR")])

    again = msgspec.json.decode(msgspec.json.encode(found), type=type(found))

    assert again == found
    assert json.loads(msgspec.json.encode(Situation(fact_id="a", code="b")))["holds"] is True
