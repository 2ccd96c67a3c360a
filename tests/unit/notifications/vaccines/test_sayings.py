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
