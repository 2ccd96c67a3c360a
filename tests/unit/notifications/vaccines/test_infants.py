"""Truth tables of the infant's vaccines, by hand: the eve, the day, and after."""

import pytest

from notifications.core.recommendation import Level
from tests.unit.notifications.vaccines.files import find, person, plan, says

BORN = "2024-01-15"
HEX2 = "HEXYON 2024-03-15, 2024-05-15"
PCV2 = "PREVENAR 13 2024-03-15, 2024-05-15"


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        ((), "1", "2024-03-14", "not-yet 2024-03-15"),
        ((), "1", "2024-03-15", "due 2024-03-15"),
        ((), "1", "2024-03-16", "due 2024-03-15"),
        # Two months between the first doses, and not before 4 months.
        (("HEXYON 2024-03-15",), "2", "2024-05-14", "not-yet 2024-05-15"),
        (("HEXYON 2024-03-15",), "2", "2024-05-15", "due 2024-05-15"),
        (("HEXYON 2024-04-01",), "2", "2024-05-31", "not-yet 2024-06-01"),
        (("HEXYON 2024-04-01",), "2", "2024-06-01", "due 2024-06-01"),
        # The booster: 11 months, and six months after the last, strictly.
        ((HEX2,), "booster", "2024-12-14", "not-yet 2024-12-15"),
        ((HEX2,), "booster", "2024-12-15", "due 2024-12-15"),
        (("HEXYON 2024-03-15, 2024-07-20",), "booster", "2025-01-19", "not-yet 2025-01-20"),
        (("HEXYON 2024-03-15, 2024-07-20",), "booster", "2025-01-20", "due 2025-01-20"),
        # A dose before 8 weeks does not count, nor a second before its two months.
        (("HEXYON 2024-03-10",), "1", "2024-03-15", "due 2024-03-15"),
        (("HEXYON 2024-03-11",), "1", "2024-03-15", "done"),
        (("HEXYON 2024-03-15, 2024-05-14",), "2", "2024-05-20", "due 2024-05-15"),
        # Doses at 2, 3 and 4 months: two count, and the booster is at 11 months.
        (
            ("HEXYON 2024-03-15, 2024-04-15, 2024-05-15",),
            "booster",
            "2024-06-01",
            "not-yet 2024-12-15",
        ),
        # A booster given early is given again, six months after the last that counts.
        ((HEX2, "HEXYON 2024-11-14"), "booster", "2024-12-15", "due 2024-12-15"),
        ((HEX2, "HEXYON 2024-11-15"), "booster", "2024-12-15", "done"),
        # Begun at 6 months: the booster is at 18 months. On the eve: at 11.
        (("HEXYON 2024-07-15, 2024-09-15",), "booster", "2025-03-20", "not-yet 2025-07-15"),
        (("HEXYON 2024-07-14, 2024-09-14",), "booster", "2025-03-13", "not-yet 2025-03-14"),
        # Begun after a year: the third 8 months after the first.
        (("HEXYON 2025-01-15, 2025-03-15",), "3", "2025-09-14", "not-yet 2025-09-15"),
        (("HEXYON 2025-01-15, 2025-03-15",), "3", "2025-09-15", "due 2025-09-15"),
        (("HEXYON 2025-01-15, 2025-03-15",), "3", "2026-01-16", "overdue 2025-09-15"),
        # Never begun: up to the eve of 6 years.
        ((), "1", "2030-01-14", "due 2024-03-15"),
        ((), "1", "2030-01-15", "silent"),
    ],
)
def test_hexavalent(doses, step, on, said):
    assert says(person(BORN, *doses), on, "hexavalent", step) == said


@pytest.mark.parametrize(
    ("born", "level"),
    [("2017-12-31", Level.RECOMMENDED), ("2018-01-01", Level.MANDATORY)],
)
def test_hexavalent_is_mandatory_for_those_born_from_2018(born, level):
    assert find(plan(person(born), "2021-01-01"), "hexavalent").level is level


def test_a_vaccine_without_hepatitis_b_leaves_hepatitis_b_to_do():
    facts = person(BORN, "PENTAVAC 2024-03-15, 2024-05-15, 2024-12-15")

    assert says(facts, "2025-06-01", "hexavalent", "booster") == "done"
    assert says(facts, "2025-06-01", "hepB_catchup") == "due any"


def test_hepatitis_b_comes_with_the_hexavalent_vaccine_while_that_is_under_way():
    assert says(person(BORN), "2024-04-01", "hepB_catchup") == "silent"
    assert says(person(BORN, HEX2), "2024-06-01", "hepB_catchup") == "silent"


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        ((), "1", "2024-03-14", "not-yet 2024-03-15"),
        ((), "1", "2024-03-15", "due 2024-03-15"),
        (("VAXNEUVANCE 2024-03-15",), "2", "2024-05-14", "not-yet 2024-05-15"),
        (("VAXNEUVANCE 2024-03-15",), "2", "2024-05-15", "due 2024-05-15"),
        ((PCV2,), "booster", "2024-12-14", "not-yet 2024-12-15"),
        ((PCV2,), "booster", "2024-12-15", "due 2024-12-15"),
        # Begun at 7 months: the booster is a year after the second.
        (("PREVENAR 13 2024-08-15, 2024-10-15",), "booster", "2025-10-14", "not-yet 2025-10-15"),
        (("PREVENAR 13 2024-08-15, 2024-10-15",), "booster", "2025-10-15", "due 2025-10-15"),
        (("PREVENAR 13 2024-08-14, 2024-10-14",), "booster", "2024-12-15", "due 2024-12-15"),
        # Begun at 12 months: two doses, two months apart.
        (("PREVENAR 13 2025-01-15",), "2", "2025-03-14", "not-yet 2025-03-15"),
        (("PREVENAR 13 2025-01-15",), "2", "2025-03-15", "due 2025-03-15"),
        # Nobody begins after 23 months completed.
        ((), "1", "2026-01-14", "due 2024-03-15"),
        ((), "1", "2026-01-15", "silent"),
    ],
)
def test_pneumococcus_of_infants(doses, step, on, said):
    assert says(person(BORN, *doses), on, "pneumococcal_infant", step) == said


@pytest.mark.parametrize(
    ("on", "step", "said"),
    [
        ("2024-04-14", "2", "not-yet 2024-04-15"),
        ("2024-04-15", "2", "due 2024-04-15"),
        ("2024-04-15", "3", "not-yet 2024-05-15"),
    ],
)
def test_a_child_born_early_gets_a_dose_more(on, step, said):
    facts = person(BORN, "PREVENAR 13 2024-03-15", situations=("preterm",))

    assert says(facts, on, "pneumococcal_infant", step) == said


@pytest.mark.parametrize(
    ("born", "doses", "on", "step", "said"),
    [
        # From 2 years, at risk and vaccinated: the plain vaccine, two months after the last.
        (
            "2023-01-15",
            ("PREVENAR 13 2023-03-15, 2023-05-15, 2024-12-01",),
            "2025-01-31",
            "23-valent",
            "not-yet 2025-02-01",
        ),
        (
            "2023-01-15",
            ("PREVENAR 13 2023-03-15, 2023-05-15, 2024-12-01",),
            "2025-02-01",
            "23-valent",
            "due 2025-02-01",
        ),
        # Not vaccinated, 2 to 4 years: two conjugate doses, two months apart.
        ("2023-01-15", (), "2025-02-01", "risk-1", "due any"),
        ("2023-01-15", ("PREVENAR 13 2025-02-01",), "2025-03-31", "risk-2", "not-yet 2025-04-01"),
        ("2023-01-15", ("PREVENAR 13 2025-02-01",), "2025-04-01", "risk-2", "due 2025-04-01"),
        # From 5 years: one conjugate dose, and the plain one again five years after the first.
        (
            "2018-01-15",
            ("PREVENAR 13 2025-02-01",),
            "2025-03-31",
            "23-valent",
            "not-yet 2025-04-01",
        ),
        (
            "2018-01-15",
            ("PREVENAR 13 2023-06-01", "PNEUMOVAX 2025-02-01"),
            "2030-01-31",
            "23-valent-2",
            "not-yet 2030-02-01",
        ),
        (
            "2018-01-15",
            ("PREVENAR 13 2023-06-01", "PNEUMOVAX 2025-02-01"),
            "2030-02-01",
            "23-valent-2",
            "due 2030-02-01",
        ),
    ],
)
def test_pneumococcus_of_children_at_risk(born, doses, on, step, said):
    facts = person(born, *doses, situations=("pneumo-risk",))

    assert says(facts, on, "pneumococcal_infant", step) == said


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        ((), "1", "2025-04-14", "not-yet 2025-04-15"),
        ((), "1", "2025-04-15", "due 2025-04-15"),
        (("BEXSERO 2025-04-15",), "2", "2025-06-14", "not-yet 2025-06-15"),
        (("BEXSERO 2025-04-15",), "2", "2025-06-15", "due 2025-06-15"),
        # The booster: 12 months, and six months after the second.
        (("BEXSERO 2025-04-15, 2025-06-15",), "booster", "2026-01-14", "not-yet 2026-01-15"),
        (("BEXSERO 2025-04-15, 2025-06-15",), "booster", "2026-01-15", "due 2026-01-15"),
        (("BEXSERO 2025-06-14, 2025-08-20",), "booster", "2026-02-19", "not-yet 2026-02-20"),
        (("BEXSERO 2025-06-14, 2025-08-20",), "booster", "2026-02-20", "due 2026-02-20"),
        # Begun at 6 months: the second year, and two months after the second.
        (("BEXSERO 2025-07-15, 2025-09-15",), "booster", "2026-01-14", "not-yet 2026-01-15"),
        (("BEXSERO 2025-07-15, 2025-12-15",), "booster", "2026-02-14", "not-yet 2026-02-15"),
        (("BEXSERO 2025-07-15, 2025-12-15",), "booster", "2026-02-15", "due 2026-02-15"),
        # Begun at 12 months: 12 to 23 months after the second.
        (("BEXSERO 2026-01-15, 2026-03-15",), "booster", "2027-03-14", "not-yet 2027-03-15"),
        (("BEXSERO 2026-01-15, 2026-03-15",), "booster", "2027-03-15", "due 2027-03-15"),
        (("BEXSERO 2026-01-15, 2026-03-15",), "booster", "2028-02-15", "due 2027-03-15"),
        (("BEXSERO 2026-01-15, 2026-03-15",), "booster", "2028-02-16", "overdue 2027-03-15"),
        # From 24 months: two doses, a month apart, on any day up to the eve of 5 years.
        ((), "1", "2027-01-14", "due 2025-04-15"),
        ((), "1", "2027-01-15", "due any"),
        (("BEXSERO 2027-01-15",), "2", "2027-02-14", "not-yet 2027-02-15"),
        (("BEXSERO 2027-01-15",), "2", "2027-02-15", "due 2027-02-15"),
        ((), "1", "2030-01-14", "due any"),
        ((), "1", "2030-01-15", "silent"),
    ],
)
def test_meningococcus_b(doses, step, on, said):
    assert says(person("2025-01-15", *doses), on, "menB", step) == said


@pytest.mark.parametrize("item", ["menB", "menACWY_infant"])
@pytest.mark.parametrize(
    ("born", "on", "level"),
    [
        ("2023-01-01", "2024-12-31", None),
        ("2023-01-01", "2025-01-01", Level.RECOMMENDED),
        ("2023-06-15", "2025-06-14", Level.MANDATORY),
        ("2023-06-15", "2025-06-15", Level.RECOMMENDED),
        ("2022-12-31", "2025-01-01", Level.RECOMMENDED),
    ],
)
def test_meningococci_are_mandatory_up_to_two_years_for_those_born_from_2023(item, born, on, level):
    found = find(plan(person(born), on), item)

    assert (found and found.level) is level


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        ((), "1", "2025-07-14", "not-yet 2025-07-15"),
        ((), "1", "2025-07-15", "due 2025-07-15"),
        (("NIMENRIX 2025-07-15",), "booster", "2026-01-14", "not-yet 2026-01-15"),
        (("NIMENRIX 2025-07-15",), "booster", "2026-01-15", "due 2026-01-15"),
        # MENQUADFI is for 12 months and over, and counts for nothing before.
        (("MENQUADFI 2025-07-15",), "1", "2025-07-20", "due 2025-07-15"),
        (("NIMENRIX 2025-07-15", "MENQUADFI 2026-01-15"), "booster", "2026-01-20", "done"),
        (
            ("NIMENRIX 2025-07-15", "MENQUADFI 2026-01-14"),
            "booster",
            "2026-01-20",
            "due 2026-01-15",
        ),
        # From 12 months a single dose, whatever was given against C alone.
        ((), "1", "2026-01-15", "due 2025-07-15"),
        (("MENQUADFI 2026-01-15",), "1", "2026-02-01", "done"),
        (("MENQUADFI 2026-01-15",), "booster", "2026-02-01", "silent"),
        (("NEISVAC 2025-06-15, 2026-01-15",), "1", "2026-02-01", "due 2025-07-15"),
        # From 2 years on any day, up to the eve of 5 years.
        ((), "1", "2027-01-15", "due any"),
        ((), "1", "2030-01-14", "due any"),
        ((), "1", "2030-01-15", "silent"),
    ],
)
def test_meningococci_acwy_of_infants(doses, step, on, said):
    assert says(person("2025-01-15", *doses), on, "menACWY_infant", step) == said


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        ((), "1", "2025-01-14", "not-yet 2025-01-15"),
        ((), "1", "2025-01-15", "due 2025-01-15"),
        # One on the eve of 12 months does not count; the next is four weeks after it.
        (("PRIORIX 2025-01-14",), "1", "2025-02-10", "not-yet 2025-02-11"),
        (("PRIORIX 2025-01-14",), "1", "2025-02-11", "due 2025-02-11"),
        (("PRIORIX 2025-01-15",), "1", "2025-02-15", "done"),
        (("PRIORIX 2025-01-15",), "2", "2025-05-14", "not-yet 2025-05-15"),
        (("PRIORIX 2025-01-15",), "2", "2025-05-15", "due 2025-05-15"),
        (("PRIORIX 2025-01-15",), "2", "2025-07-14", "due 2025-05-15"),
        (("PRIORIX 2025-01-15",), "2", "2025-07-15", "overdue 2025-05-15"),
        (("PRIORIX 2025-05-01",), "2", "2025-05-31", "not-yet 2025-06-01"),
        (("PRIORIX 2025-05-01, 2025-05-31",), "2", "2025-06-01", "not-yet 2025-06-28"),
        (("PRIORIX 2025-05-01, 2025-06-01",), "2", "2025-06-02", "done"),
        # A dose against measles alone is none against the three.
        (("valence:Measles 2025-01-15",), "1", "2025-03-01", "due 2025-02-12"),
    ],
)
def test_measles_mumps_rubella(doses, step, on, said):
    assert says(person(BORN, *doses), on, "mmr", step) == said


@pytest.mark.parametrize(
    ("born", "situations", "said"),
    [
        ("1980-01-01", (), "due 1990-02-01"),
        ("1979-12-31", (), "silent"),
        ("1979-12-31", ("health-worker",), "due any"),
        ("1979-12-31", ("health-worker", "measles 1985-01-01"), "silent"),
        ("1979-12-31", ("not-immune-to-rubella",), "due any"),
    ],
)
def test_measles_of_adults(born, situations, said):
    doses = ("PRIORIX 1990-01-01",) if born == "1980-01-01" else ()

    assert says(person(born, *doses, situations=situations), "2026-01-10", "mmr") == said


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        ((), "1", "2024-03-14", "not-yet 2024-03-15"),
        ((), "1", "2024-03-15", "due 2024-03-15"),
        # The first dose: at 4 months at the latest.
        ((), "1", "2024-05-15", "due 2024-03-15"),
        ((), "1", "2024-05-16", "silent"),
        (("ROTARIX 2024-03-15",), "2", "2024-04-14", "not-yet 2024-04-15"),
        (("ROTARIX 2024-03-15",), "2", "2024-04-15", "due 2024-04-15"),
        # Asked for up to 24 weeks, which is 1 July.
        (("ROTARIX 2024-03-15",), "2", "2024-06-30", "due 2024-04-15"),
        (("ROTARIX 2024-03-15",), "2", "2024-07-01", "silent"),
        (("ROTARIX 2024-03-15, 2024-04-15",), "3", "2024-05-01", "silent"),
        (("ROTATEQ 2024-03-15, 2024-04-15",), "3", "2024-05-14", "not-yet 2024-05-15"),
        (("ROTATEQ 2024-03-15, 2024-04-15",), "3", "2024-05-15", "due 2024-05-15"),
        # A series stays with one product.
        (("ROTARIX 2024-03-15", "ROTATEQ 2024-04-20"), "2", "2024-05-01", "due 2024-04-15"),
        # Not before 6 weeks, which is 26 February.
        (("ROTARIX 2024-02-25",), "1", "2024-03-15", "due 2024-03-15"),
        (("ROTARIX 2024-02-26",), "1", "2024-03-15", "done"),
    ],
)
def test_rotavirus(doses, step, on, said):
    assert says(person(BORN, *doses), on, "rotavirus", step) == said
