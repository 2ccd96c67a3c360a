"""What is said beside a vaccine fits who reads it."""

import pytest

from notifications.core.recommendation import Status
from tests.unit.notifications.vaccines.files import find, person, plan, says

GIRL = "2022-09-09"
HEX = "HEXYON 2022-11-09, 2023-01-09, 2023-08-09"


def notes(facts, on, item, step=None):
    """Join the notes of a recommendation in English."""
    return " ".join(note.en for note in find(plan(facts, on), item, step).notes)


@pytest.mark.parametrize(
    ("born", "sex", "item", "is_said"),
    [
        (GIRL, "female", "mmr", False),
        ("1995-09-09", "female", "mmr", True),
        ("1995-09-09", "unknown", "mmr", True),
        ("1995-09-09", "male", "mmr", False),
        ("1995-09-09", "female", "varicella", True),
        ("2010-09-09", "male", "varicella", False),
    ],
)
def test_a_pregnancy_is_spoken_of_where_one_may_be(born, sex, item, is_said):
    facts = person(born, sex=sex)

    said = notes(facts, "2025-11-20", item)

    assert ("No pregnancy" in said or "no pregnancy" in said) is is_said


@pytest.mark.parametrize(
    ("on", "doses", "products", "words"),
    [
        ("2025-11-20", (HEX,), ("boostrixtetra", "repevax"), "after a full dose at 6"),
        ("2030-11-20", (HEX,), ("boostrixtetra", "repevax"), "after a full dose at 6"),
        ("2033-11-20", (HEX,), ("tetravac-acellulaire",), "is missing"),
        ("2033-11-20", (HEX, "REPEVAX 2028-10-01"), ("tetravac-acellulaire",), "is missing"),
    ],
)
def test_the_booster_of_11_counts_on_the_one_of_6_that_is_still_to_come(on, doses, products, words):
    """Nobody is told that a booster is missing years before its time."""
    facts = person(GIRL, *doses)

    booster = find(plan(facts, on), "dtcap_child_boosters", "11-13y")

    assert booster.products == products
    assert words in booster.reason.en


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (("mother-rsv-vaccinated 2026-01-06",), "silent"),
        (("mother-rsv-vaccinated 2026-01-07",), "due 2026-01-20"),
        (("mother-rsv-vaccinated",), "silent"),
        (("no mother-rsv-vaccinated",), "due 2026-01-20"),
        ((), "unknown 2026-01-20"),
    ],
)
def test_a_mother_vaccinated_less_than_14_days_before_the_birth_protects_no_baby(told, said):
    facts = person("2026-01-20", situations=told)

    assert says(facts, "2026-01-25", "rsv_newborn") == said


def test_what_the_hexavalent_vaccine_brought_is_told_once():
    """Nobody reads that a catch-up was done, of whom none was ever asked."""
    whole = plan(person(GIRL, HEX), "2025-11-20")
    apart = plan(
        person(GIRL, HEX.replace(", 2023-08-09", ""), "ENGERIX-B-10 2023-08-09"), "2025-11-20"
    )

    def told(parts):
        return [one.status for one in parts.recommendations if one.item == "hepB_catchup"]

    assert told(whole) == []
    assert [one.item for one in whole.silences].count("hepB_catchup") == 1
    assert told(apart) == [Status.DONE] * 3


@pytest.mark.parametrize(
    ("doses", "second", "third"),
    [
        (("GARDASIL-9 2018-02-01",), "due 2018-04-01", "not-yet 2026-06-10"),
        (("GARDASIL-9 2018-02-01, 2026-03-01",), "done", "not-yet 2026-06-01"),
        (("GARDASIL-9 2025-10-01, 2025-12-01",), "done", "not-yet 2026-04-01"),
    ],
)
def test_a_third_dose_of_hpv_is_never_asked_for_beside_the_second(doses, second, third):
    facts = person("2001-10-10", *doses)

    assert says(facts, "2026-03-10", "hpv", "2") == second
    assert says(facts, "2026-03-10", "hpv", "3") == third


def test_a_booster_against_pneumococcus_is_never_asked_for_beside_the_second_dose():
    facts = person("2025-02-26", "PREVENAR-13 2025-06-14")

    assert says(facts, "2026-05-30", "pneumococcal_infant", "2") == "due 2025-08-14"
    assert says(facts, "2026-05-30", "pneumococcal_infant", "booster") == "not-yet 2026-06-30"


@pytest.mark.parametrize(
    ("born", "doses", "plain", "again"),
    [
        # Five years and over: one conjugate dose, then the 23-valent two months later.
        ("2019-11-05", (), "silent", "silent"),
        ("2019-11-05", ("PREVENAR-13 2025-12-01",), "not-yet 2026-02-01", "not-yet 2031-02-01"),
        ("2019-11-05", ("PREVENAR-13 2025-10-01",), "due 2025-12-01", "not-yet 2030-12-10"),
        # From 2 to 4 years: two of them, two months apart, and two months more.
        ("2022-11-05", (), "silent", "silent"),
    ],
)
def test_the_23_valent_vaccine_of_a_child_at_risk_waits_for_the_other(born, doses, plain, again):
    facts = person(born, *doses, situations=("pneumo-risk",))

    assert says(facts, "2025-12-10", "pneumococcal_infant", "23-valent") == plain
    assert says(facts, "2025-12-10", "pneumococcal_infant", "23-valent-2") == again


@pytest.mark.parametrize(
    ("born", "doses", "told"),
    [
        ("2026-01-01", (), 1),
        ("2025-02-01", (), 1),
        ("2025-01-31", (), 1),
        ("2025-01-31", ("BEYFORTUS-100 2025-01-31",), 1),
        ("2024-01-01", (), 0),
    ],
)
def test_a_baby_at_high_risk_is_asked_once_in_each_season(born, doses, told):
    """The second season is for those whose first is over."""
    facts = person(born, *doses, situations=("rsv-high-risk", "no mother-rsv-vaccinated"))

    parts = plan(facts, "2026-01-28")

    asked = [
        one
        for one in parts.recommendations
        if one.item == "rsv_newborn" and one.status in (Status.DUE, Status.OVERDUE)
    ]
    assert len(asked) == told


def test_a_vaccine_of_spring_speaks_of_spring():
    facts = person("1943-01-15", "COMIRNATY 2025-01-20")

    spring = find(plan(facts, "2025-05-05"), "covid19", "spring 2025")

    assert says(facts, "2025-05-05", "covid19", "spring 2025") == "due 2025-04-20"
    assert "in spring too" in spring.reason.en
    assert "au printemps aussi" in spring.reason.fr


@pytest.mark.parametrize(
    ("on", "said", "last"),
    [
        ("2026-03-10", "due any", "2026-04-21"),
        ("2026-04-21", "due any", "2026-04-21"),
        ("2026-04-22", "overdue any", "2026-04-21"),
        ("2026-05-01", "due 2026-05-01", "None"),
    ],
)
def test_a_stay_in_guiana_is_prepared_ten_days_before_it(on, said, last):
    """Who tells of a journey to come is not told on the day of arrival."""
    facts = person("1996-09-09", situations=("french-guiana-stay 2026-05-01 2026-06-01",))

    assert says(facts, on, "yellow_fever") == said
    assert str(find(plan(facts, on), "yellow_fever").latest_on) == last


def test_no_stay_no_yellow_fever():
    past = person("1996-09-09", situations=("french-guiana-stay 2025-05-01 2025-06-01",))
    never = person("1996-09-09", situations=("no french-guiana-stay 2026-05-01",))

    assert says(past, "2026-03-10", "yellow_fever") == "silent"
    assert says(never, "2026-03-10", "yellow_fever") == "silent"
