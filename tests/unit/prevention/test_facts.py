"""The records of a space as facts about one person."""

from datetime import date

import pytest

from backend.prevention.facts import facts_of
from notifications.core.facts import Dose, Refusal
from tests.unit.prevention.records import (
    ATC,
    CIS,
    DOCUMENT,
    EXAM,
    HEXYON,
    KNOWLEDGE,
    ON,
    dose,
    fact_id,
    facts,
    known,
    record,
)


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
