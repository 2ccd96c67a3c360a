"""A plan as a FHIR R4 ImmunizationRecommendation, against what the standard asks of one."""

import json
import re
from typing import Any

import msgspec
import pytest

from notifications import calendars
from notifications.core.fhir import DATES, STATUSES, Coding, Record, as_fhir
from notifications.core.recommend import recommend
from notifications.core.recommendation import Kind
from notifications.core.written import Person, facts_of
from tests.unit.notifications.people import day
from tests.unit.notifications.worked.test_screenings import PERSONS

FRENCH = calendars.load("fr")
NUVA = "http://smt.esante.gouv.fr/terminologie-nuva"
# Source: https://hl7.org/fhir/r4/immunizationrecommendation.html, cardinalities and types.
ROOT = {"resourceType", "language", "patient", "date", "recommendation"}
ADVICE = {
    "vaccineCode": list,
    "targetDisease": dict,
    "contraindicatedVaccineCode": list,
    "forecastStatus": dict,
    "forecastReason": list,
    "dateCriterion": list,
    "description": str,
    "series": str,
    "doseNumberPositiveInt": int,
    "doseNumberString": str,
    "supportingImmunization": list,
}
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Source: https://hl7.org/fhir/r4/valueset-immunization-recommendation-date-criterion.html.
CRITERIA = {"30981-5", "30980-7", "59777-3"}
# Source: https://hl7.org/fhir/r4/valueset-immunization-recommendation-status.html.
FORECASTS = {"due", "overdue", "immune", "contraindicated", "complete"}


def nuva(product: str) -> Coding | None:
    """Return the NUVA code of a product."""
    found = FRENCH.product_of[product]
    return None if found.nuva is None else Coding(system=NUVA, code=found.nuva, display=found.name)


def resource(person: Person, language: str = "en") -> dict[str, Any]:
    """Return a person's plan as JSON would carry it."""
    facts = facts_of(FRENCH, person)
    doses = frozenset(dose.fact_id for dose in facts.doses)
    record = Record(patient="Patient/1", doses=doses, code_of=nuva)
    written = as_fhir(recommend(FRENCH, facts, person.on), record, language=language)
    found: dict[str, Any] = json.loads(msgspec.json.encode(written))
    return found


def is_filled(value: object) -> bool:
    """Tell whether nothing in a tree is empty: FHIR knows no empty list, object or string."""
    if isinstance(value, dict):
        return bool(value) and all(map(is_filled, value.values()))
    if isinstance(value, list):
        return bool(value) and all(map(is_filled, value))
    return value is not None and value != ""


@pytest.mark.parametrize("person", PERSONS.values(), ids=lambda one: f"person {one.id}")
def test_a_plan_is_a_sound_resource(person: Person) -> None:
    """Its parts, their number and their types; imr-1: a vaccine or a disease is named."""
    found = resource(person)

    assert set(found) == ROOT
    assert found["resourceType"] == "ImmunizationRecommendation"
    assert found["patient"] == {"reference": "Patient/1"}
    assert found["date"] == str(person.on)
    assert is_filled(found)
    assert len(found["recommendation"]) >= 1
    for advice in found["recommendation"]:
        assert all(isinstance(value, ADVICE[key]) for key, value in advice.items())
        assert "vaccineCode" in advice or "targetDisease" in advice
        assert not {"doseNumberPositiveInt", "doseNumberString"} <= set(advice)
        assert advice.get("doseNumberPositiveInt", 1) >= 1
        (status,) = advice["forecastStatus"]["coding"]
        assert status["system"] != STATUSES or status["code"] in FORECASTS
        for criterion in advice.get("dateCriterion", []):
            assert set(criterion) == {"code", "value"}
            (code,) = criterion["code"]["coding"]
            assert (code["system"], code["code"] in CRITERIA) == (DATES, True)
            assert DATE.fullmatch(criterion["value"])


def test_one_advice_says_which_dose_when_why_and_with_what() -> None:
    """In one language, with the codes of products and the sources."""
    advices = resource(PERSONS[3])["recommendation"]
    (menacwy,) = [
        one
        for one in advices
        if one["series"] == "menACWY_infant" and one.get("doseNumberPositiveInt") == 1
    ]

    assert menacwy["forecastStatus"]["coding"][0]["code"] in ("due", "overdue")
    assert menacwy["vaccineCode"] == [
        {"coding": [{"system": NUVA, "code": "VAC0486", "display": "NIMENRIX"}], "text": "NIMENRIX"}
    ]
    dates = {one["code"]["coding"][0]["code"]: one["value"] for one in menacwy["dateCriterion"]}
    assert dates["30980-7"] == "2025-12-15"
    reasons = {one["coding"][0]["code"] for one in menacwy["forecastReason"]}
    assert "menACWY_infant.visp_men" in reasons
    assert menacwy["description"] != resource(PERSONS[3], "fr")["recommendation"][0]["description"]


def test_a_dose_that_was_given_supports_what_is_complete() -> None:
    """By reference to its record; what a person only told is no immunization."""
    given = resource(PERSONS[3])["recommendation"]
    told = resource(PERSONS[11])["recommendation"]

    done = [one for one in given if one["forecastStatus"]["coding"][0]["code"] == "complete"]
    references = {one["reference"] for dose in done for one in dose["supportingImmunization"]}
    assert "Immunization/dose hexyon 2025-08-15" in references
    assert not any("mmr-complete" in json.dumps(one) for one in told)


def test_a_plan_without_vaccines_is_no_resource() -> None:
    """The standard asks for one recommendation at least."""
    plan = recommend(FRENCH, facts_of(FRENCH, PERSONS[1]), day("2026-03-10"))
    bare = msgspec.structs.replace(
        plan,
        recommendations=tuple(one for one in plan.recommendations if one.kind is not Kind.VACCINE),
    )

    record = Record(patient="Patient/1", doses=frozenset(), code_of=nuva)

    assert bare.recommendations
    assert as_fhir(bare, record, language="fr") is None
