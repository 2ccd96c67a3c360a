"""The records of a space as facts about one person."""

import json
import time
from datetime import UTC, date, datetime
from uuid import UUID, uuid5

import msgspec
import pytest

from backend.prevention.facts import COLLECTIONS, facts_of, recommender
from backend.prevention.knowledge import knowledge_of
from backend.record import ALL
from notifications.calendars import load
from notifications.core.facts import Dose, Exam, Pregnancy, Refusal, Situation
from sync.storage.port import Record

ON = date(2026, 11, 22)
SPACE = UUID(int=7)
ATC, CIS = "http://www.whocc.no/atc", "urn:oid:1.2.250.1.213.2.3.1"
ICD, LOINC = "http://hl7.org/fhir/sid/icd-10", "http://loinc.org"
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


def test_a_profile_says_who_a_person_is():
    """Born in France, at home where the address says."""
    found = facts(profile={"address_text": "4 rue du Port, 97200 Fort-de-France"})

    assert (found.birth_date, found.sex) == (date(1961, 4, 9), "female")
    assert (found.born_in, found.residence) == ("FR", "MQ")


@pytest.mark.parametrize(
    ("place", "country"),
    [
        ("97302", "GF"),
        ("97611", "YT"),
        ("97411", "RE"),
        ("98735", "PF"),
        ("2A004", "FR"),
        ("99352", None),
    ],
)
def test_a_place_of_birth_tells_overseas_from_abroad(place, country):
    """Rules for Guyane and Mayotte begin at birth; of another country nothing is said."""
    assert facts(profile={"birth_place_code": place}).born_in == country


def test_without_a_birth_date_nothing_can_be_said():
    """No profile, and one that does not say it."""
    assert facts_of({}, KNOWLEDGE, ON) is None
    assert facts_of({"profile": [record("profile", {})]}, KNOWLEDGE, ON) is None


@pytest.mark.parametrize(
    ("fields", "product", "valences"),
    [
        ({"box_code": "3400927349997"}, "hexyon", HEXYON),
        ({"box_code": "3400927349998"}, None, frozenset()),
        ({"code": "60645557", "code_system": CIS}, "hexyon", HEXYON),
        ({"code": "J07CA09", "code_system": ATC}, None, HEXYON),
        (
            {
                "code": "J07CA09",
                "code_system": ATC,
                "codings": [{"code": "VAC0510", "system": "http://ivci.org/NUVA"}],
            },
            "hexyon",
            HEXYON,
        ),
        ({"label": "Hexyon 2"}, "hexyon", HEXYON),
        ({"label": "Hexyon", "code": "J07CA09", "code_system": ATC}, "hexyon", HEXYON),
        (
            {"label": "Revaxis", "code": "J07CA01", "code_system": ATC},
            "revaxis",
            frozenset({"d", "T", "IPV"}),
        ),
        (
            {"label": "Hexyon", "code": "J07AM", "code_system": ATC},
            None,
            frozenset({"T"}),
        ),
        ({"label": "ROR"}, None, frozenset({"Measles", "Mumps", "Rubella"})),
        ({"label": "VAXIGRIPTETRA"}, None, frozenset({"Flu"})),
    ],
)
def test_a_dose_is_known_by_its_box_its_codes_or_its_name(fields, product, valences):
    """By what is most exact of them."""
    (found,) = facts(immunizations=[dose(**fields)]).doses

    assert (found.product, found.valences) == (product, valences)
    assert (found.fact_id, found.given_on) == (fact_id("immunizations"), date(2020, 5, 4))


def test_a_dose_of_an_unknown_vaccine_is_kept_and_told():
    """It counts for nothing yet, and the person learns what to do about it."""
    found = known(immunizations=[dose(label="Vaccin du voyage")])

    (kept,) = found.facts.doses
    assert (kept.product, kept.valences) == (None, frozenset())
    (problem,) = found.problems
    assert "Vaccin du voyage" in problem.fr
    assert "Scan its box" in problem.en


@pytest.mark.parametrize(
    ("day", "counted"),
    [
        ("2024-02-29", "2024-02-29"),
        ("2024-02", "2024-02-29"),
        ("2019", "2019-12-31"),
        ("2026", "2026-11-22"),
        ("2026-11", "2026-11-22"),
        ("2026-11-23", "2026-11-23"),
        ("2027", "2027-01-01"),
    ],
)
def test_a_date_that_is_known_in_part_counts_from_its_end(day, counted):
    """So that nothing comes too early; but not from a day that has not come."""
    (found,) = facts(immunizations=[dose(label="ROR", occurred_on=day)]).doses

    assert str(found.given_on) == counted


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "entered-in-error"},
        {"draft_of": DOCUMENT, "draft_state": "draft"},
        {"draft_of": DOCUMENT, "draft_state": "rejected"},
        {"status": "not-done"},
    ],
)
def test_what_nobody_confirmed_or_nobody_gave_counts_for_nothing(fields):
    """A draft does, once it is confirmed."""
    found = known(immunizations=[dose(label="ROR", **fields)])

    assert (found.facts.doses, found.facts.refusals, found.problems) == ((), (), ())
    confirmed = dose(label="ROR", draft_of=DOCUMENT, draft_state="confirmed")
    assert len(facts(immunizations=[confirmed]).doses) == 1


def test_a_no_to_a_vaccine_is_a_no_to_its_items_for_a_year():
    """People change their minds; what a professional advised against stands."""
    refused = dose(label="ROR", status="not-done", reason_not_done="Je ne veux pas")
    advised = dose(label="Varilrix", status="not-done", reason_not_done="Contre-indication")
    later = dose(label="Grippe", status="not-done", reason_not_done="Rupture de stock")

    found = facts(immunizations=[refused, advised, later]).refusals

    assert found == (
        Refusal(
            fact_id=fact_id("immunizations"),
            item="mmr",
            since=date(2020, 5, 4),
            until=date(2021, 5, 4),
        ),
        Refusal(
            fact_id=fact_id("immunizations", 1),
            item="varicella",
            since=date(2020, 5, 4),
            advised_against=True,
        ),
    )


def test_an_antibody_is_a_dose_though_it_is_a_treatment():
    """So child certificates and pharmacies record it; another treatment is none."""
    antibody = {
        "label": "BEYFORTUS 100 mg",
        "codings": [{"code": "3400930268636", "system": "urn:oid:1.2.250.1.213.2.3.2"}],
        "started_on": "2026-01-11",
        "status": "completed",
    }
    intended = {**antibody, "status": "intended"}
    other = {"label": "Grippe", "started_on": "2026-01-11"}

    (found,) = facts(treatments=[antibody, intended, other]).doses

    assert found == Dose(
        fact_id=fact_id("treatments"),
        given_on=date(2026, 1, 11),
        valences=frozenset({"RSVAntibody"}),
        product="beyfortus-100",
    )


EXAM = {"label": "Test", "exam": "fit", "status": "completed", "performed_on": "2024-01-10"}


def test_an_examination_is_a_fact_with_its_result():
    """One that is planned, or was not done, is none; a no is a no to the programme."""
    found = facts(
        screenings=[
            {**EXAM, "result": "normal"},
            {**EXAM, "exam": "child-exam", "window": "4m-5m"},
            {**EXAM, "status": "planned"},
            {**EXAM, "status": "not-done"},
            {**EXAM, "exam": "mammography", "status": "refused"},
            {**EXAM, "exam": "child-exam", "status": "refused"},
        ]
    )

    first, second = found.exams
    assert (first.code, first.result, first.performed_on) == ("fit", "normal", date(2024, 1, 10))
    assert (second.code, second.result, second.window) == ("child-exam", "unknown", "4m-5m")
    assert [(one.item, one.until) for one in found.refusals] == [("breast", date(2025, 1, 10))]


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
