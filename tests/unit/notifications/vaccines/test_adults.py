"""Truth tables of adults, seasons, pregnancies and places, by hand."""

from datetime import date

import pytest

from notifications.core.recommendation import Level
from tests.unit.notifications.vaccines.files import find, person, plan, says, weeks_before


@pytest.mark.parametrize(
    ("doses", "situations", "on", "said"),
    [
        ((), (), "2025-06-09", "not-yet 2025-06-10"),
        ((), (), "2025-06-10", "due 2025-06-10"),
        # Once: at 65, or before with a risk.
        (("PREVENAR 20 2020-01-01",), (), "2025-06-10", "silent"),
        (("CAPVAXIVE 2025-06-10",), (), "2026-06-10", "silent"),
        # A year after one earlier dose, five after the old sequence.
        (("PREVENAR 13 2024-09-01",), (), "2025-08-31", "not-yet 2025-09-01"),
        (("PREVENAR 13 2024-09-01",), (), "2025-09-01", "due 2025-09-01"),
        (("PNEUMOVAX 2024-09-01",), (), "2025-08-31", "not-yet 2025-09-01"),
        (
            ("PREVENAR 13 2022-01-01", "PNEUMOVAX 2022-03-01"),
            (),
            "2027-02-28",
            "not-yet 2027-03-01",
        ),
        (("PREVENAR 13 2022-01-01", "PNEUMOVAX 2022-03-01"), (), "2027-03-01", "due 2027-03-01"),
        ((), ("pneumo-risk 2020-01-01",), "2019-12-31", "not-yet 2025-06-10"),
        ((), ("pneumo-risk 2020-01-01",), "2020-01-01", "due 2020-01-01"),
        ((), ("pneumo-risk",), "2020-01-01", "due any"),
        ((), ("pneumo-risk",), "1978-06-10", "due any"),
    ],
)
def test_pneumococcus_of_adults(doses, situations, on, said):
    facts = person("1960-06-10", *doses, situations=situations)

    assert says(facts, on, "pneumococcal_adult") == said


@pytest.mark.parametrize(
    ("doses", "situations", "step", "on", "said"),
    [
        ((), (), "1", "2025-06-09", "not-yet 2025-06-10"),
        ((), (), "1", "2025-06-10", "due 2025-06-10"),
        (("SHINGRIX 2025-06-30",), (), "2", "2025-08-29", "not-yet 2025-08-30"),
        (("SHINGRIX 2025-06-30",), (), "2", "2025-08-30", "due 2025-08-30"),
        # After six months it is late, and not begun again.
        (("SHINGRIX 2025-06-30",), (), "2", "2025-12-30", "due 2025-08-30"),
        (("SHINGRIX 2025-06-30",), (), "2", "2025-12-31", "overdue 2025-08-30"),
        (("ZOSTAVAX 2024-12-01",), (), "1", "2025-11-30", "not-yet 2025-12-01"),
        (("ZOSTAVAX 2024-12-01",), (), "1", "2025-12-01", "due 2025-12-01"),
        ((), ("immunocompromised 2020-02-01",), "1", "2020-01-31", "not-yet 2025-06-10"),
        ((), ("immunocompromised 2020-02-01",), "1", "2020-02-01", "due 2020-02-01"),
        (("SHINGRIX 2025-06-30",), ("immunocompromised",), "2", "2025-07-29", "not-yet 2025-07-30"),
        (("SHINGRIX 2025-06-30",), ("immunocompromised",), "2", "2025-07-30", "due 2025-07-30"),
        ((), ("shingles-now 2025-06-01",), "1", "2025-06-10", "contraindicated 2025-06-10"),
        ((), ("shingles-now 2025-06-01 2025-06-20",), "1", "2025-06-21", "due 2025-06-10"),
    ],
)
def test_shingles(doses, situations, step, on, said):
    facts = person("1960-06-10", *doses, situations=situations)

    assert says(facts, on, "zoster", step) == said


@pytest.mark.parametrize(
    ("born", "doses", "situations", "on", "said"),
    [
        ("1951-02-01", (), (), "2026-01-31", "not-yet 2026-02-01"),
        ("1951-02-01", (), (), "2026-02-01", "due 2026-02-01"),
        ("1951-02-01", ("AREXVY 2026-02-01",), (), "2036-02-01", "silent"),
        (
            "1958-02-01",
            (),
            ("heart-or-lung-disease 2020-01-01",),
            "2023-01-31",
            "not-yet 2023-02-01",
        ),
        ("1958-02-01", (), ("heart-or-lung-disease 2020-01-01",), "2023-02-01", "due 2023-02-01"),
        ("1958-02-01", (), ("diabetes",), "2023-02-01", "not-yet 2033-02-01"),
        # What was given in a pregnancy is another matter.
        ("1951-02-01", ("ABRYSVO 1985-02-01",), (), "2026-02-01", "due 2026-02-01"),
    ],
)
def test_rsv_of_seniors(born, doses, situations, on, said):
    assert says(person(born, *doses, situations=situations), on, "rsv_senior") == said


@pytest.mark.parametrize(
    ("born", "doses", "situations", "residence", "on", "said"),
    [
        ("1960-10-14", (), (), None, "2025-10-13", "not-yet 2025-10-14"),
        ("1960-10-14", (), (), None, "2025-10-14", "due 2025-10-14"),
        # 65 in the middle of the campaign.
        ("1960-12-01", (), (), None, "2025-11-30", "not-yet 2025-12-01"),
        ("1960-12-01", (), (), None, "2025-12-01", "due 2025-12-01"),
        ("1961-03-01", (), (), None, "2026-02-28", "silent"),
        ("1950-01-01", (), (), None, "2026-02-28", "due 2025-10-14"),
        ("1950-01-01", (), (), None, "2026-03-01", "silent"),
        ("1950-01-01", ("EFLUELDA 2025-10-14",), (), None, "2025-10-15", "silent"),
        ("1950-01-01", ("EFLUELDA 2025-02-10",), (), None, "2025-10-15", "due 2025-10-14"),
        ("1990-01-01", (), (), None, "2025-10-15", "silent"),
        ("1990-01-01", (), ("flu-risk 2025-11-01",), None, "2025-11-02", "due 2025-11-01"),
        ("1990-01-01", (), ("health-worker",), None, "2025-11-02", "due 2025-10-14"),
        # From 6 months, with a risk.
        ("2025-05-14", (), ("flu-risk",), None, "2025-11-13", "not-yet 2025-11-14"),
        ("2025-05-14", (), ("flu-risk",), None, "2025-11-14", "due 2025-11-14"),
        # Offered from 2 to 17 years.
        ("2023-11-14", (), (), None, "2025-11-13", "not-yet 2025-11-14"),
        ("2023-11-14", (), (), None, "2025-11-14", "due 2025-11-14"),
        ("2007-11-14", (), (), None, "2025-11-13", "due 2025-10-14"),
        ("2007-11-14", (), (), None, "2025-11-14", "silent"),
        # Elsewhere: other days, or none that is known.
        ("1950-01-01", (), (), "GP", "2025-10-15", "due 2025-10-14"),
        ("1950-01-01", (), (), "YT", "2025-09-09", "unknown 2025-09-09"),
        ("1950-01-01", (), (), "RE", "2025-10-15", "silent"),
        ("1950-01-01", (), (), "DE", "2025-10-15", "silent"),
    ],
)
def test_influenza(born, doses, situations, residence, on, said):  # noqa: PLR0917
    facts = person(born, *doses, situations=situations, residence=residence)

    assert says(facts, on, "influenza") == said


@pytest.mark.parametrize(
    ("born", "level"),
    [("1950-01-01", Level.RECOMMENDED), ("2010-01-01", Level.OPTIONAL)],
)
def test_influenza_is_advised_to_some_and_offered_to_others(born, level):
    assert find(plan(person(born), "2025-11-01"), "influenza").level is level


def test_a_child_under_nine_takes_two_doses_the_first_time():
    first = person("2018-01-01", "VAXIGRIP 2025-11-01", situations=("flu-risk",))
    again = person("2018-01-01", "VAXIGRIP 2024-11-01, 2025-11-01", situations=("flu-risk",))
    older = person("2016-10-01", "VAXIGRIP 2025-11-01", situations=("flu-risk",))

    assert says(first, "2025-11-30", "influenza") == "not-yet 2025-12-01"
    assert says(first, "2025-12-01", "influenza") == "due 2025-12-01"
    assert says(again, "2025-12-01", "influenza") == "silent"
    assert says(older, "2025-12-01", "influenza") == "silent"


@pytest.mark.parametrize(
    ("born", "doses", "situations", "on", "said"),
    [
        ("1955-01-01", ("COMIRNATY 2025-05-10",), (), "2025-11-09", "not-yet 2025-11-10"),
        ("1955-01-01", ("COMIRNATY 2025-05-10",), (), "2025-11-10", "due 2025-11-10"),
        ("1955-01-01", (), ("covid-infection 2025-06-20",), "2025-11-10", "not-yet 2025-12-20"),
        # Too near the campaign's end: the next one.
        ("1955-01-01", ("COMIRNATY 2025-10-13",), (), "2025-11-10", "silent"),
        ("1945-01-01", ("COMIRNATY 2025-08-20",), (), "2025-11-19", "not-yet 2025-11-20"),
        ("1945-01-01", ("COMIRNATY 2025-08-20",), (), "2025-11-20", "due 2025-11-20"),
        ("1990-01-01", (), ("immunocompromised",), "2025-11-20", "due 2025-10-14"),
        ("1990-01-01", (), (), "2025-11-20", "silent"),
        ("1990-01-01", (), ("wants-covid-vaccine",), "2025-11-20", "due 2025-10-14"),
        # In spring, those of 80 and over.
        ("1945-04-14", ("COMIRNATY 2024-10-20",), (), "2025-04-14", "due 2025-04-14"),
        ("1955-01-01", ("COMIRNATY 2024-10-20",), (), "2025-04-14", "silent"),
        ("1945-01-01", ("COMIRNATY 2024-10-20",), (), "2025-06-14", "due 2025-04-14"),
        ("1945-01-01", ("COMIRNATY 2024-10-20",), (), "2025-06-15", "not-yet 2025-10-14"),
    ],
)
def test_covid(born, doses, situations, on, said):
    assert says(person(born, *doses, situations=situations), on, "covid19") == said


ON = date(2026, 1, 14)


@pytest.mark.parametrize(
    ("weeks", "days", "doses", "said"),
    [
        (19, 6, (), "not-yet 2026-01-15"),
        (20, 0, (), "due 2026-01-14"),
        (36, 6, (), "due 2025-09-18"),
        (37, 0, (), "silent"),
        # In each pregnancy, a month after the last.
        (30, 0, ("REPEVAX 2024-01-01",), "due 2025-11-05"),
        (30, 0, ("REPEVAX 2025-12-20",), "silent"),
        (21, 0, ("REPEVAX 2025-12-20",), "not-yet 2026-01-20"),
    ],
)
def test_whooping_cough_in_pregnancy(weeks, days, doses, said):
    began = date.fromordinal(weeks_before(ON, weeks).toordinal() - days)
    facts = person("1992-08-08", *doses, last_period=str(began))

    assert says(facts, ON, "pertussis_pregnancy") == said


@pytest.mark.parametrize(
    ("weeks", "doses", "on", "said"),
    [
        (31, (), "2026-01-14", "not-yet 2026-01-21"),
        (32, (), "2026-01-14", "due 2026-01-14"),
        (36, (), "2026-01-14", "due 2025-12-17"),
        (37, (), "2026-01-14", "silent"),
        # Never in a second pregnancy, and only in a campaign.
        (33, ("ABRYSVO 2024-11-01",), "2026-01-14", "silent"),
        (33, (), "2026-02-20", "due 2026-02-13"),
        (33, (), "2026-02-21", "silent"),
        (33, (), "2025-08-31", "not-yet 2025-09-01"),
        (33, (), "2025-09-01", "due 2025-09-01"),
        # A fortnight from the vaccine against whooping cough.
        (33, ("REPEVAX 2026-01-10",), "2026-01-23", "not-yet 2026-01-24"),
        (33, ("REPEVAX 2026-01-10",), "2026-01-24", "due 2026-01-24"),
    ],
)
def test_rsv_in_pregnancy(weeks, doses, on, said):
    day = date.fromisoformat(on)
    facts = person("1992-08-08", *doses, last_period=str(weeks_before(day, weeks)))

    assert says(facts, on, "rsv_newborn", "pregnancy") == said


NO = ("no mother-rsv-vaccinated",)


@pytest.mark.parametrize(
    ("born", "situations", "residence", "on", "said"),
    [
        ("2025-02-01", NO, None, "2025-08-31", "not-yet 2025-09-01"),
        ("2025-02-01", NO, None, "2025-09-01", "due 2025-09-01"),
        ("2025-01-31", NO, None, "2025-09-01", "silent"),
        ("2025-11-10", NO, None, "2025-11-10", "due 2025-11-10"),
        ("2025-11-10", NO, None, "2026-02-20", "due 2025-11-10"),
        ("2025-11-10", NO, None, "2026-02-21", "silent"),
        ("2025-11-10", (), None, "2025-11-10", "unknown 2025-11-10"),
        ("2025-11-10", ("mother-rsv-vaccinated",), None, "2025-11-10", "silent"),
        ("2025-11-10", NO, "MQ", "2026-03-31", "due 2025-11-10"),
        ("2025-11-10", NO, "GF", "2026-07-01", "due 2025-11-10"),
        ("2025-11-10", NO, "RE", "2025-11-10", "unknown 2025-11-10"),
        # A second season, for those at high risk, under 2 years.
        ("2024-03-01", ("rsv-high-risk",), None, "2025-09-01", "due 2025-09-01"),
        ("2023-09-01", ("rsv-high-risk",), None, "2025-09-01", "silent"),
    ],
)
def test_rsv_of_infants(born, situations, residence, on, said):
    facts = person(born, situations=situations, residence=residence)

    assert says(facts, on, "rsv_newborn") == said


@pytest.mark.parametrize(
    ("situations", "residence", "born_in", "on", "said"),
    [
        (("tuberculosis-risk",), None, None, "2025-02-14", "not-yet 2025-02-15"),
        (("tuberculosis-risk",), None, None, "2025-02-15", "due 2025-02-15"),
        (("tuberculosis-risk",), None, None, "2040-01-14", "due 2025-02-15"),
        (("tuberculosis-risk",), None, None, "2040-01-15", "silent"),
        ((), "GF", None, "2025-02-15", "due 2025-02-15"),
        ((), None, "YT", "2025-01-15", "due 2025-01-15"),
        (("recent-tuberculosis-around",), None, None, "2025-01-15", "due 2025-01-15"),
        (("lives-in-ile-de-france",), None, None, "2025-02-15", "silent"),
        (
            ("lives-in-ile-de-france", "other-tuberculosis-factor"),
            None,
            None,
            "2025-02-15",
            "due 2025-02-15",
        ),
        (("tuberculosis-risk", "hiv"), None, None, "2025-02-15", "contraindicated 2025-02-15"),
        ((), None, None, "2025-02-15", "silent"),
    ],
)
def test_tuberculosis(situations, residence, born_in, on, said):
    facts = person("2025-01-15", situations=situations, residence=residence, born_in=born_in)

    assert says(facts, on, "bcg") == said


@pytest.mark.parametrize(
    ("doses", "situations", "on", "said"),
    [
        ((), (), "2020-01-14", "not-yet 2020-01-15"),
        ((), (), "2020-01-15", "due 2020-01-15"),
        # Given before 2 years: a second from 6 years on.
        (("STAMARIL 2020-02-01",), (), "2025-01-14", "not-yet 2025-01-15"),
        (("STAMARIL 2020-02-01",), (), "2025-01-15", "due 2025-01-15"),
        (("STAMARIL 2020-02-01",), (), "2030-02-01", "due 2025-01-15"),
        (("STAMARIL 2020-02-01",), (), "2030-02-02", "overdue 2025-01-15"),
        (("STAMARIL 2021-01-14",), (), "2025-01-15", "due 2025-01-15"),
        (("STAMARIL 2021-01-15",), (), "2025-01-15", "silent"),
        (
            ("STAMARIL 2022-02-01",),
            ("yellow-fever-weak-first-dose",),
            "2032-01-31",
            "not-yet 2032-02-01",
        ),
    ],
)
def test_yellow_fever_in_guiana(doses, situations, on, said):
    facts = person("2019-01-15", *doses, situations=situations, residence="GF")

    assert says(facts, on, "yellow_fever") == said


def test_yellow_fever_is_for_those_who_live_or_stay_there():
    assert says(person("2000-01-01"), "2026-01-01", "yellow_fever") == "silent"
    told = ("french-guiana-stay 2026-01-01 2026-02-01",)
    assert says(person("2000-01-01", situations=told), "2026-01-01", "yellow_fever").startswith(
        "due"
    )


@pytest.mark.parametrize(
    ("residence", "situations", "doses", "step", "on", "said"),
    [
        ("MQ", ("dengue-documented 2018-01-01",), (), "1", "2021-01-14", "not-yet 2021-01-15"),
        ("MQ", ("dengue-documented 2018-01-01",), (), "1", "2021-01-15", "due any"),
        ("FR", ("dengue-documented 2018-01-01",), (), "1", "2021-01-15", "silent"),
        ("MQ", (), (), "1", "2021-01-15", "silent"),
        ("MQ", ("dengue-documented 2021-01-15",), (), "1", "2021-07-14", "not-yet 2021-07-15"),
        ("MQ", ("dengue-documented 2021-01-15",), (), "1", "2021-07-15", "due any"),
        ("MQ", ("dengue-risk",), (), "1", "2032-01-15", "due any"),
        ("MQ", ("dengue-risk",), ("QDENGA 2032-02-01",), "2", "2032-04-30", "not-yet 2032-05-01"),
        ("MQ", ("dengue-risk",), ("QDENGA 2032-02-01",), "2", "2032-05-01", "due 2032-05-01"),
    ],
)
def test_dengue(residence, situations, doses, step, on, said):  # noqa: PLR0917
    facts = person("2015-01-15", *doses, situations=situations, residence=residence)

    assert says(facts, on, "dengue", step) == said


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        ((), "1", "2025-01-15", "due 2025-01-15"),
        ((), "1", "2025-03-14", "due 2025-01-15"),
        # At two months the hexavalent vaccine brings it.
        ((), "1", "2025-03-15", "silent"),
        (("ENGERIX B 10 µg 2025-01-15",), "2", "2025-02-14", "not-yet 2025-02-15"),
        (("ENGERIX B 10 µg 2025-01-15",), "2", "2025-02-15", "due 2025-02-15"),
        (("ENGERIX B 10 µg 2025-01-15, 2025-02-15",), "3", "2025-07-14", "not-yet 2025-07-15"),
        (("ENGERIX B 10 µg 2025-01-15, 2025-02-15",), "3", "2025-07-15", "due 2025-07-15"),
    ],
)
def test_hepatitis_b_from_birth(doses, step, on, said):
    born_there = person("2025-01-15", *doses, born_in="YT")
    by_mother = person("2025-01-15", *doses, situations=("mother-hbsag-positive",))
    elsewhere = person("2025-01-15", *doses)

    assert says(born_there, on, "hepB_birth", step) == said
    assert says(by_mother, on, "hepB_birth", step) == said
    assert says(elsewhere, on, "hepB_birth", step) == "silent"


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        (("BEXSERO 2020-01-01, 2020-03-01",), "risk-booster", "2025-02-28", "not-yet 2025-03-01"),
        (("BEXSERO 2020-01-01, 2020-03-01",), "risk-booster", "2025-03-01", "due 2025-03-01"),
        (("BEXSERO 2020-01-01",), "risk-2", "2025-03-01", "due 2020-02-01"),
        ((), "risk-1", "2025-03-01", "due any"),
    ],
)
def test_meningococcus_b_of_those_at_risk(doses, step, on, said):
    facts = person("2000-01-01", *doses, situations=("menb-risk",))

    assert says(facts, on, "menB", step) == said
