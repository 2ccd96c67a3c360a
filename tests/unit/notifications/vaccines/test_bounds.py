"""The far ends of schemes, by hand: until when what was begun is finished, and rarer schemes."""

import pytest

from tests.unit.notifications.vaccines.files import find, person, plan, says

BORN = "2020-01-15"


@pytest.mark.parametrize(
    ("item", "dose", "step", "on", "said"),
    [
        # A series that was begun in time is asked for until its own end.
        ("hexavalent", "HEXYON 2020-03-15, 2020-05-15", "booster", "2026-01-14", "due 2020-12-15"),
        ("hexavalent", "HEXYON 2020-03-15, 2020-05-15", "booster", "2026-01-15", "silent"),
        ("hexavalent", "HEXYON 2020-08-15, 2020-10-15", "booster", "2026-01-14", "due 2021-07-15"),
        ("hexavalent", "HEXYON 2020-08-15, 2020-10-15", "booster", "2026-01-15", "silent"),
        ("hexavalent", "HEXYON 2025-12-15", "2", "2027-01-14", "due 2026-02-15"),
        ("hexavalent", "HEXYON 2025-12-15", "2", "2027-01-15", "silent"),
        ("pneumococcal_infant", "PREVENAR 13 2020-03-15", "2", "2022-01-14", "due 2020-05-15"),
        ("pneumococcal_infant", "PREVENAR 13 2020-03-15", "2", "2022-01-15", "silent"),
        ("pneumococcal_infant", "PREVENAR 13 2020-09-15", "2", "2023-01-14", "due 2020-11-15"),
        ("pneumococcal_infant", "PREVENAR 13 2020-09-15", "2", "2023-01-15", "silent"),
        ("pneumococcal_infant", "PREVENAR 13 2021-02-15", "2", "2023-01-14", "due 2021-04-15"),
        ("pneumococcal_infant", "PREVENAR 13 2021-02-15", "2", "2023-01-15", "silent"),
    ],
)
def test_what_was_begun_is_finished_until_an_age(item, dose, step, on, said):
    assert says(person(BORN, dose), on, item, step) == said


@pytest.mark.parametrize(
    ("item", "on", "said"),
    [
        # A late start is still dated from the age at which it was due.
        ("hexavalent", "2020-07-15", "due 2020-03-15"),
        ("hexavalent", "2021-01-15", "due 2020-03-15"),
        ("pneumococcal_infant", "2020-08-15", "due 2020-03-15"),
        ("pneumococcal_infant", "2021-01-15", "due 2020-03-15"),
    ],
)
def test_a_late_start_is_due_since_its_age(item, on, said):
    assert says(person(BORN), on, item, "1") == said


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        # Begun after 6 months: the booster at 18 months is six months after the second at least.
        (("HEXYON 2020-08-15, 2021-03-20",), "booster", "2021-09-19", "not-yet 2021-09-20"),
        (("HEXYON 2020-08-15, 2021-03-20",), "booster", "2021-09-20", "due 2021-09-20"),
        (("HEXYON 2020-08-15",), "2", "2020-10-14", "not-yet 2020-10-15"),
        # Begun after a year: the third six months after the second at least.
        (("HEXYON 2021-02-15, 2021-09-15",), "3", "2022-03-14", "not-yet 2022-03-15"),
        (("HEXYON 2021-02-15, 2021-09-15",), "3", "2022-03-15", "due 2022-03-15"),
    ],
)
def test_hexavalent_begun_late(doses, step, on, said):
    assert says(person(BORN, *doses), on, "hexavalent", step) == said


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        ((), "1", "2020-01-15", "due 2020-01-15"),
        ((), "1", "2020-03-14", "due 2020-01-15"),
        ((), "1", "2020-03-15", "silent"),
        (("ENGERIX B 10 µg 2020-01-15",), "2", "2020-02-14", "not-yet 2020-02-15"),
        (("ENGERIX B 10 µg 2020-01-20",), "2", "2020-02-19", "not-yet 2020-02-20"),
        (("ENGERIX B 10 µg 2020-01-20, 2020-02-20",), "3", "2020-03-19", "not-yet 2020-03-20"),
        (("ENGERIX B 10 µg 2020-01-15, 2020-02-15",), "3", "2020-03-14", "not-yet 2020-03-15"),
        (
            ("ENGERIX B 10 µg 2020-01-15, 2020-02-15, 2020-03-15",),
            "4",
            "2020-07-14",
            "not-yet 2020-07-15",
        ),
        (
            ("ENGERIX B 10 µg 2020-01-20, 2020-02-20, 2020-03-20",),
            "4",
            "2020-07-19",
            "not-yet 2020-07-20",
        ),
        (
            ("ENGERIX B 10 µg 2020-01-20, 2020-02-20, 2020-03-20",),
            "4",
            "2038-01-14",
            "due 2020-07-20",
        ),
        (("ENGERIX B 10 µg 2020-01-20, 2020-02-20, 2020-03-20",), "4", "2038-01-15", "silent"),
    ],
)
def test_hepatitis_b_from_birth_of_the_smallest(doses, step, on, said):
    facts = person(BORN, *doses, situations=("mother-hbsag-positive", "very-preterm"))

    assert says(facts, on, "hepB_birth", step) == said


@pytest.mark.parametrize("told", [("mother-hbsag-positive",), ()])
@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        (("ENGERIX B 10 µg 2020-01-20",), "2", "2020-02-19", "not-yet 2020-02-20"),
        (("ENGERIX B 10 µg 2020-01-20, 2020-02-20",), "3", "2020-07-19", "not-yet 2020-07-20"),
        (("ENGERIX B 10 µg 2020-01-20, 2020-02-20",), "3", "2038-01-14", "due 2020-07-20"),
        (("ENGERIX B 10 µg 2020-01-20, 2020-02-20",), "3", "2038-01-15", "silent"),
    ],
)
def test_hepatitis_b_begun_some_days_after_birth(told, doses, step, on, said):
    facts = person(BORN, *doses, born_in=None if told else "GF", situations=told)

    assert says(facts, on, "hepB_birth", step) == said


@pytest.mark.parametrize(
    ("doses", "step", "on", "said"),
    [
        ((), "1", "2020-03-14", "not-yet 2020-03-15"),
        (("PREVENAR 13 2020-03-20",), "2", "2020-04-19", "not-yet 2020-04-20"),
        (("PREVENAR 13 2020-03-15, 2020-04-20",), "3", "2020-05-19", "not-yet 2020-05-20"),
        (
            ("PREVENAR 13 2020-03-15, 2020-04-15, 2020-05-15",),
            "booster",
            "2020-12-14",
            "not-yet 2020-12-15",
        ),
        (("PREVENAR 13 2020-03-15",), "2", "2022-01-14", "due 2020-04-15"),
        (("PREVENAR 13 2020-03-15",), "2", "2022-01-15", "silent"),
        # Begun at 7 months and at 12: as for other children.
        ((), "1", "2020-08-15", "due 2020-03-15"),
        (("PREVENAR 13 2020-08-15",), "2", "2020-10-14", "not-yet 2020-10-15"),
        (("PREVENAR 13 2020-08-15, 2020-10-15",), "booster", "2021-10-14", "not-yet 2021-10-15"),
        (
            ("PREVENAR 13 2020-08-14, 2020-09-14, 2020-10-14",),
            "booster",
            "2020-12-15",
            "due 2020-12-15",
        ),
        (("PREVENAR 13 2020-08-15, 2020-10-15",), "booster", "2023-01-15", "silent"),
        ((), "1", "2021-01-15", "due 2020-03-15"),
        (("PREVENAR 13 2021-01-15",), "2", "2021-03-14", "not-yet 2021-03-15"),
        (("PREVENAR 13 2021-01-15",), "2", "2023-01-14", "due 2021-03-15"),
        (("PREVENAR 13 2021-01-15",), "2", "2023-01-15", "silent"),
        ((), "1", "2022-01-14", "due 2020-03-15"),
        ((), "1", "2022-01-15", "silent"),
    ],
)
def test_pneumococcus_of_those_born_early(doses, step, on, said):
    facts = person(BORN, *doses, situations=("preterm",))

    assert says(facts, on, "pneumococcal_infant", step) == said


@pytest.mark.parametrize(
    ("day", "said"),
    [("2020-02-25", "due 2020-03-15"), ("2020-02-26", "done")],
)
def test_pneumococcus_counts_from_six_weeks(day, said):
    assert (
        says(person(BORN, f"PREVENAR 13 {day}"), "2020-03-20", "pneumococcal_infant", "1") == said
    )


@pytest.mark.parametrize(
    ("situation", "on", "must_confirm"),
    [
        # A mother's infliximab postpones an infant's live vaccines up to a year.
        ("immunosuppressive-treatment 2015-01-01 2025-09-06", "2026-03-05", True),
        ("immunosuppressive-treatment 2015-01-01 2025-09-05", "2026-03-05", False),
        ("blood-products 2025-04-06 2025-04-06", "2026-03-05", True),
        ("blood-products 2025-04-05 2025-04-05", "2026-03-05", False),
    ],
)
def test_after_a_treatment_a_professional_confirms_for_a_while(situation, on, must_confirm):
    facts = person("1993-01-10", "PRIORIX 1994-06-01", situations=(situation,))

    assert find(plan(facts, on), "mmr", "2").must_confirm is must_confirm


@pytest.mark.parametrize(
    ("on", "status"), [("2021-01-14", "contraindicated"), ("2021-01-15", "due")]
)
def test_infliximab_of_the_mother_postpones_live_vaccines_for_a_year(on, status):
    facts = person(BORN, situations=("infliximab-in-utero", "tuberculosis-risk"))

    assert find(plan(facts, on), "bcg").status.value == status
