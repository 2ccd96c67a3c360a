"""What holds for every vaccine: no restart, distances, what forbids one, a refusal, a doubt."""

from datetime import date

import msgspec
import pytest

from notifications.core.facts import Refusal
from notifications.core.recommendation import Level, Status
from tests.unit.notifications.vaccines.files import (
    PRODUCTS,
    RULES,
    find,
    person,
    plan,
    says,
    weeks_before,
)


def test_a_series_that_stopped_for_years_goes_on_where_it_stopped():
    facts = person("2000-01-01", "GARDASIL 9 2015-02-01, 2015-04-01", sex="male")

    parts = plan(facts, "2024-01-01")

    assert find(parts, "hpv", "2").status is Status.DONE
    assert find(parts, "hpv", "3").due_on == date(2015, 8, 1)
    assert find(parts, "hpv", "3").status is Status.OVERDUE


@pytest.mark.parametrize(
    ("on", "said"),
    [("2026-03-19", "not-yet 2026-03-20"), ("2026-03-20", "due 2026-03-20")],
)
def test_two_live_vaccines_are_four_weeks_apart(on, said):
    facts = person("1993-01-10", "PRIORIX 1994-06-01", "STAMARIL 2026-02-20")

    assert says(facts, on, "mmr", "2") == said


@pytest.mark.parametrize("dose", ["VACCIN BCG AJVACCINES 2026-03-01", "ROTARIX 2026-03-01"])
def test_some_live_vaccines_keep_no_distance(dose):
    facts = person("1993-01-10", "PRIORIX 1994-06-01", dose)

    assert says(facts, "2026-03-05", "mmr", "2") == "overdue 1994-07-01"


def test_two_live_vaccines_may_be_given_on_the_same_day():
    facts = person("1993-01-10", "PRIORIX 1994-06-01", "STAMARIL 2026-03-05")

    assert says(facts, "2026-03-05", "mmr", "2") == "overdue 1994-07-01"
    assert says(facts, "2026-03-06", "mmr", "2") == "not-yet 2026-04-02"


def test_vaccines_that_are_not_live_keep_no_distance():
    facts = person("1960-01-01", "SHINGRIX 2026-03-04")

    assert says(facts, "2026-03-05", "pneumococcal_adult") == "due 2025-01-01"


def test_two_live_vaccines_that_are_due_say_how_far_apart():
    facts = person("2010-01-01", situations=("no chickenpox",))

    parts = plan(facts, "2026-03-05")

    for item in ("mmr", "varicella"):
        notes = [note.en for note in find(parts, item, "1").notes]
        assert any("four weeks apart" in note for note in notes)


def test_in_pregnancy_two_vaccines_that_are_due_are_a_fortnight_apart():
    on = date(2026, 1, 14)
    facts = person("1992-08-08", last_period=str(weeks_before(on, 34)))

    parts = plan(facts, on)

    for item in ("pertussis_pregnancy", "rsv_newborn"):
        notes = [note.en for note in find(parts, item).notes]
        assert any("the second not before 28 January 2026" in note for note in notes)


@pytest.mark.parametrize(
    ("situations", "last_period", "said"),
    [
        ((), None, "overdue 1994-07-01"),
        ((), "2025-12-01", "contraindicated 1994-07-01"),
        (("immunosuppressive-treatment 2025-01-01",), None, "contraindicated 1994-07-01"),
        (("immunodeficiency",), None, "contraindicated 1994-07-01"),
        (("asplenia",), None, "overdue 1994-07-01"),
        (("acute-illness 2026-03-04",), None, "contraindicated 1994-07-01"),
        (("acute-illness 2026-02-04 2026-02-10",), None, "overdue 1994-07-01"),
        # Three months after a treatment has ended, six after a chemotherapy.
        (("immunosuppressive-treatment 2020-01-01 2025-12-06",), None, "not-yet 2026-03-06"),
        (("immunosuppressive-treatment 2020-01-01 2025-12-05",), None, "due 2026-03-05"),
        (("chemotherapy 2020-01-01 2025-09-06",), None, "not-yet 2026-03-06"),
        (("chemotherapy 2020-01-01 2025-09-05",), None, "due 2026-03-05"),
        (("blood-products 2025-12-06 2025-12-06",), None, "not-yet 2026-03-06"),
    ],
)
def test_a_live_vaccine_is_shown_as_blocked_and_never_dropped(situations, last_period, said):
    facts = person(
        "1993-01-10", "PRIORIX 1994-06-01", situations=situations, last_period=last_period
    )

    found = find(plan(facts, "2026-03-05"), "mmr", "2")

    assert says(facts, "2026-03-05", "mmr", "2") == said
    if found.status is Status.CONTRAINDICATED:
        assert found.reason.fr != RULES.vaccine[0].reason.fr
        assert found.reason.en


@pytest.mark.parametrize(
    ("item", "born", "situation"),
    [
        ("rotavirus", "2025-12-20", "intussusception-history"),
        ("rotavirus", "2025-12-20", "gut-malformation"),
        ("rotavirus", "2025-12-20", "infliximab-in-utero"),
        ("hexavalent", "2025-12-20", "pertussis-encephalopathy"),
        ("mmr", "2025-01-20", "rituximab"),
    ],
)
def test_what_forbids_one_vaccine_blocks_that_one(item, born, situation):
    facts = person(born, situations=(situation,))

    found = find(plan(facts, "2026-03-05"), item)

    assert found.status is Status.CONTRAINDICATED
    assert find(plan(person(born), "2026-03-05"), item).status is Status.DUE


@pytest.mark.parametrize(
    ("situation", "residence"),
    [("breastfeeding-young-infant", "GF"), ("thymus-disease", "GF"), ("egg-allergy", "GF")],
)
def test_yellow_fever_has_its_own_obstacles(situation, residence):
    facts = person("1990-01-01", situations=(situation,), residence=residence)

    found = find(plan(facts, "2026-03-05"), "yellow_fever")

    assert found.status is Status.CONTRAINDICATED
    assert found.must_confirm


def test_a_refusal_stays_visible_and_ends():
    item = Refusal(fact_id="r", item="hpv", since=date(2026, 1, 1), until=date(2026, 6, 1))
    facts = msgspec.structs.replace(person("2012-05-20"), refusals=(item,))

    assert says(facts, "2025-12-31", "hpv") == "due 2023-05-20"
    assert says(facts, "2026-01-01", "hpv") == "refused 2023-05-20"
    assert says(facts, "2026-06-01", "hpv") == "refused 2023-05-20"
    assert says(facts, "2026-06-02", "hpv") == "due 2023-05-20"


def test_what_a_professional_advised_against_is_no_refusal():
    item = Refusal(fact_id="r", item="hpv", since=date(2026, 1, 1), advised_against=True)
    facts = msgspec.structs.replace(person("2012-05-20"), refusals=(item,))

    assert says(facts, "2026-01-01", "hpv") == "contraindicated 2023-05-20"


def test_a_refused_first_vaccine_is_no_reason_to_offer_a_part_of_it():
    facts = person("2025-12-20", refused=("hexavalent",))

    assert says(facts, "2026-03-05", "hepB_catchup") == "silent"


def test_doses_of_one_day_make_one_together():
    facts = person(
        "2000-01-01",
        "valence:Measles 2001-02-01",
        "valence:Mumps+Rubella 2001-02-01",
        "PRIORIX 2001-06-01",
    )

    found = [one for one in plan(facts, "2026-01-10").recommendations if one.item == "mmr"]

    assert [one.status for one in found] == [Status.DONE, Status.DONE]
    assert found[0].done_by == ("valence:Measles 2001-02-01", "valence:Mumps+Rubella 2001-02-01")


def test_a_dose_before_birth_or_after_the_day_counts_for_nothing():
    facts = person("2024-01-15", "HEXYON 2023-12-01, 2024-06-01")

    assert says(facts, "2024-04-01", "hexavalent", "1") == "due 2024-03-15"


def test_a_dose_that_does_not_count_is_told():
    facts = person("2025-03-01", "M-M-RVAXPRO 2026-01-10")

    found = find(plan(facts, "2026-08-15"), "mmr", "1")

    assert any("10 January 2026 is kept but does not count" in note.en for note in found.notes)
    assert any("10 janvier 2026 reste notée" in note.fr for note in found.notes)


def test_what_follows_says_that_it_depends_on_the_dose_before():
    parts = plan(person("2012-05-20"), "2024-01-01")

    assert "given on the day" in find(parts, "hpv", "2").notes[0].en
    assert find(parts, "hpv", "2").due_on == date(2024, 6, 1)


@pytest.mark.parametrize(
    ("item", "born", "step", "is_doubtful"),
    [
        ("hexavalent", "2025-12-20", "1", False),
        ("pneumococcal_infant", "2025-12-20", "2", False),
        ("pneumococcal_infant", "2025-12-20", "booster", True),
        ("rsv_senior", "1950-01-01", "1", True),
        ("dtcap_adult", "1950-01-01", "75y", False),
    ],
)
def test_what_sources_leave_open_is_to_be_confirmed(item, born, step, is_doubtful):
    found = find(plan(person(born), "2026-03-05"), item, step)

    assert found.must_confirm is is_doubtful
    assert any("confirm with a health" in note.en for note in found.notes) is is_doubtful


def test_a_recent_booster_before_a_fixed_age_is_to_be_confirmed():
    recent = person("1980-03-10", "REPEVAX 2022-01-01")
    older = person("1980-03-10", "REPEVAX 2020-01-01")

    assert find(plan(recent, "2025-03-10"), "dtcap_adult", "45y").must_confirm
    assert not find(plan(older, "2025-03-10"), "dtcap_adult", "45y").must_confirm


def test_a_product_that_is_not_known_is_counted_by_its_valences():
    facts = person("2024-01-15", "valence:D+T+aP+IPV+Hib+HepB 2024-03-15")

    assert says(facts, "2024-03-20", "hexavalent", "1") == "done"


@pytest.mark.parametrize(
    ("born", "on", "item", "products"),
    [
        ("2016-06-01", "2026-03-05", "hepB_catchup", ("engerix-b-10", "hbvaxpro-5")),
        ("1950-06-01", "2025-11-05", "influenza", ("efluelda", "fluad", "vaxigrip")),
        ("2012-06-01", "2025-11-05", "menACWY_teen", ("nimenrix", "menquadfi", "menveo")),
    ],
)
def test_products_are_those_of_the_age(born, on, item, products):
    found = find(plan(person(born), on), item)

    assert found.products[: len(products)] == products
    assert set(found.products) <= {one.id for one in PRODUCTS.product}


def test_a_vaccine_that_is_no_longer_sold_is_never_advised():
    gone = {one.id for one in PRODUCTS.product if one.state == "history"}

    advised = {name for rule in RULES.vaccine for name in rule.products}
    advised |= {
        name
        for rule in RULES.vaccine
        for scheme in rule.scheme
        for dose in scheme.doses
        for name in dose.products
    }

    assert advised
    assert advised.isdisjoint(gone)


def test_nothing_is_announced_further_ahead_than_the_horizon():
    parts = plan(person("2025-12-20"), "2026-03-05")

    assert all(one.due_on is None or one.due_on.year <= 2046 for one in parts.recommendations)
    silent = {one.item: one.reason.en for one in parts.silences}
    assert silent["zoster"] == "From 20 December 2090."


def test_every_item_speaks_or_says_why_not():
    items = {rule.id for rule in RULES.vaccine}

    for born in ("2025-12-20", "2012-05-20", "1990-01-01", "1950-01-01"):
        parts = plan(person(born), "2026-03-05")
        spoken = {one.item for one in parts.recommendations}
        silent = {one.item for one in parts.silences}
        assert spoken | silent == items
        assert spoken.isdisjoint(silent)


def test_only_what_is_asked_for_is_chased():
    parts = plan(person("2010-06-01"), "2025-11-05")

    levels = {one.item: (one.level, one.is_chased) for one in parts.recommendations}
    assert levels["influenza"] == (Level.OPTIONAL, False)
    assert levels["menB_teen"] == (Level.OPTIONAL, False)
    assert levels["menACWY_teen"] == (Level.RECOMMENDED, True)


def test_hepatitis_b_is_mandatory_for_who_works_in_health_care():
    worker = person("1990-01-01", situations=("health-worker", "hepatitis-b-risk"))
    other = person("1990-01-01", situations=("hepatitis-b-risk",))

    assert find(plan(worker, "2026-01-01"), "hepB_catchup").level is Level.MANDATORY
    assert find(plan(other, "2026-01-01"), "hepB_catchup").level is Level.RISK


def test_what_differs_for_a_child_born_early_is_told():
    notes = find(
        plan(person("2025-12-20", situations=("preterm",)), "2026-03-05"), "hexavalent"
    ).notes

    assert any("Born before 37 weeks" in note.en for note in notes)
    assert not find(plan(person("2025-12-20"), "2026-03-05"), "hexavalent").notes


def test_two_doses_of_one_series_are_never_due_on_one_day():
    infant = person("2024-01-15", "PREVENAR 13 2024-03-15")
    baby = person("2024-01-15", "ENGERIX B 10 µg 2024-01-15", born_in="GF")

    assert says(infant, "2025-02-20", "pneumococcal_infant", "2") == "due 2024-05-15"
    assert says(infant, "2025-02-20", "pneumococcal_infant", "booster") == "not-yet 2025-03-20"
    assert says(baby, "2024-09-01", "hepB_birth", "2") == "due 2024-02-15"
    assert says(baby, "2024-09-01", "hepB_birth", "3") == "not-yet 2024-10-01"


def test_a_third_infant_dose_before_11_months_is_no_booster():
    facts = person("2024-01-15", "PREVENAR 13 2024-03-15, 2024-05-15, 2024-07-15")

    assert says(facts, "2024-12-15", "pneumococcal_infant", "booster") == "due 2024-12-15"


def test_a_dose_noted_twice_within_days_counts_once():
    facts = person("2012-05-20", "NIMENRIX 2013-05-20", "GARDASIL 9 2023-06-30, 2023-07-02")

    assert says(facts, "2023-12-01", "hpv", "2") == "due 2023-11-30"


@pytest.mark.parametrize(
    ("born", "doses", "on", "item", "step", "earliest"),
    [
        ("2024-01-15", (), "2024-02-01", "hexavalent", "1", "2024-03-11"),
        ("2024-01-15", (), "2024-02-01", "mmr", "1", "2025-01-15"),
        ("2024-01-15", ("PRIORIX 2025-01-15",), "2025-01-20", "mmr", "2", "2025-02-15"),
        ("2018-01-15", (), "2022-01-15", "dtcap_child_boosters", "6y", "2023-01-15"),
        (
            "2018-01-15",
            ("HEXYON 2022-01-10",),
            "2022-01-15",
            "dtcap_child_boosters",
            "6y",
            "2024-01-10",
        ),
        ("1960-01-15", (), "2025-11-15", "influenza", "2025-2026", "2025-10-14"),
    ],
)
def test_the_first_day_on_which_a_dose_would_count_is_told(born, doses, on, item, step, earliest):  # noqa: PLR0917
    assert str(find(plan(person(born, *doses), on), item, step).earliest_on) == earliest
