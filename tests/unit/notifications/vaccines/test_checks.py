"""Rule files with a fault, each refused with a sentence that says where."""

import msgspec
import pytest

from notifications.core.vaccines import Products, Seasons, VaccineRules, check_rules, situations_of
from tests.unit.notifications.vaccines.files import PRODUCTS, RULES, SEASONS

GENERAL = """
[general]
horizon = "20y"
pregnancy_ends = "42wa"
[general.live]
apart = "28d"
reason = { fr = "r", en = "r" }
source = ["s"]
"""
VACCINE = """
[[vaccine]]
id = "a"
name = { fr = "n", en = "n" }
reason = { fr = "r", en = "r" }
source = ["s"]
counts = [["A"]]
"""
CATALOGUE = """
valence = [{ id = "A", name = { fr = "a", en = "a" } }]
[[product]]
id = "p"
name = "P"
valences = ["A"]
source = ["s"]
"""
DOSE = 'scheme = [{ doses = [{ step = "1", at = "2m" }] }]\n'


def faults(vaccines, products=CATALOGUE, seasons='home = "FR"'):
    """Check three small files."""
    return check_rules(
        msgspec.toml.decode((GENERAL + vaccines).encode(), type=VaccineRules),
        msgspec.toml.decode(products.encode(), type=Products),
        msgspec.toml.decode(seasons.encode(), type=Seasons),
    )


def test_the_french_files_have_no_fault():
    assert check_rules(RULES, PRODUCTS, SEASONS) == []
    assert {"menb-risk", "chickenpox", "measles-contact"} <= situations_of(RULES)


def test_a_sound_small_file_has_no_fault():
    assert faults(VACCINE + DOSE) == []


@pytest.mark.parametrize(
    ("vaccines", "fault"),
    [
        (VACCINE + DOSE.replace("2m", "2 months"), "'2 months' is no age"),
        (VACCINE + DOSE.replace("2m", "20wa"), "outside a pregnancy"),
        (VACCINE + 'products = ["q"]\n' + DOSE, "no product is called 'q'"),
        (VACCINE.replace('"A"', '"B"') + DOSE, "no valence is called 'B'"),
        (VACCINE + 'carried_by = "b"\n' + DOSE, "'b', on which it waits"),
        (VACCINE.replace('source = ["s"]', "source = []") + DOSE, "no source"),
        (VACCINE, "it has no dose"),
        (VACCINE + DOSE + VACCINE + DOSE, "two rules are in force"),
        (
            VACCINE + "until = 2020-01-01\n" + DOSE + VACCINE + "since = 2019-12-31\n" + DOSE,
            "two rules are in force on 2019-12-31",
        ),
        (
            VACCINE + "until = 2020-01-01\n" + DOSE + VACCINE + "since = 2020-01-02\n" + DOSE,
            "no rule is in force from 2020-01-01 to 2020-01-02",
        ),
        (VACCINE + "since = 2020-01-01\nuntil = 2020-01-01\n" + DOSE, "before it begins"),
        (
            VACCINE + 'scheme = [{ doses = [{ step = "1" }, { step = "1" }] }]',
            "step '1' stands 2 times",
        ),
        (
            VACCINE + 'scheme = [{ doses = [{ step = "1", at = "3y", to = "2y" }] }]',
            "to 2y comes before its age",
        ),
        (
            VACCINE
            + 'scheme = [{ doses = [{ step = "1" }, { step = "2", min_after_prev = "6m", '
            + 'latest_after_prev = "5m" }] }]',
            "cannot both be met",
        ),
        (
            VACCINE + 'scheme = [{ doses = [{ step = "1", min_after_prev = "1m" }] }]',
            "no dose comes before the first",
        ),
        (
            VACCINE
            + 'timetable = "ages"\nscheme = [{ doses = [{ step = "1", at = "9y" }, '
            + '{ step = "2", at = "6y" }] }]',
            "do not follow one another",
        ),
        (VACCINE + 'timetable = "every"\n' + DOSE, "does not say which or when"),
        (VACCINE + 'who = [{ to = "5y" }, { from = "4y" }]\n' + DOSE, "two groups overlap"),
        (VACCINE + 'who = [{ to = "5y" }, { from = "6y" }]\n' + DOSE, "there is a gap, at 5 years"),
        (VACCINE + 'who = [{ from = "6y", to = "5y" }]\n' + DOSE, "before it begins"),
    ],
)
def test_a_fault_is_named(vaccines, fault):
    found = faults(vaccines)

    assert any(fault in one for one in found), found
    assert all(one.startswith(("vaccine 'a'", "[general]")) for one in found)


@pytest.mark.parametrize(
    ("first_to", "second_from", "fault"),
    [
        ("5m completed", "6m", None),
        ("5m", "6m", "there is a gap, at 0 years 5 months"),
        ("5m completed", "5m", "overlap at 0 years 5 months"),
        ("24m", "2y", None),
    ],
)
def test_schemes_follow_one_another_without_gap_or_overlap(first_to, second_from, fault):
    scheme = '[[vaccine.scheme]]\n{}\ndoses = [{{ step = "1" }}]\n'
    first = scheme.format(f'start_to = "{first_to}"')
    second = scheme.format(f'start_from = "{second_from}"')

    found = faults(VACCINE + first + second)

    assert len(found) == (fault is not None)
    assert fault is None or fault in found[0]


@pytest.mark.parametrize(
    ("seasons", "fault"),
    [
        ("from = 2025-10-01\nto = 2025-09-01", "before it begins"),
        ("from = 2025-10-01\nto = 2026-02-01\nall_year = true", "goes on all the year, and ends"),
    ],
)
def test_a_campaign_that_cannot_be_is_named(seasons, fault):
    row = '[[season]]\nitem = "a"\nid = "s"\nregions = ["FR"]\nsource = ["s"]\n'

    found = faults(VACCINE + DOSE, seasons='home = "FR"\n' + row + seasons)

    assert len(found) == 1
    assert fault in found[0]


def test_campaigns_of_one_region_do_not_overlap():
    row = (
        '[[season]]\nitem = "a"\nid = "s"\nregions = ["FR"]\nsource = ["s"]\n'
        "from = 2025-10-01\nto = 2026-02-01\n"
    )

    found = faults(VACCINE + DOSE, seasons='home = "FR"\n' + row + row)

    assert found == ["season of 'a' in FR: 's' and 's' overlap."]


def test_a_product_that_stands_twice_is_named():
    twice = CATALOGUE + CATALOGUE[CATALOGUE.index("[[product]]") :]

    assert faults(VACCINE + DOSE, twice) == ["product 'p' stands 2 times."]
