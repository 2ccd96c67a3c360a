"""Later vaccines at the far ends of their schemes, by hand."""

import pytest

from tests.unit.notifications.vaccines.files import find, person, plan, says


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        # A dose at 10 counts; on the eve of 10 it does not.
        ("BEXSERO 2022-05-19", "1", "2027-05-20", "due 2027-05-20"),
        ("BEXSERO 2022-05-20", "1", "2027-05-20", "done"),
        ("TRUMENBA 2022-05-19", "1", "2027-05-20", "due 2027-05-20"),
        ("TRUMENBA 2022-05-20", "2", "2023-01-01", "due 2022-11-20"),
        ("TRUMENBA 2037-05-19", "2", "2037-11-19", "due 2037-11-19"),
        ("TRUMENBA 2037-05-20", "2", "2037-11-20", "silent"),
        ("BEXSERO 2037-05-20", "2", "2037-06-20", "silent"),
    ],
)
def test_meningococcus_b_of_teenagers(doses, step, on, said):
    assert says(person("2012-05-20", doses), on, "menB_teen", step) == said


@pytest.mark.parametrize(
    ("dose", "on", "said"),
    [
        ("PRIORIX 1975-06-09", "2026-01-10", "due any"),
        ("PRIORIX 1975-06-10", "2026-01-10", "silent"),
    ],
)
def test_measles_of_those_born_before_1980_counts_from_a_year(dose, on, said):
    facts = person("1974-06-10", dose, situations=("health-worker",))

    assert says(facts, on, "mmr") == said


@pytest.mark.parametrize(
    ("doses", "said"),
    [
        # Two doses protect, but not one given before 12 months.
        ("PRIORIX 2024-06-09, 2024-12-01", "due 2026-01-01"),
        ("PRIORIX 2024-06-10, 2024-12-01", "silent"),
        ("PRIORIX 2024-12-01", "due 2026-01-01"),
    ],
)
def test_after_a_contact_with_measles_two_doses_are_enough(doses, said):
    facts = person("2023-06-10", doses, situations=("measles-contact 2026-01-01",))

    assert says(facts, "2026-01-02", "mmr", "contact") == said


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        ("ROTATEQ 2024-02-26", "2", "2024-04-14", "not-yet 2024-04-15"),
        ("ROTATEQ 2024-03-20", "2", "2024-04-19", "not-yet 2024-04-20"),
        # Asked for up to 32 weeks, which is 26 August.
        ("ROTATEQ 2024-03-15", "2", "2024-08-25", "due 2024-04-15"),
        ("ROTATEQ 2024-03-15", "2", "2024-08-26", "silent"),
        ("ROTATEQ 2024-03-15, 2024-04-15", "3", "2024-08-25", "due 2024-05-15"),
        ("ROTATEQ 2024-03-15, 2024-04-15", "3", "2024-08-26", "silent"),
    ],
)
def test_rotavirus_in_three_doses(doses, step, on, said):
    assert says(person("2024-01-15", doses), on, "rotavirus", step) == said


@pytest.mark.parametrize(
    ("on", "said"), [("2027-01-31", "due 2025-08-01"), ("2027-02-01", "silent")]
)
def test_antibodies_against_rsv_are_for_those_under_two(on, said):
    facts = person("2025-02-01", situations=("no mother-rsv-vaccinated",), residence="GF")

    assert says(facts, on, "rsv_newborn") == said


@pytest.mark.parametrize(
    ("dose", "products"),
    [
        ("TETRAVAC-ACELLULAIRE 2017-05-19", ("tetravac-acellulaire",)),
        ("TETRAVAC-ACELLULAIRE 2017-05-20", ("boostrixtetra", "repevax")),
        ("TETRAVAC-ACELLULAIRE 2023-05-19", ("boostrixtetra", "repevax")),
    ],
)
def test_a_full_dose_between_5_and_10_makes_the_next_a_reduced_one(dose, products):
    facts = person("2012-05-20", dose)

    found = find(plan(facts, "2023-06-01"), "dtcap_child_boosters", "11-13y")

    assert found.products == products


def test_a_full_dose_at_11_is_the_booster_of_11_itself():
    facts = person("2012-05-20", "TETRAVAC-ACELLULAIRE 2023-05-20")

    assert says(facts, "2023-06-01", "dtcap_child_boosters", "11-13y") == "done"


@pytest.mark.parametrize(
    ("born", "doses", "step", "on", "said"),
    [
        ("2000-01-01", (), "primary-1", "2017-12-31", "silent"),
        ("2000-01-01", (), "primary-1", "2018-01-01", "due any"),
        ("2000-01-01", ("REPEVAX 2017-12-31",), "primary-1", "2018-02-01", "due any"),
        ("2000-01-01", ("REPEVAX 2018-01-01",), "primary-2", "2018-02-28", "not-yet 2018-03-01"),
        (
            "2000-01-01",
            ("REPEVAX 2018-01-01, 2018-05-01",),
            "primary-3",
            "2018-10-31",
            "not-yet 2018-11-01",
        ),
        (
            "2000-01-01",
            ("REPEVAX 2018-01-01, 2018-03-01",),
            "primary-3",
            "2018-08-31",
            "not-yet 2018-09-01",
        ),
        (
            "2000-01-01",
            ("REPEVAX 2018-01-01, 2018-03-01",),
            "primary-3",
            "2019-01-01",
            "due 2018-09-01",
        ),
        (
            "2000-01-01",
            ("REPEVAX 2018-01-01, 2018-03-01",),
            "primary-3",
            "2019-01-02",
            "overdue 2018-09-01",
        ),
    ],
)
def test_adults_never_vaccinated(born, doses, step, on, said):
    facts = person(born, *doses, situations=("never-vaccinated",))

    assert says(facts, on, "dtcap_adult", step) == said


@pytest.mark.parametrize(
    ("born", "step", "last", "must_confirm"),
    [
        ("1980-03-10", "45y", "2020-03-10", False),
        ("1980-03-10", "45y", "2020-03-11", True),
        ("1960-03-10", "65y", "2020-03-10", False),
        ("1960-03-10", "65y", "2020-03-11", True),
        ("1950-03-10", "75y", "2020-03-10", False),
        ("1950-03-10", "75y", "2020-03-11", True),
    ],
)
def test_a_booster_within_five_years_of_a_fixed_age_is_to_be_confirmed(
    born, step, last, must_confirm
):
    found = find(plan(person(born, f"REPEVAX {last}"), "2025-03-10"), "dtcap_adult", step)

    assert found.must_confirm is must_confirm


@pytest.mark.parametrize(
    ("doses", "situations", "step", "on", "said"),
    [
        # The catch-up of whooping cough begins at 25, that of professionals at 18.
        (("REVAXIS 2020-12-20",), (), "pertussis", "2020-12-31", "silent"),
        (("REVAXIS 2021-01-05",), (), "pertussis", "2021-02-10", "due any"),
        ((), ("health-worker",), "workers", "2013-12-31", "silent"),
        ((), ("health-worker",), "workers", "2014-01-01", "due any"),
    ],
)
def test_whooping_cough_of_adults_has_its_first_ages(doses, situations, step, on, said):
    facts = person("1996-01-01", *doses, situations=situations)

    assert says(facts, on, "dtcap_adult", step) == said


@pytest.mark.parametrize(
    ("on", "said"), [("2025-01-14", "silent"), ("2025-01-15", "not-yet 2026-03-01")]
)
def test_the_repeated_booster_against_meningococcus_b_begins_at_five(on, said):
    facts = person("2020-01-15", "BEXSERO 2021-02-01, 2021-03-01", situations=("menb-risk",))

    assert says(facts, on, "menB", "risk-booster") == said
