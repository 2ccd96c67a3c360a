"""Another country, by the same code: other ages, a change in time, its own vaccines."""

import pytest

from notifications import calendars
from notifications.core.facts import Dose, Facts
from notifications.core.recommend import recommend
from notifications.core.recommendation import Plan, Status
from tests.unit.notifications.people import coming, day, due, of_item, person, silence

BRITISH = calendars.load("gb")


def plan(on: str, born: str, *exams: str, sex: str = "female") -> Plan:
    """Plan for somebody on a day."""
    return recommend(BRITISH, person(born, sex, *exams), day(on))


def given(born: str, on: str, *doses: tuple[str, str]) -> Plan:
    """Plan for somebody who had doses of products."""
    facts = Facts(
        birth_date=day(born),
        doses=tuple(
            Dose(fact_id=f"{product} {at}", product=product, given_on=day(at), valences=frozenset())
            for product, at in doses
        ),
    )
    return recommend(BRITISH, facts, day(on))


BREAST = [
    ("2026-04-19", (), [("mammography", "not-yet", "2026-04-20")]),
    ("2026-04-20", (), [("mammography", "due", "2026-04-20")]),
    ("2029-04-30", ("mammography 2026-05-01",), [("mammography", "not-yet", "2029-05-01")]),
    ("2029-05-01", ("mammography 2026-05-01",), [("mammography", "due", "2029-05-01")]),
    ("2047-04-19", (), [("mammography", "due", "2026-04-20")]),
    ("2047-04-20", (), []),
    ("2030-05-01", ("mammography 2026-05-01 abnormal",), []),
]


@pytest.mark.parametrize(("on", "exams", "expected"), BREAST)
def test_breast(on: str, exams: tuple[str, ...], expected: list) -> None:
    """Every three years, from 50 to the eve of the 71st birthday."""
    assert of_item(plan(on, "1976-04-20", *exams), "breast") == expected


CERVIX = [
    # Until 30 June 2025: three years before 50, five after.
    ("2025-06-30", "1990-01-10", "2022-03-01", [("hpv-test", "due", "2025-03-01")]),
    ("2025-06-30", "1974-01-10", "2022-03-01", [("hpv-test from 50", "not-yet", "2027-03-01")]),
    # From 1 July 2025: five years at every age.
    ("2025-07-01", "1990-01-10", "2022-03-01", [("hpv-test", "not-yet", "2027-03-01")]),
    ("2027-03-01", "1990-01-10", "2022-03-01", [("hpv-test", "due", "2027-03-01")]),
    ("2026-01-09", "1961-01-10", "2020-03-01", [("hpv-test", "due", "2025-03-01")]),
    ("2026-01-10", "1961-01-10", "2020-03-01", []),
]


@pytest.mark.parametrize(("on", "born", "last", "expected"), CERVIX)
def test_cervix_changes_on_its_day(on: str, born: str, last: str, expected: list) -> None:
    """Of two rules of one item the one that is in force on the day speaks."""
    assert of_item(plan(on, born, f"hpv-test {last}"), "cervix") == expected


def test_bowel_and_aorta() -> None:
    """A test every two years to 74; one scan for men, at 65."""
    man = plan("2026-01-10", "1961-01-10", "fit 2024-01-10", sex="male")
    woman = plan("2026-01-10", "1961-01-10")
    later = plan("2027-01-10", "1961-01-10", sex="male")

    assert due(man)["bowel fit"] == "2026-01-10"
    assert due(man)["aortic_aneurysm 65"] == "2026-01-10"
    assert silence(woman, "aortic_aneurysm") == "This is for men."
    assert "closed since 10 January 2027" in silence(later, "aortic_aneurysm")


SIX_IN_ONE = [
    ("2025-12-01", "2026-01-25", (), ("1", "not-yet", "2026-01-26")),
    ("2025-12-01", "2026-01-26", (), ("1", "due", "2026-01-26")),
    ("2025-12-01", "2026-02-28", ("2026-02-01",), ("2", "not-yet", "2026-03-01")),
    ("2025-12-01", "2026-03-01", ("2026-02-01",), ("2", "due", "2026-03-01")),
    (
        "2024-07-01",
        "2026-01-01",
        ("2024-09-01", "2024-10-01", "2024-11-01"),
        ("booster", "due", "2026-01-01"),
    ),
]


@pytest.mark.parametrize(("born", "on", "doses", "expected"), SIX_IN_ONE)
def test_a_series_in_weeks(
    born: str, on: str, doses: tuple[str, ...], expected: tuple[str, str, str]
) -> None:
    """At 8, 12 and 16 weeks, four weeks apart at least; a booster for those of a cohort."""
    found = given(born, on, *(("vaxelis", at) for at in doses))

    assert expected in of_item(found, "six_in_one")


def test_who_was_born_before_a_cohort_has_no_booster() -> None:
    """Born on 30 June 2024: three doses and no more."""
    doses = [("vaxelis", at) for at in ("2024-09-01", "2024-10-01", "2024-11-01")]

    assert of_item(given("2024-06-30", "2026-02-01", *doses), "six_in_one") == []


def test_one_dose_at_an_age_and_one_in_each_season() -> None:
    """At 65 and at 75 once; influenza while its campaign is known to be open."""
    found = given("1950-12-01", "2026-03-15", ("pneumovax", "2016-01-10"))
    after = given("1950-12-01", "2026-04-01")

    assert due(found)["influenza 2025-2026"] == "2025-10-01"
    assert due(found)["rsv_older 1"] == "2025-12-01"
    assert "pneumococcal_adult 1" not in due(found)
    assert due(after)["pneumococcal_adult 1"] == "2015-12-01"
    assert not any(key.startswith("influenza") for key in due(after) | coming(after))


def test_the_rules_of_one_country_are_not_those_of_the_other() -> None:
    """No item of France that is not British is spoken of."""
    found = plan("2026-06-01", "1974-04-20")

    items = {one.item for one in (*found.recommendations, *found.silences)}
    assert items <= BRITISH.items
    assert "mtdents" not in items
    assert not any(one.status is Status.UNKNOWN for one in found.recommendations)
