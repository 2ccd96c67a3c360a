"""Meningococci, teenagers and adults at the far ends of their schemes, by hand."""

import pytest

from notifications.core.recommendation import Level
from tests.unit.notifications.vaccines.files import find, person, plan, says

CONJUGATE = "PREVENAR 13 2021-02-15, 2021-04-15"


@pytest.mark.parametrize(
    ("item", "doses", "step", "on", "said"),
    [
        ("menB", "BEXSERO 2025-04-15", "2", "2030-01-14", "due 2025-06-15"),
        ("menB", "BEXSERO 2025-04-15", "2", "2030-01-15", "silent"),
        ("menB", "BEXSERO 2025-07-15", "2", "2030-01-14", "due 2025-09-15"),
        ("menB", "BEXSERO 2025-07-15", "2", "2030-01-15", "silent"),
        ("menB", "BEXSERO 2026-01-15", "2", "2030-01-14", "due 2026-03-15"),
        ("menB", "BEXSERO 2026-01-15", "2", "2030-01-15", "silent"),
        # Begun on the last day, it is finished all the same.
        ("menB", "BEXSERO 2030-01-14", "2", "2030-02-14", "due 2030-02-14"),
        ("menB", "BEXSERO 2025-03-14", "1", "2025-04-15", "due 2025-04-15"),
        ("menB", "BEXSERO 2025-03-15", "1", "2025-04-15", "done"),
        # The booster of those who begin at 6 months is for the second year, not the eve.
        ("menB", "BEXSERO 2025-07-15, 2025-09-15", "booster", "2027-01-14", "due 2026-01-15"),
        ("menB", "BEXSERO 2025-07-15, 2025-09-15", "booster", "2027-01-15", "overdue 2026-01-15"),
        (
            "menB",
            "BEXSERO 2025-07-15, 2025-09-15, 2026-01-14",
            "booster",
            "2026-02-01",
            "due 2026-01-15",
        ),
        ("menB", "BEXSERO 2026-01-15", "2", "2026-03-14", "not-yet 2026-03-15"),
        ("menACWY_infant", "NIMENRIX 2025-07-15", "booster", "2030-01-14", "due 2026-01-15"),
        ("menACWY_infant", "NIMENRIX 2025-07-15", "booster", "2030-01-15", "silent"),
        ("menACWY_infant", "NIMENRIX 2025-02-25", "1", "2025-07-15", "due 2025-07-15"),
        ("menACWY_infant", "NIMENRIX 2025-02-26", "1", "2025-07-15", "done"),
    ],
)
def test_meningococci_of_infants(item, doses, step, on, said):
    assert says(person("2025-01-15", doses), on, item, step) == said


@pytest.mark.parametrize(
    ("born", "on", "level"),
    [
        ("2023-06-15", "2025-06-14", Level.MANDATORY),
        ("2023-06-15", "2025-06-15", Level.RECOMMENDED),
        ("2023-08-15", "2025-08-14", Level.MANDATORY),
        ("2023-08-15", "2025-08-15", Level.RECOMMENDED),
    ],
)
def test_what_was_begun_is_mandatory_up_to_two_years(born, on, level):
    facts = person(born, f"BEXSERO {born[:4]}-12-20", f"NIMENRIX {born[:4]}-12-20")

    assert find(plan(facts, on), "menB").level is level
    assert find(plan(facts, on), "menACWY_infant").level is level


@pytest.mark.parametrize(("born", "is_doubtful"), [("2023-06-30", True), ("2023-07-01", False)])
def test_the_obligation_of_those_born_in_early_2023_is_in_doubt(born, is_doubtful):
    found = find(plan(person(born, "BEXSERO 2023-12-20"), "2025-01-15"), "menB")

    assert found.must_confirm is is_doubtful


@pytest.mark.parametrize(
    ("born", "doses", "step", "on", "said"),
    [
        # The conjugate vaccine comes first.
        ("2010-01-15", (), "23-valent", "2027-01-14", "silent"),
        ("2010-01-15", (), "risk-1", "2028-01-14", "due any"),
        ("2010-01-15", (), "risk-1", "2028-01-15", "silent"),
        ("2020-01-15", ("PREVENAR 13 2025-01-14",), "risk-2", "2025-03-20", "due 2025-03-14"),
        ("2020-01-15", ("PREVENAR 13 2025-01-15",), "risk-2", "2025-03-20", "silent"),
        ("2010-01-15", ("PREVENAR 13 2027-01-01",), "23-valent", "2028-01-14", "due 2027-03-01"),
        ("2010-01-15", ("PREVENAR 13 2027-01-01",), "23-valent", "2028-01-15", "silent"),
        (
            "2020-01-15",
            (CONJUGATE, "PNEUMOVAX 2022-01-14"),
            "23-valent",
            "2022-02-01",
            "due 2022-01-15",
        ),
        ("2020-01-15", (CONJUGATE, "PNEUMOVAX 2022-01-15"), "23-valent", "2022-02-01", "done"),
        # A second one five years after the first, from 5 years on.
        (
            "2023-01-15",
            ("PREVENAR 13 2024-02-15, 2024-04-15", "PNEUMOVAX 2025-01-15"),
            "23-valent-2",
            "2030-01-14",
            "not-yet 2030-01-15",
        ),
        (
            "2023-01-15",
            ("PREVENAR 13 2024-02-15, 2024-04-15", "PNEUMOVAX 2025-01-15"),
            "23-valent-2",
            "2030-01-15",
            "due 2030-01-15",
        ),
    ],
)
def test_pneumococcus_of_children_at_risk_has_its_ages(born, doses, step, on, said):
    facts = person(born, *doses, situations=("pneumo-risk",))

    assert says(facts, on, "pneumococcal_infant", step) == said


@pytest.mark.parametrize(
    ("born", "doses", "on", "said"),
    [
        ("2020-01-15", (), "2025-01-14", "silent"),
        ("2020-01-15", (), "2025-01-15", "due any"),
        ("2020-01-15", ("BEXSERO 2024-01-01, 2024-03-01",), "2029-03-01", "due 2029-03-01"),
    ],
)
def test_meningococcus_b_at_risk_begins_at_five_years(born, doses, on, said):
    facts = person(born, *doses, situations=("menb-risk",))

    assert says(facts, on, "menB", "risk-booster" if doses else "risk-1") == said
