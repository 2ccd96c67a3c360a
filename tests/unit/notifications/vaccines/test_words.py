"""What is written for people: names of steps, days and reasons, in both languages."""

from datetime import date

import pytest

from notifications.core.text import Text
from notifications.core.vaccines import words
from tests.unit.notifications.vaccines.files import find, person, plan


@pytest.mark.parametrize(
    ("born", "on", "item", "step", "fr", "en"),
    [
        ("2025-12-20", "2026-03-05", "rotavirus", "1", "rotavirus : dose 1", "vaccine: dose 1"),
        ("2025-12-20", "2026-03-05", "menB", "booster", "B : rappel", "vaccine: booster"),
        ("2020-01-01", "2026-03-05", "dtcap_child_boosters", "6y", ": 6 ans", ": 6 years"),
        ("2014-01-01", "2026-03-05", "dtcap_child_boosters", "11-13y", "11-13 ans", "11-13 years"),
        ("1930-01-01", "2026-03-05", "dtcap_adult", "95y", ": 95 ans", ": 95 years"),
        ("1950-01-01", "2025-11-05", "influenza", "2025-2026", ": 2025-2026", ": 2025-2026"),
    ],
)
def test_a_step_has_a_name(born, on, item, step, fr, en):  # noqa: PLR0917
    found = find(plan(person(born), on), item, step)

    assert found.name.fr.endswith(fr)
    assert found.name.en.endswith(en)


@pytest.mark.parametrize(
    ("written", "fr", "en"),
    [
        ("1d", "1 jour", "1 day"),
        ("8w", "8 semaines", "8 weeks"),
        ("1m", "1 mois", "1 month"),
        ("25y completed", "25 ans révolus", "25 years completed"),
        ("20wa", "20 semaines d’aménorrhée", "20 weeks of amenorrhoea"),
    ],
)
def test_an_age_is_put_in_words(written, fr, en):
    assert words.age(written) == Text(fr=fr, en=en)


def test_a_day_is_written_as_people_write_it():
    closed = words.closed(date(2026, 3, 1))

    assert closed.fr.endswith("le 1er mars 2026.")
    assert closed.en.endswith("since 1 March 2026.")


@pytest.mark.parametrize(("on", "is_announced"), [("2025-03-09", False), ("2025-03-10", True)])
def test_what_is_exactly_at_the_horizon_is_announced(on, is_announced):
    parts = plan(person("2000-03-10"), on)

    assert (find(parts, "dtcap_adult", "45y") is not None) is is_announced


@pytest.mark.parametrize(
    ("on", "status"), [("2026-10-28", "contraindicated"), ("2026-10-29", "overdue")]
)
def test_a_pregnancy_whose_end_nobody_told_is_over_after_43_weeks(on, status):
    facts = person("1993-01-10", "PRIORIX 1994-06-01", last_period="2026-01-01")

    assert find(plan(facts, on), "mmr", "2").status.value == status
