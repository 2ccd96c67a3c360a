"""The vaccines of the published examples of the national agency, resolved and counted."""

import csv
from datetime import date
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from backend.documents.cda.document import read_cda
from backend.prevention.facts import facts_of
from backend.prevention.knowledge import knowledge_of
from backend.record import ALL
from notifications.calendars import load
from notifications.nomenclature import vaccines
from sync.storage.port import Record
from tests.unit.documents.cda_samples import PUBLISHED, needs_published

pytestmark = needs_published

NOBODY = UUID(int=0)
SETS = PUBLISHED.parent / "terminology"
EXPECTED = {
    "VAC_2023.01": {
        "VACCIN BCG AJVACCINES": ("BCG", "Tuberculose"),
        "VACCIN TETANIQUE PASTEUR": ("T", "Tétanos"),
        "VACCIN MENINGOCOCCIQUE A+C": ("", "Méningocoque A, Méningocoque C"),
    },
    "VAC-NOTE_2023.01": {"VACCIN TETANIQUE PASTEUR": ("T", "Tétanos")},
    "CSE-CS8_2024.01": {
        "BCG vaccine, unspecified": ("BCG", "Tuberculose"),
        "Hepatitis B vaccine, recombinant, unspecified": ("HepB", "Hépatite B"),
    },
    "CSE-CS9_2024.01": {
        "BCG vaccine, unspecified": ("BCG", "Tuberculose"),
        "Diphtheria-Tetanus-Polio vaccine, unspecified": (
            "D IPV T",
            "Diphtérie, Poliomyélite, Tétanos",
        ),
        "Pertussis vaccine, unspecified": ("aP", "Coqueluche"),
        "Haemophilus influenzae B (or Hib) vaccine, unspecified": (
            "Hib",
            "Haemophilus influenzae b",
        ),
        "Hepatitis B vaccine, recombinant, unspecified": ("HepB", "Hépatite B"),
        "Pneumococcal vaccine, unspecified": ("PCV13", "Pneumocoque"),
        "Meningococcal conjugate vaccine C, unspecified": ("MenC", "Méningocoque C"),
        "Rotavirus vaccine, unspecified": ("Rota", "Rotavirus"),
        "Multicomponent meningococcal B vaccine, unspecified": ("MenB", "Méningocoque B"),
    },
}


def drafts(name: str) -> list[dict]:
    """The vaccinations that are read in an example."""
    data = (PUBLISHED / f"{name}.xml").read_bytes()
    return [one.body for one in read_cda(data).drafts if one.collection == "immunizations"]


def resolved(body: dict):
    """The vaccine that a vaccination is of."""
    codes = [(body["code_system"], body["code"])]
    codes += [(one["system"], one["code"]) for one in body.get("codings", ())]
    found = vaccines().resolve(body.get("box_code"), codes)
    assert found is not None, body["label"]
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_each_vaccine_of_an_example_is_known_with_what_it_protects_against(name: str) -> None:
    """A product by its box, a class by its code; valences in the words of the calendar."""
    found = {one.label: one for one in map(resolved, drafts(name))}

    assert {
        label: (
            " ".join(sorted(one.words)),
            ", ".join(sorted(disease.name.fr for disease in one.diseases)),
        )
        for label, one in found.items()
    } == EXPECTED[name]


@pytest.mark.parametrize("path", sorted(PUBLISHED.glob("*.xml")), ids=lambda path: path.stem)
def test_no_vaccine_of_any_example_is_unknown(path: Path) -> None:
    """Of all the documents that are published, in whatever module."""
    for body in drafts(path.stem):
        if "code" in body:
            assert resolved(body).diseases


@pytest.mark.parametrize("name", ["8d", "9m", "24m"])
def test_every_vaccine_of_a_child_certificate_is_known(name: str) -> None:
    """The whole value set, and not what an example happens to hold."""
    text = (SETS / f"vaccines_child_certificate_{name}.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]

    for row in csv.DictReader(lines):
        assert vaccines().resolve_code(f"urn:oid:{row['system_oid']}", row["code"]).words


def test_a_confirmed_example_is_facts() -> None:
    """What a person has confirmed counts, with its product; what they have not does not."""
    records = []
    for number, body in enumerate(drafts("VAC_2023.01")):
        state = {"draft_state": "confirmed" if number else "draft"}
        fields = {**body, "draft_of": str(NOBODY), **state}
        records.append(_record("immunizations", fields, number))
    profile = _record("profile", {"birth_date": "1979-03-28"}, 99)

    found = facts_of(
        {"profile": [profile], "immunizations": records},
        knowledge_of(load("fr")),
        date(2026, 11, 22),
    )

    assert found is not None
    assert [sorted(one.valences) for one in found.facts.doses] == [["T"], ["T"], []]
    assert found.problems == ()


def test_a_result_of_cervical_screening_is_an_examination() -> None:
    """The laboratory's report of the programme: a confirmed line of it tells the result."""
    (path,) = PUBLISHED.glob("*DEP-CCU-HPV*")
    bodies = [
        {**one.body, "draft_of": str(NOBODY), "draft_state": "confirmed"}
        for one in read_cda(path.read_bytes()).drafts
        if one.collection == "measures"
    ]
    records = {
        "profile": [_record("profile", {"birth_date": "1979-03-28"}, 99)],
        "measures": [_record("measures", body, number) for number, body in enumerate(bodies)],
    }

    found = facts_of(records, knowledge_of(load("fr")), date(2026, 11, 22))

    assert found is not None
    (exam,) = found.facts.exams
    assert (exam.code, exam.result, exam.performed_on) == (
        "hpv-test",
        "abnormal",
        date(2024, 1, 4),
    )


def _record(collection: str, fields: dict, number: int) -> Record:
    body = msgspec.convert(fields, ALL[collection].body)
    return Record(
        record_id=UUID(int=number + 1),
        collection=collection,
        rev=1,
        category=collection,
        flags=0,
        depositor_id=NOBODY,
        author_id=NOBODY,
        deleted=False,
        body=msgspec.json.encode(body),
    )
