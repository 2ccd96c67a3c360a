"""Who is concerned, from which age and up to which, by hand."""

import pytest

from notifications.core.recommendation import Level
from tests.unit.notifications.vaccines.files import find, person, plan, says

B20 = "ENGERIX B 20 µg"


@pytest.mark.parametrize(
    ("situations", "doses", "step", "on", "said"),
    [
        # Three doses for those at risk after 16.
        (("hepatitis-b-risk",), (f"{B20} 2028-06-10",), "2", "2028-07-09", "not-yet 2028-07-10"),
        (
            ("hepatitis-b-risk",),
            (f"{B20} 2028-06-10, 2028-07-10",),
            "3",
            "2028-12-09",
            "not-yet 2028-12-10",
        ),
        (
            ("hepatitis-b-risk",),
            (f"{B20} 2028-06-10, 2028-09-10",),
            "3",
            "2029-02-09",
            "not-yet 2029-02-10",
        ),
        # The hurried scheme: 0, 7 and 21 days, 12 months, from 18 years.
        (
            ("hepatitis-b-risk",),
            (f"{B20} 2030-05-20, 2030-05-27, 2030-06-10, 2031-05-20",),
            "4",
            "2031-06-01",
            "done",
        ),
        (
            ("hepatitis-b-risk",),
            (f"{B20} 2030-05-19, 2030-05-26, 2030-06-09, 2031-05-19",),
            "3",
            "2031-06-01",
            "not-yet 2031-10-19",
        ),
        (
            ("hepatitis-b-risk",),
            (f"{B20} 2030-05-20, 2030-05-26, 2030-06-10, 2031-05-20",),
            "4",
            "2031-06-01",
            "silent",
        ),
        (
            ("hepatitis-b-risk",),
            (f"{B20} 2030-05-20, 2030-05-27, 2030-06-09, 2031-05-20",),
            "4",
            "2031-06-01",
            "silent",
        ),
        (
            ("hepatitis-b-risk",),
            (f"{B20} 2030-05-20, 2030-05-27, 2030-06-10, 2031-05-19",),
            "4",
            "2031-06-01",
            "silent",
        ),
        # The two doses of 11 to 15 years are of those ages.
        ((), (f"{B20} 2023-05-20, 2023-11-20",), "2", "2024-01-01", "done"),
        ((), (f"{B20} 2023-05-19, 2023-11-19",), "3", "2024-01-01", "not-yet 2024-04-19"),
        ((), (f"{B20} 2023-05-20, 2023-11-20",), "3", "2024-01-01", "silent"),
        ((), (f"{B20} 2028-05-19, 2028-11-19",), "3", "2029-01-01", "silent"),
        (
            ("hepatitis-b-risk",),
            (f"{B20} 2028-05-20, 2028-11-20",),
            "3",
            "2029-01-01",
            "not-yet 2029-04-20",
        ),
    ],
)
def test_hepatitis_b(situations, doses, step, on, said):
    facts = person("2012-05-20", *doses, situations=situations)

    assert says(facts, on, "hepB_catchup", step) == said


def test_hepatitis_b_of_a_child_is_to_begin_before_16():
    found = find(plan(person("2012-05-20"), "2028-05-19"), "hepB_catchup", "1")

    assert str(found.latest_on) == "2028-05-19"


@pytest.mark.parametrize(
    ("situations", "doses", "step", "on", "said"),
    [
        ((), ("GARDASIL 9 2021-05-19",), "1", "2023-05-20", "due 2023-05-20"),
        ((), ("GARDASIL 9 2021-05-20",), "1", "2023-05-20", "done"),
        ((), ("GARDASIL 9 2032-05-20",), "3", "2033-05-20", "not-yet 2033-08-20"),
        ((), ("GARDASIL 9 2032-05-20, 2032-07-20",), "3", "2033-05-20", "due 2032-11-20"),
        ((), ("GARDASIL 9 2032-05-20, 2032-07-20",), "3", "2033-05-21", "overdue 2032-11-20"),
        ((), ("GARDASIL 9 2039-05-20",), "2", "2039-07-20", "silent"),
        (("transplant",), ("GARDASIL 9 2022-01-10",), "2", "2022-03-09", "not-yet 2022-03-10"),
        (
            ("transplant",),
            ("GARDASIL 9 2022-01-10, 2022-03-10",),
            "3",
            "2022-07-09",
            "not-yet 2022-07-10",
        ),
        (
            ("transplant",),
            ("GARDASIL 9 2022-01-10, 2022-03-10",),
            "3",
            "2023-01-10",
            "due 2022-07-10",
        ),
        (
            ("transplant",),
            ("GARDASIL 9 2022-01-10, 2022-03-10",),
            "3",
            "2023-01-11",
            "overdue 2022-07-10",
        ),
        (("hiv",), ("GARDASIL 9 2023-06-10",), "2", "2023-08-09", "not-yet 2023-08-10"),
        (("hiv",), ("GARDASIL 9 2023-06-10, 2023-08-10",), "3", "2023-12-09", "not-yet 2023-12-10"),
        (("hiv",), ("GARDASIL 9 2023-06-10, 2023-08-10",), "3", "2024-06-10", "due 2023-12-10"),
        (("hiv",), ("GARDASIL 9 2023-06-10, 2023-08-10",), "3", "2024-06-11", "overdue 2023-12-10"),
        (("hiv",), ("GARDASIL 9 2021-05-20",), "2", "2023-05-20", "due 2021-07-20"),
    ],
)
def test_papillomaviruses(situations, doses, step, on, said):
    facts = person("2012-05-20", *doses, situations=situations)

    assert says(facts, on, "hpv", step) == said


@pytest.mark.parametrize(
    ("situation", "on", "level", "latest"),
    [
        (None, "2027-05-19", Level.RECOMMENDED, "2027-05-19"),
        (None, "2027-05-20", Level.RECOMMENDED, "2039-05-19"),
        (None, "2032-05-20", Level.RECOMMENDED, "2039-05-19"),
        ("transplant", "2032-05-19", Level.RISK, "2032-05-19"),
        ("transplant", "2032-05-20", Level.RECOMMENDED, "2039-05-19"),
        ("hiv", "2039-05-19", Level.RISK, "2039-05-19"),
        ("hiv", "2039-05-20", None, None),
    ],
)
def test_papillomaviruses_have_a_last_day_by_group(situation, on, level, latest):
    facts = person("2012-05-20", situations=(situation,) if situation else ())

    found = find(plan(facts, on), "hpv", "1")

    assert (found and (found.level, str(found.latest_on))) == (level and (level, latest))


def test_the_last_day_of_the_teenagers_meningococci_is_that_of_their_group():
    found = find(plan(person("2012-05-20"), "2024-01-01"), "menACWY_teen")

    assert str(found.latest_on) == "2027-05-19"


@pytest.mark.parametrize(
    ("born", "situations", "on", "said"),
    [
        ("2024-06-10", ("transplant-candidate",), "2025-06-09", "not-yet 2025-06-10"),
        ("2024-06-10", ("transplant-candidate",), "2025-06-10", "due 2025-06-10"),
        ("2024-06-10", ("household-immunocompromised",), "2025-06-09", "not-yet 2025-06-10"),
        ("2024-06-10", ("household-immunocompromised",), "2025-06-10", "due any"),
        ("2000-06-10", ("health-worker",), "2025-06-10", "due any"),
        ("2000-06-10", (), "2019-06-09", "due 2012-06-10"),
        ("2000-06-10", (), "2019-06-10", "due any"),
        ("2000-06-10", (), "2046-06-09", "due any"),
        ("2000-06-10", (), "2046-06-10", "silent"),
    ],
)
def test_chickenpox(born, situations, on, said):
    facts = person(born, situations=(*situations, "no chickenpox"))

    assert says(facts, on, "varicella") == said


@pytest.mark.parametrize(
    ("on", "level"), [("2016-06-09", Level.RECOMMENDED), ("2016-06-10", Level.RISK)]
)
def test_work_is_a_reason_from_16_years(on, level):
    facts = person("2000-06-10", situations=("childcare-worker", "no chickenpox"))

    assert find(plan(facts, on), "varicella").level is level


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2026-02-08", "not-yet 2026-02-09"),
        ("2026-02-09", "due 2026-02-09"),
        ("2026-03-09", "due 2026-02-09"),
        ("2026-03-10", "overdue 2026-02-09"),
    ],
)
def test_the_second_dose_of_a_chickenpox_vaccine_that_is_not_known(on, said):
    facts = person("2012-05-20", "valence:Varicella 2026-01-12", situations=("no chickenpox",))

    assert says(facts, on, "varicella", "2") == said


@pytest.mark.parametrize(
    ("born", "on", "said"),
    [
        ("2010-01-01", "2026-01-04", "due 2026-01-01"),
        ("2010-01-01", "2026-01-05", "silent"),
        ("2014-01-03", "2026-01-02", "silent"),
        ("2014-01-03", "2026-01-03", "due 2026-01-01"),
    ],
)
def test_after_a_contact_with_chickenpox(born, on, said):
    facts = person(born, situations=("chickenpox-contact 2026-01-01", "no chickenpox"))

    assert says(facts, on, "varicella", "contact") == said


@pytest.mark.parametrize(
    ("on", "said"),
    [("2018-06-09", "not-yet 2018-06-10"), ("2018-06-10", "due any")],
)
def test_shingles_of_those_with_weak_defences_begins_at_18(on, said):
    facts = person("2000-06-10", situations=("immunocompromised",))

    assert says(facts, on, "zoster") == said


@pytest.mark.parametrize(
    ("on", "said"), [("2025-08-30", "due 2025-07-30"), ("2025-08-31", "overdue 2025-07-30")]
)
def test_their_second_dose_is_late_after_two_months(on, said):
    facts = person("1960-06-10", "SHINGRIX 2025-06-30", situations=("immunocompromised",))

    assert says(facts, on, "zoster", "2") == said


@pytest.mark.parametrize("item", ["influenza", "covid19"])
@pytest.mark.parametrize(
    ("situation", "youngest"),
    [
        ("flu-risk", "2025-05-14"),
        ("care-home-resident", "2025-05-14"),
        ("household-immunocompromised", "2025-05-14"),
        ("health-worker", "2009-11-14"),
    ],
)
def test_a_season_is_for_those_who_reach_the_age_in_it(item, situation, youngest):
    facts = person(youngest, situations=(situation,))

    found = [find(plan(facts, on), item) for on in ("2025-11-13", "2025-11-14")]
    assert found[1].status.value == "due"
    assert found[1].level is not Level.OPTIONAL
    assert (
        found[0] is None or found[0].level is Level.OPTIONAL or found[0].status.value == "not-yet"
    )


@pytest.mark.parametrize(
    ("born", "told", "doses", "on", "said"),
    [
        ("2025-05-14", "immunocompromised", (), "2025-11-13", "not-yet 2025-11-14"),
        (
            "1990-01-01",
            "immunocompromised",
            ("COMIRNATY 2025-09-10",),
            "2025-12-09",
            "not-yet 2025-12-10",
        ),
        ("1990-01-01", "flu-risk", ("COMIRNATY 2025-07-10",), "2026-01-09", "not-yet 2026-01-10"),
        ("2020-11-14", "wants-covid-vaccine", (), "2025-11-13", "not-yet 2025-11-14"),
        ("2020-11-14", "wants-covid-vaccine", (), "2025-11-14", "due 2025-11-14"),
        # In spring: those of 80, and those with weak defences, three months after the last.
        ("1940-01-01", None, ("COMIRNATY 2025-02-10",), "2025-05-09", "not-yet 2025-05-10"),
        ("1940-01-01", None, ("COMIRNATY 2025-02-10",), "2025-05-10", "due 2025-05-10"),
        (
            "1990-01-01",
            "immunocompromised",
            ("COMIRNATY 2025-02-10",),
            "2025-05-09",
            "not-yet 2025-05-10",
        ),
        (
            "1990-01-01",
            "immunocompromised",
            ("COMIRNATY 2025-02-10",),
            "2025-05-10",
            "due 2025-05-10",
        ),
        ("2024-11-14", "immunocompromised", (), "2025-05-13", "not-yet 2025-05-14"),
        ("2024-11-14", "immunocompromised", (), "2025-05-14", "due 2025-05-14"),
    ],
)
def test_covid_by_group(born, told, doses, on, said):
    facts = person(born, *doses, situations=(told,) if told else ())

    assert says(facts, on, "covid19") == said


@pytest.mark.parametrize(
    ("dose", "said"),
    [("ABRYSVO 2011-01-31", "due 2026-02-01"), ("ABRYSVO 2011-02-01", "silent")],
)
def test_rsv_of_seniors_counts_from_sixty(dose, said):
    assert says(person("1951-02-01", dose), "2026-02-01", "rsv_senior") == said


@pytest.mark.parametrize(
    ("told", "born_in", "residence"),
    [
        (("tuberculosis-risk",), None, None),
        (("recent-tuberculosis-around",), None, None),
        (("lives-in-ile-de-france", "other-tuberculosis-factor"), None, None),
        ((), "GF", None),
        ((), None, "YT"),
    ],
)
def test_tuberculosis_ends_on_the_eve_of_15_for_all(told, born_in, residence):
    facts = person("2010-06-10", situations=told, born_in=born_in, residence=residence)

    assert says(facts, "2025-06-09", "bcg").startswith("due")
    assert says(facts, "2025-06-10", "bcg") == "silent"


@pytest.mark.parametrize(
    ("doses", "told", "step", "on", "said"),
    [
        ("STAMARIL 2019-10-14", (), "1", "2020-01-15", "due 2020-01-15"),
        ("STAMARIL 2019-10-15", (), "1", "2020-01-15", "done"),
        ("STAMARIL 2019-10-14", (), "2", "2025-01-15", "silent"),
        ("STAMARIL 2019-10-15", (), "2", "2025-01-15", "due 2025-01-15"),
        (
            "STAMARIL 2021-01-14, 2025-02-01",
            ("yellow-fever-weak-first-dose",),
            "2",
            "2035-01-31",
            "done",
        ),
        (
            "STAMARIL 2021-01-15",
            ("yellow-fever-weak-first-dose",),
            "2",
            "2031-01-14",
            "not-yet 2031-01-15",
        ),
    ],
)
def test_yellow_fever_counts_from_nine_months(doses, told, step, on, said):
    facts = person("2019-01-15", doses, situations=told, residence="GF")

    assert says(facts, on, "yellow_fever", step) == said


@pytest.mark.parametrize(
    ("on", "said"), [("2020-01-14", "not-yet 2020-01-15"), ("2020-01-15", "due 2020-01-15")]
)
def test_yellow_fever_of_travellers_begins_at_a_year(on, said):
    facts = person("2019-01-15", situations=("french-guiana-stay 2019-06-01",))

    assert says(facts, on, "yellow_fever") == said


@pytest.mark.parametrize(
    ("born", "told", "on", "said"),
    [
        ("2009-01-15", "dengue-documented 2018-01-01", "2026-01-14", "due any"),
        ("2009-01-15", "dengue-documented 2018-01-01", "2026-01-15", "silent"),
        ("1965-01-15", "dengue-risk", "2026-01-14", "due any"),
        ("1965-01-15", "dengue-risk", "2026-01-15", "silent"),
    ],
)
def test_dengue_has_its_last_ages(born, told, on, said):
    facts = person(born, situations=(told,), residence="MQ")

    assert says(facts, on, "dengue") == said
