"""What makes an entry sensitive: codes, words, and what the patient says."""

import time
import unicodedata
from datetime import UTC, datetime
from typing import get_args
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.access.model import Confidentiality, Section
from backend.access.reference import rows, sensitivity
from backend.access.rules.sensitivity import EXAM, SETTING, SITUATION, SPECIALTY, TOPIC, TYPE, WORD
from backend.access.rules.visibility import ACTS
from backend.access.sections import flags_of, sections_in, sections_of
from backend.documents.terminology import document_types, value_set
from backend.kernel.values import Sensitive
from backend.record import ALL

ICD, ATC = "http://hl7.org/fhir/sid/icd-10", "http://www.whocc.no/atc"
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
SEXUAL, MENTAL = Section.SEXUAL_HEALTH, Section.MENTAL_HEALTH
ADDICTION, VIOLENCE = Section.ADDICTION, Section.VIOLENCE
NOW = datetime(2026, 11, 22, tzinfo=UTC).isoformat()
WORDS = [row for row in rows("sensitive.csv") if row["kind"] == WORD]


@pytest.mark.parametrize(
    ("system", "code", "sections"),
    [
        (ICD, "F32.1", {MENTAL}),
        (ICD, "f321", {MENTAL}),
        (ICD, "F10", {ADDICTION}),
        (ICD, "F52.0", {MENTAL, SEXUAL}),
        (ICD, "Z72.0", {ADDICTION}),
        (ICD, "Z72", set()),
        (ICD, "Z30.1", {SEXUAL}),
        (ICD, "B24", {SEXUAL}),
        (ICD, "Y05", {SEXUAL, VIOLENCE}),
        (ICD, "Y00", {VIOLENCE}),
        (ICD, "I10", set()),
        ("urn:oid:2.16.840.1.113883.6.3", "F20", {MENTAL}),
        ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "F20.0", {MENTAL}),
        ("https://smt.esante.gouv.fr/terminologie-cim-10", "F20", {MENTAL}),
        (ATC, "N06AB04", {MENTAL}),
        (ATC, "G03AA07", {SEXUAL}),
        (ATC, "N07BB03", {ADDICTION}),
        (ATC, "C09AA05", set()),
        (SNOMED, "370143000", {MENTAL}),
        (SNOMED, "38341003", set()),
        (LOINC, "44249-1", {MENTAL}),
        (LOINC, "F32.1", set()),
        ("http://example.org/other", "F32.1", set()),
        (TYPE, "68599-0", {MENTAL}),
        (TYPE, "83901-9", {MENTAL}),
        (TYPE, "60591-5", set()),
        (SPECIALTY, "G15_10/SM42", {MENTAL}),
        (SPECIALTY, "G15_10/SM26", set()),
        (SETTING, "SA15", {SEXUAL}),
        (TOPIC, "alcohol", {ADDICTION}),
        (TOPIC, "sleep", set()),
    ],
)
def test_a_code_belongs_to_its_sections(system, code, sections):
    """In the system that it is of, under its group too, and in no other."""
    assert sections_of([(system, code)], []) == sections


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("Dépression", {MENTAL}),
        ("DEPRESSION majeure", {MENTAL}),
        (unicodedata.normalize("NFD", "Dépression"), {MENTAL}),
        ("Suivi psychiatrique", {MENTAL}),
        ("Contraception", {SEXUAL}),
        ("Consultation contraceptive", {SEXUAL}),
        ("IVG médicamenteuse", {SEXUAL}),
        ("CR_IVG_2024.pdf", {SEXUAL}),
        ("Interruption\u00a0volontaire  de grossesse", {SEXUAL}),
        ("sage-femme", {SEXUAL}),
        ("Sérologie VIH", {SEXUAL}),
        ("Sevrage d'alcool", {ADDICTION}),
        ("Sevrage d’alcool", {ADDICTION}),
        ("alcohol withdrawal", {ADDICTION}),
        ("Violences conjugales", {VIOLENCE}),
        ("Agression sexuelle", {VIOLENCE, SEXUAL}),
        ("viols", {VIOLENCE}),
        ("domestic abuse", {VIOLENCE}),
        ("Hypertension artérielle", set()),
        ("Violet de gentiane", set()),
        ("Kinésithérapeute", set()),
        ("Artiste", set()),
        ("Pilulier", set()),
        ("Scanner thoracique", set()),
        ("Vaccin contre la grippe", set()),
        ("Statistics", set()),
        ("", set()),
    ],
)
def test_a_word_belongs_to_its_section_however_it_is_written(text, sections):
    """Accents, capitals, plurals and signs do not matter; a part of another word does."""
    assert sections_of([], [None, text]) == sections


@pytest.mark.parametrize("row", WORDS, ids=lambda row: row["value"])
def test_every_word_of_the_list_is_found(row):
    """Alone, in capitals, in a sentence, and with what its star stands for."""
    word = row["value"].removesuffix("*")
    ways = [word, word.upper(), f"Suivi : {word}, ce jour", f"x_{word.replace(' ', '-')}_1"]
    ways += [f"{word}ment"] if row["value"].endswith("*") else [f"{word}s"]

    for way in ways:
        assert Section(row["section"]) in sections_of([], [way]), way


def test_every_code_of_our_own_lists_exists():
    """A type or a specialty that was mistyped would hide nothing."""
    types = {code for _, code in document_types()}
    known = {
        TYPE: types,
        SPECIALTY: set(value_set("author_specialties")),
        SETTING: set(value_set("facility_types")) | set(value_set("practice_settings")),
    }

    named = [row for row in rows("sensitive.csv") if row["kind"] in known]

    assert len(named) > 30
    assert [row for row in named if row["value"] not in known[row["kind"]]] == []


def test_every_line_is_of_a_kind_that_is_looked_up():
    """And says where it comes from."""
    kinds = {row["kind"] for row in rows("code_systems.csv")} | {WORD, TYPE, SPECIALTY}

    assert {row["kind"] for row in rows("sensitive.csv")} == kinds | {
        SETTING,
        TOPIC,
        SITUATION,
        EXAM,
    }
    assert {row["section"] for row in rows("sensitive.csv")} == {one.value for one in Section}


def test_the_words_of_bodies_are_the_sections_of_rights():
    """The kernel writes them in its annotation; there is one list."""
    literal = get_args(get_args(Sensitive)[0])[0]

    assert set(get_args(literal)) == {section.value for section in Section}
    assert {flag.name for flag in Confidentiality} >= {section.name for section in Section}


sections = st.frozensets(st.sampled_from(Section))
texts = st.lists(st.one_of(st.none(), st.text()), max_size=3)
systems = st.sampled_from([ICD, ATC, LOINC, SNOMED, TYPE, SPECIALTY, SETTING, TOPIC, WORD, ""])
codes = st.lists(st.tuples(st.one_of(systems, st.text()), st.text()), max_size=3)


@given(found=sections, others=st.integers(0, 15))
def test_flags_hold_sections_and_give_them_back(found, others):
    """Beside whatever else a record carries."""
    assert sections_in(flags_of(found) | others) == found


@given(codes=codes, texts=texts, more_codes=codes, more_texts=texts)
def test_every_clue_is_answered_and_only_ever_adds(codes, texts, more_codes, more_texts):
    """Total over any text and code; what more is said takes no section away."""
    found = sections_of(codes, texts)

    assert found <= sections_of(codes + more_codes, texts + more_texts)
    assert sections_of(codes, []) | sections_of([], texts) == found


@given(row=st.sampled_from(WORDS), before=st.text(), after=st.text())
def test_a_word_is_found_in_any_text(row, before, after):
    """Whatever stands around it, in any script."""
    word = row["value"].removesuffix("*")

    assert Section(row["section"]) in sections_of([], [f"{before} {word} {after}"])


BODIES = {
    "allergies": {"label": "X", "reactions": [{"label": "Alcool"}]},
    "conditions": {"label": "X", "code": "F10.2", "code_system": ICD},
    "treatments": {"label": "X", "reason": "Sevrage"},
    "measures": {
        "label": "X",
        "kind": "result",
        "measured_at": NOW,
        "value_text": "alcool",
        "code": "1-1",
        "code_system": LOINC,
    },
    "history": {"label": "X", "kind": "lifestyle", "topic": "alcohol"},
    "contacts": {"kind": "emergency", "name": "CSAPA"},
    "notes": {"title": "X", "text": "arrêter le tabac"},
    "appointments": {
        "title": "X",
        "status": "booked",
        "starts_at": NOW,
        "time_zone": "Europe/Paris",
        "specialty": "Addictologie",
    },
    "reminder_rules": {
        "title": "Groupe de parole, alcool",
        "starts_at": NOW,
        "time_zone": "Europe/Paris",
    },
    "immunizations": {"label": "X", "status": "not-done", "reason_not_done": "alcoolisé"},
    "screenings": {"label": "X", "exam": "fit", "status": "refused", "reason_not_done": "alcool"}
    | {"performed_on": "2026-01-02"},
    "situations": {"label": "X", "kind": "situation", "situation": "drug-use", "answer": "no"},
    "documents": {
        "title": "X",
        "type_code": "11488-4",
        "type_system": LOINC,
        "created_at": NOW,
        "status": "current",
        "confidentiality": ["N"],
        "media_type": "text/plain",
        "size_bytes": 1,
        "sha256": "0" * 64,
        "authors": [{"name": "Y", "specialty_code": "G15_10/DSM200"}],
    },
}
QUIET = {"topic": "sleep", "code": "1-1", "specialty": "X", "name": "Y", "title": "X", "text": "X"}
QUIET |= {"situation": "diabetes"}


def flags(name, /, **fields):
    """Compute the flags of a body as a write does."""
    collection = ALL[name]
    return collection.flags(msgspec.convert(fields, collection.body))


@pytest.mark.parametrize("name", BODIES)
def test_each_collection_says_what_is_looked_at(name):
    """A clue in its usual place tags the record; so does the patient, with nothing else said."""
    plain = {
        key: value
        for key, value in BODIES[name].items()
        if key not in ("reactions", "reason", "value_text", "reason_not_done", "authors")
    }
    plain = {key: QUIET.get(key, value) for key, value in plain.items()}

    assert flags(name, **BODIES[name]) == Confidentiality.ADDICTION.value
    assert flags(name, **plain) == 0
    assert flags(name, **plain, sensitive=["violence"]) == Confidentiality.VIOLENCE.value


def test_every_collection_but_the_profile_is_watched():
    """A new one has to be thought about here."""
    # A reminder is watched too, and says nothing of its own: the server writes it.
    assert set(BODIES) == set(ALL) - ACTS - {"profile", "reminders"}


def test_a_draft_is_both_a_draft_and_sensitive():
    """One order does not take the place of another."""
    body = {"label": "Dépression", "draft_of": str(uuid4()), "draft_state": "draft"}

    assert flags("conditions", **body) == Confidentiality.DRAFT | Confidentiality.MENTAL_HEALTH


def test_masked_documents_are_sensitive_too():
    """The confidentiality codes of a document stand beside its sections."""
    body = {**BODIES["documents"], "confidentiality": ["N", "MASQUE_PS"]}

    assert flags("documents", **body) == Confidentiality.MASKED | Confidentiality.ADDICTION


def test_looking_is_quick_enough_for_every_write():
    """Some microseconds for a usual body; here with room for a machine that is busy."""
    clues = [(ATC, "C09AA05")], ("Ramipril 5 mg, comprimé", "Un comprimé le matin", None)
    sensitivity().sections_of(*clues)

    started = time.thread_time()
    for _ in range(1000):
        sensitivity().sections_of(*clues)

    assert time.thread_time() - started < 0.1
