"""The worked persons, written down as people write: their records give the same plans."""

from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from backend.prevention.facts import recommender
from backend.prevention.reference import _rows, meaning_of, result_in
from notifications.calendars import load
from notifications.core.facts import Facts
from notifications.core.recommend import recommend
from notifications.core.written import facts_of, read_persons
from tests.unit.notifications import worked
from tests.unit.prevention.records import record

PACK = load("fr")
PERSONS = read_persons((Path(worked.__file__).parent / "persons.toml").read_bytes())


def held_by(facts: Facts) -> list[dict]:
    """Write what holds about somebody as bodies of situations."""
    held = [
        {
            "label": "X",
            "kind": "situation",
            "situation": one.code,
            "answer": "yes" if one.holds else "no",
            "started_on": None if one.since is None else str(one.since),
            "ended_on": None if one.until is None else str(one.until),
        }
        for one in facts.situations
    ]
    held += [
        {"label": "X", "kind": "pregnancy", "last_period_on": str(one.last_period_on)}
        for one in facts.pregnancies
    ]
    if facts.residence is not None:
        held.append({"label": "X", "kind": "residence", "country": facts.residence})
    return held


def as_records(facts: Facts) -> dict:
    """Write facts as records: products by their names, as on a box, and nothing coded."""
    names = {one.id: one.name for one in PACK.products.product}
    given = [
        {"label": names[one.product], "status": "completed", "occurred_on": str(one.given_on)}
        for one in facts.doses
    ]
    done = [
        {
            "label": "X",
            "exam": one.code,
            "status": "completed",
            "performed_on": str(one.performed_on),
            "result": one.result,
            "window": one.window,
        }
        for one in facts.exams
    ]
    places = {None: None, "FR": "63220", "GF": "97302", "YT": "97611"}
    profile = {
        "birth_date": str(facts.birth_date),
        "sex": facts.sex,
        "birth_place_code": places[facts.born_in],
    }
    bodies = {
        "profile": [profile],
        "immunizations": given,
        "screenings": done,
        "situations": held_by(facts),
    }
    return {
        name: [record(name, body, number) for number, body in enumerate(found)]
        for name, found in bodies.items()
    }


def said(plan):
    """What a plan says, whatever the records that it counts."""
    bare = [msgspec.structs.replace(one, done_by=()) for one in plan.recommendations]
    return bare, plan.silences, plan.problems


@pytest.mark.parametrize("person", PERSONS, ids=lambda one: str(one.id))
def test_a_worked_person_has_the_same_plan_from_records(person):
    """What was worked by hand for facts holds for what a phone writes."""
    facts = facts_of(PACK, person)

    told = recommender(PACK)(as_records(facts), person.on)

    assert said(told) == said(recommend(PACK, facts, person.on))


def test_there_are_fifteen_of_them():
    """None was lost on the way."""
    assert len(PERSONS) == 15


def test_what_documents_show_are_words_of_the_calendar():
    """A window or an examination that was mistyped would count for nothing."""
    for row in _rows("documents.csv"):
        assert row["exam"] in PACK.exam_of
        assert not row["window"] or row["window"] in PACK.windows


def test_territories_have_codes_that_a_calendar_asks_for():
    """Rules name overseas regions; each of those is found from an INSEE code."""
    found = {row["country"] for row in _rows("overseas.csv")}

    assert {"GP", "MQ", "GF", "RE", "YT"} <= found
    text = (files("notifications.calendars") / "fr" / "vaccines.toml").read_text("utf-8")
    assert '"GF"' in text


@pytest.mark.parametrize(
    ("reason", "meaning"),
    [
        ("Contre-indication : allergie à l'œuf", "advised-against"),
        ("Déconseillé par le médecin", "advised-against"),
        ("Rupture de stock", "postponed"),
        ("De la fièvre ce jour-là", "postponed"),
        ("Pas maintenant, je ne veux pas", "refused"),
        ("", "refused"),
    ],
)
def test_a_reason_says_whether_to_ask_again(reason, meaning):
    """A vaccine that was out of stock is asked for again; one that somebody declined, in a year."""
    assert meaning_of(reason) == meaning


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Absence d'anomalie", "normal"),
        ("ANORMAL", "abnormal"),
        ("Résultat normal", "normal"),
        ("Présence de sang", "abnormal"),
        ("Indéterminé", "unknown"),
        (None, "unknown"),
    ],
)
def test_words_of_a_laboratory_say_a_result_or_none(text, result):
    """What cannot be told is not guessed."""
    assert result_in(None, text) == result
