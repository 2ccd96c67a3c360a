"""Truth tables from 6 years on, by hand: the eve, the day, and after."""

import pytest

from notifications.core.recommendation import Level
from tests.unit.notifications.vaccines.files import find, person, plan, says

BORN = "2012-05-20"
FULL_AT_6 = "TETRAVAC-ACELLULAIRE 2018-06-01"


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        ((), "6y", "2018-05-19", "not-yet 2018-05-20"),
        ((), "6y", "2018-05-20", "due 2018-05-20"),
        ((), "6y", "2023-05-19", "due 2018-05-20"),
        # At 11 the next one stands for both.
        ((), "6y", "2023-05-20", "silent"),
        ((FULL_AT_6,), "6y", "2018-07-01", "done"),
        # A late third dose: the booster is two years after it.
        (("HEXYON 2017-09-01",), "6y", "2019-08-31", "not-yet 2019-09-01"),
        (("HEXYON 2017-09-01",), "6y", "2019-09-01", "due 2019-09-01"),
        # Before 6 years one counts from 5 on, two years after another.
        (("HEXYON 2013-04-20", "TETRAVAC-ACELLULAIRE 2017-05-20"), "6y", "2018-06-01", "done"),
        (
            ("HEXYON 2013-04-20", "TETRAVAC-ACELLULAIRE 2017-05-19"),
            "6y",
            "2019-06-01",
            "due 2019-05-19",
        ),
        ((FULL_AT_6,), "11-13y", "2023-05-19", "not-yet 2023-05-20"),
        ((FULL_AT_6,), "11-13y", "2023-05-20", "due 2023-05-20"),
        ((FULL_AT_6,), "11-13y", "2026-05-19", "due 2023-05-20"),
        ((FULL_AT_6,), "11-13y", "2026-05-20", "silent"),
        # One given on the eve does not count, and the next is a month later.
        ((FULL_AT_6, "REPEVAX 2023-05-19"), "11-13y", "2023-05-20", "not-yet 2023-06-19"),
        ((FULL_AT_6, "REPEVAX 2023-05-19"), "11-13y", "2023-06-19", "due 2023-06-19"),
        ((FULL_AT_6, "REPEVAX 2023-05-20"), "11-13y", "2023-05-20", "done"),
    ],
)
def test_boosters_of_children(doses, step, on, said):
    assert says(person(BORN, *doses), on, "dtcap_child_boosters", step) == said


@pytest.mark.parametrize(
    ("doses", "products"),
    [
        ((FULL_AT_6,), ("boostrixtetra", "repevax")),
        ((), ("tetravac-acellulaire",)),
        (("REPEVAX 2018-06-01",), ("tetravac-acellulaire",)),
    ],
)
def test_the_booster_of_11_is_reduced_where_that_of_6_was_full(doses, products):
    found = find(plan(person(BORN, *doses), "2023-06-01"), "dtcap_child_boosters", "11-13y")

    assert found.products == products


@pytest.mark.parametrize(
    ("born", "doses", "step", "on", "said"),
    [
        ("2000-03-10", (), "25y", "2025-03-09", "not-yet 2025-03-10"),
        ("2000-03-10", (), "25y", "2025-03-10", "due 2025-03-10"),
        # Five years after the last vaccine against whooping cough.
        ("2000-03-10", ("REPEVAX 2022-01-05",), "25y", "2027-01-04", "not-yet 2027-01-05"),
        ("2000-03-10", ("REPEVAX 2022-01-05",), "25y", "2027-01-05", "due 2027-01-05"),
        # REVAXIS holds nothing against whooping cough.
        ("2000-03-10", ("REVAXIS 2022-01-05",), "25y", "2025-03-10", "due 2025-03-10"),
        ("2000-03-10", ("REPEVAX 2025-03-10",), "25y", "2025-03-10", "done"),
        ("2000-03-10", ("REPEVAX 2025-03-10",), "45y", "2045-03-09", "not-yet 2045-03-10"),
        ("2000-03-10", ("REPEVAX 2025-03-10",), "45y", "2045-03-10", "due 2045-03-10"),
        # After one at another age, the next fixed age.
        ("1980-03-10", ("REPEVAX 2010-01-01",), "45y", "2025-03-10", "due 2025-03-10"),
        ("1980-03-10", (), "25y", "2025-03-09", "due 2005-03-10"),
        ("1980-03-10", (), "25y", "2025-03-10", "silent"),
        ("1960-03-10", ("REPEVAX 2010-01-01",), "65y", "2025-03-09", "not-yet 2025-03-10"),
        ("1960-03-10", ("REPEVAX 2010-01-01",), "65y", "2025-03-10", "due 2025-03-10"),
        ("1950-03-10", (), "75y", "2025-03-09", "not-yet 2025-03-10"),
        ("1950-03-10", (), "75y", "2025-03-10", "due 2025-03-10"),
        ("1940-03-10", (), "85y", "2025-03-10", "due 2025-03-10"),
        ("1930-03-10", (), "95y", "2025-03-09", "not-yet 2025-03-10"),
    ],
)
def test_boosters_of_adults(born, doses, step, on, said):
    assert says(person(born, *doses), on, "dtcap_adult", step) == said


@pytest.mark.parametrize(
    ("doses", "on", "said"),
    [
        (("REVAXIS 2022-01-05",), "2026-03-09", "due any"),
        (("REVAXIS 2022-01-05",), "2035-12-31", "due any"),
        (("REVAXIS 2022-01-05",), "2036-01-01", "silent"),
        (("REVAXIS 2022-01-05", "REPEVAX 2016-01-01"), "2026-03-09", "done"),
        (("REVAXIS 2022-01-05", "REPEVAX 2015-12-31"), "2026-03-09", "due any"),
    ],
)
def test_adults_catch_up_with_whooping_cough_until_39(doses, on, said):
    assert says(person("1996-01-01", *doses), on, "dtcap_adult", "pertussis") == said


def test_an_adult_never_vaccinated_begins_and_then_takes_the_next_age():
    told = ("never-vaccinated",)
    first = person("1990-01-01", situations=told)
    whole = person("1990-01-01", "REPEVAX 2026-01-01, 2026-03-01, 2026-09-01", situations=told)

    assert says(first, "2026-01-01", "dtcap_adult", "primary-1") == "due any"
    assert says(first, "2026-01-01", "dtcap_adult", "25y") == "silent"
    assert says(first, "2026-01-01", "dtcap_adult", "primary-2") == "not-yet 2026-03-01"
    assert says(first, "2026-01-01", "dtcap_adult", "primary-3") == "not-yet 2026-09-01"
    assert says(whole, "2026-09-02", "dtcap_adult", "45y") == "not-yet 2035-01-01"


@pytest.mark.parametrize(
    ("dose", "on", "said"),
    [
        ("REPEVAX 2018-05-01", "2023-04-30", "not-yet 2023-05-01"),
        ("REPEVAX 2018-05-01", "2023-05-01", "due 2023-05-01"),
    ],
)
def test_professionals_and_those_around_a_baby_renew_after_five_years(dose, on, said):
    worker = person("1985-01-01", dose, situations=("health-worker",))
    father = person("1985-01-01", dose, situations=("near-unprotected-infant",))

    assert says(worker, on, "dtcap_adult", "workers") == said
    assert says(father, on, "pertussis_cocoon") == said


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        ((), "1", "2023-05-19", "not-yet 2023-05-20"),
        ((), "1", "2023-05-20", "due 2023-05-20"),
        ((), "1", "2027-05-19", "due 2023-05-20"),
        (("GARDASIL 9 2023-06-30",), "2", "2023-11-29", "not-yet 2023-11-30"),
        (("GARDASIL 9 2023-06-30",), "2", "2023-11-30", "due 2023-11-30"),
        (("GARDASIL 9 2023-06-30",), "2", "2024-07-30", "due 2023-11-30"),
        (("GARDASIL 9 2023-06-30",), "2", "2024-07-31", "overdue 2023-11-30"),
        (("GARDASIL 9 2023-06-30",), "3", "2024-07-31", "silent"),
        # Four months after the first, a second does not count: another is due.
        (("GARDASIL 9 2023-06-30, 2023-10-30",), "2", "2023-12-01", "due 2023-11-30"),
        # The age at the first dose makes the scheme: three from 15 years.
        (("GARDASIL 9 2027-05-19",), "3", "2027-06-01", "silent"),
        (("GARDASIL 9 2027-05-20",), "2", "2027-07-19", "not-yet 2027-07-20"),
        (("GARDASIL 9 2027-05-20",), "2", "2027-07-20", "due 2027-07-20"),
        (("GARDASIL 9 2027-05-20, 2027-07-20",), "3", "2027-11-19", "not-yet 2027-11-20"),
        (("GARDASIL 9 2027-05-20, 2027-07-20",), "3", "2027-11-20", "due 2027-11-20"),
        (("GARDASIL 9 2027-05-20, 2027-07-20",), "3", "2028-05-21", "overdue 2027-11-20"),
        ((), "1", "2032-05-19", "due 2023-05-20"),
        ((), "1", "2032-05-20", "due any"),
        ((), "1", "2039-05-19", "due any"),
        ((), "1", "2039-05-20", "silent"),
        # What was begun in time is finished.
        (("GARDASIL 9 2039-05-19",), "2", "2039-07-19", "due 2039-07-19"),
    ],
)
def test_papillomaviruses(doses, step, on, said):
    assert says(person(BORN, *doses), on, "hpv", step) == said


@pytest.mark.parametrize(("on", "said"), [("2025-12-11", "silent"), ("2025-12-12", "due any")])
def test_papillomavirus_catch_up_after_19_is_in_force_since_a_day(on, said):
    assert says(person("2000-02-01"), on, "hpv") == said


@pytest.mark.parametrize(
    ("situation", "on", "said"),
    [
        ("transplant", "2021-05-19", "not-yet 2021-05-20"),
        ("transplant", "2021-05-20", "due 2021-05-20"),
        ("hiv", "2023-05-19", "not-yet 2023-05-20"),
    ],
)
def test_papillomavirus_of_those_at_risk_takes_three_doses(situation, on, said):
    facts = person(BORN, situations=(situation,))

    assert says(facts, on, "hpv", "1") == said
    assert find(plan(facts, "2023-06-01"), "hpv", "3") is not None


@pytest.mark.parametrize(
    ("doses", "on", "said"),
    [
        ((), "2025-05-19", "not-yet 2026-05-20"),
        ((), "2026-05-19", "not-yet 2026-05-20"),
        ((), "2026-05-20", "due 2026-05-20"),
        ((), "2030-05-19", "due 2026-05-20"),
        ((), "2030-05-20", "due any"),
        ((), "2040-05-19", "due any"),
        ((), "2040-05-20", "silent"),
        (("NIMENRIX 2026-05-19",), "2026-05-20", "due 2026-05-20"),
        (("NIMENRIX 2026-05-20",), "2026-05-21", "silent"),
        (("NIMENRIX 2016-01-20, 2016-05-20", "NEISVAC 2017-01-01"), "2026-05-20", "due 2026-05-20"),
    ],
)
def test_meningococci_of_teenagers(doses, on, said):
    assert says(person("2015-05-20", *doses), on, "menACWY_teen") == said


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        ((), "1", "2027-05-19", "not-yet 2027-05-20"),
        ((), "1", "2027-05-20", "due 2027-05-20"),
        ((), "1", "2037-05-19", "due 2027-05-20"),
        ((), "1", "2037-05-20", "silent"),
        (("BEXSERO 2027-06-01",), "2", "2027-06-30", "not-yet 2027-07-01"),
        (("BEXSERO 2027-06-01",), "2", "2027-07-01", "due 2027-07-01"),
        (("TRUMENBA 2027-06-01",), "2", "2027-11-30", "not-yet 2027-12-01"),
        (("TRUMENBA 2027-06-01",), "2", "2027-12-01", "due 2027-12-01"),
        (("TRUMENBA 2027-06-01", "BEXSERO 2027-12-01"), "2", "2027-12-02", "due 2027-12-01"),
    ],
)
def test_meningococcus_b_of_teenagers_is_offered(doses, step, on, said):
    facts = person(BORN, *doses)

    assert says(facts, on, "menB_teen", step) == said
    assert all(
        one.level is Level.OPTIONAL
        for one in plan(facts, on).recommendations
        if one.item == "menB_teen"
    )


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        ((), "1", "2028-05-19", "due any"),
        ((), "1", "2028-05-20", "silent"),
        (("ENGERIX B 10 µg 2025-01-10",), "2", "2025-02-09", "not-yet 2025-02-10"),
        (("ENGERIX B 10 µg 2025-01-10",), "2", "2025-02-10", "due 2025-02-10"),
        (("ENGERIX B 10 µg 2025-01-10, 2025-02-10",), "3", "2025-07-09", "not-yet 2025-07-10"),
        (("ENGERIX B 10 µg 2025-01-10, 2025-02-10",), "3", "2025-07-10", "due 2025-07-10"),
        # Five months between the second and the third.
        (("ENGERIX B 10 µg 2025-01-10, 2025-04-10",), "3", "2025-09-09", "not-yet 2025-09-10"),
        # Two doses of ENGERIX B 20, six months apart, are enough; on the eve they are not.
        (("ENGERIX B 20 µg 2025-01-10, 2025-07-10",), "3", "2025-08-01", "silent"),
        (("ENGERIX B 20 µg 2025-01-10, 2025-07-09",), "3", "2025-08-01", "not-yet 2025-12-09"),
        (("ENGERIX B 10 µg 2025-01-10, 2025-07-10",), "3", "2025-08-01", "not-yet 2025-12-10"),
        # What was begun before 16 is finished.
        (("ENGERIX B 20 µg 2028-05-19",), "2", "2028-06-19", "due 2028-06-19"),
    ],
)
def test_hepatitis_b_catch_up(doses, step, on, said):
    assert says(person(BORN, *doses), on, "hepB_catchup", step) == said


@pytest.mark.parametrize(
    ("situations", "on", "said"),
    [
        (("hepatitis-b-risk",), "2028-05-19", "due any"),
        (("hepatitis-b-risk",), "2028-05-20", "due any"),
        (("hepatitis-b-risk 2029-01-01",), "2028-12-31", "silent"),
        (("hepatitis-b-risk 2029-01-01",), "2029-01-01", "due any"),
        (("hepatitis-b-risk", "hepatitis-b-complete"), "2029-01-01", "silent"),
        (("hepatitis-b-risk", "hepatitis-b"), "2029-01-01", "silent"),
    ],
)
def test_hepatitis_b_after_16_is_for_those_at_risk(situations, on, said):
    assert says(person(BORN, situations=situations), on, "hepB_catchup") == said


@pytest.mark.parametrize(
    ("situations", "doses", "step", "on", "said"),
    [
        (("no chickenpox",), (), "1", "2024-05-19", "not-yet 2024-05-20"),
        (("no chickenpox",), (), "1", "2024-05-20", "due 2024-05-20"),
        (("chickenpox",), (), "1", "2024-05-20", "silent"),
        ((), (), "1", "2024-05-20", "unknown 2024-05-20"),
        (("no chickenpox",), (), "1", "2031-05-19", "due 2024-05-20"),
        (("no chickenpox",), (), "1", "2031-05-20", "silent"),
        (("no chickenpox",), ("VARIVAX 2025-01-01",), "2", "2025-01-28", "not-yet 2025-01-29"),
        (("no chickenpox",), ("VARIVAX 2025-01-01",), "2", "2025-01-29", "due 2025-01-29"),
        (("no chickenpox",), ("VARIVAX 2025-01-01",), "2", "2025-02-27", "overdue 2025-01-29"),
        (("no chickenpox",), ("VARILRIX 2025-01-01",), "2", "2025-02-11", "not-yet 2025-02-12"),
        (("no chickenpox",), ("VARILRIX 2025-01-01",), "2", "2025-02-12", "due 2025-02-12"),
        (("no chickenpox",), ("VARILRIX 2025-01-01",), "2", "2025-03-13", "overdue 2025-02-12"),
    ],
)
def test_chickenpox(situations, doses, step, on, said):
    facts = person(BORN, *doses, sex="male", situations=situations)

    assert says(facts, on, "varicella", step) == said


@pytest.mark.parametrize(
    ("contact", "born", "doses", "on", "said"),
    [
        ("measles-contact", "2025-07-01", (), "2026-01-02", "due 2026-01-01"),
        ("measles-contact", "2025-07-01", (), "2026-01-04", "due 2026-01-01"),
        ("measles-contact", "2025-07-01", (), "2026-01-05", "silent"),
        ("measles-contact", "2025-07-03", (), "2026-01-02", "silent"),
        ("measles-contact", "2025-07-01", ("PRIORIX 2026-01-02",), "2026-01-02", "done"),
        (
            "measles-contact",
            "2000-01-01",
            ("PRIORIX 2001-02-01, 2001-06-01",),
            "2026-01-02",
            "silent",
        ),
        ("chickenpox-contact", "2010-01-01", (), "2026-01-02", "due 2026-01-01"),
        ("chickenpox-contact", "2016-01-01", (), "2026-01-02", "silent"),
    ],
)
def test_after_a_contact_there_are_three_days(contact, born, doses, on, said):
    item = "mmr" if contact == "measles-contact" else "varicella"
    told = (f"{contact} 2026-01-01", "no chickenpox")
    facts = person(born, *doses, situations=told)

    assert says(facts, on, item, "contact") == said
