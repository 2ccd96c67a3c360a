"""A rule that is passed over for its band of age is one that has nothing to say."""

from datetime import date, timedelta

import msgspec
import pytest

from notifications import calendars
from notifications.core.facts import Facts
from notifications.core.spans import add_months
from notifications.core.vaccines import Advisor, Files
from notifications.core.vaccines.catalogue import Catalogue
from notifications.core.vaccines.model import Group
from notifications.core.vaccines.quiet import age_on, is_in_bands
from tests.unit.notifications.lives import lives, population

COUNTRIES = ("fr", "gb")
DAYS = (date(2026, 3, 10), date(2024, 2, 29), date(2026, 10, 31), date(2023, 2, 28))


def day(text):
    """Read a day."""
    return date.fromisoformat(text)


def fresh(country):
    """Return an advisor that has met nobody yet."""
    pack = calendars.load(country)
    return Advisor(Files(pack.vaccines, pack.products, pack.seasons, pack.cite))


def files(rule):
    """Return the French files with no rule but one."""
    pack = calendars.load("fr")
    rules = msgspec.structs.replace(pack.vaccines, vaccine=(rule,))
    return Files(rules, pack.products, pack.seasons, pack.cite)


@pytest.mark.parametrize("country", COUNTRIES)
def test_passing_over_rules_changes_no_advice(country):
    """Of anybody: whoever comes first to a band decides for nobody else in it."""
    advisor, pack = fresh(country), calendars.load(country)
    asked = [*lives(pack, 7, 400)]
    asked += [(facts, on) for on in DAYS for facts in population(pack, 8, 100, on)]

    for facts, on in asked:
        assert advisor.advise(facts, on) == advisor.explain(facts, on).recommendations


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("on", DAYS, ids=str)
def test_bands_end_on_the_very_days_of_the_rules(country, on):
    """Around the day of each month of age, for those of whom nothing else is told."""
    advisor = fresh(country)
    months = [*range(30), *range(36, 1100, 12)]
    births = {
        add_months(on, -count) + timedelta(days=off) for count in months for off in range(-2, 3)
    }
    births |= {on - timedelta(days=count) for count in range(120)}

    for birth in sorted(one for one in births if one <= on):
        for sex in ("female", "male"):
            facts = Facts(birth_date=birth, sex=sex)
            assert advisor.advise(facts, on) == advisor.explain(facts, on).recommendations, birth


@pytest.mark.parametrize("country", COUNTRIES)
def test_most_rules_are_passed_over(country):
    """Which is what it is for: an adult without a history is asked about a few."""
    pack = calendars.load(country)
    advisor = fresh(country)
    facts = Facts(birth_date=day("1990-05-01"), sex="male")

    asked = advisor.awake(facts, day("2026-03-10"))

    assert 0 < len(asked) <= len(pack.vaccines.vaccine) / 4


@pytest.mark.parametrize(
    ("birth", "on", "halves", "days"),
    [
        ("2026-01-10", "2026-01-10", 0, 0),
        ("2026-01-10", "2026-01-11", 1, 1),
        ("2026-01-10", "2026-02-09", 1, 30),
        ("2026-01-10", "2026-02-10", 2, 31),
        ("2026-01-31", "2026-02-27", 1, 27),
        ("2026-01-31", "2026-02-28", 2, 28),
        ("2026-01-31", "2026-03-01", 3, 29),
        ("2024-02-29", "2025-02-28", 24, 365),
        ("2024-02-29", "2025-03-01", 25, 366),
    ],
)
def test_an_age_tells_the_very_day_of_a_month_from_those_after_it(birth, on, halves, days):
    assert age_on(day(birth), day(on)) == (halves, days)


def test_a_bound_in_weeks_ends_a_band_too():
    """Of a rule that is for the first ten weeks, and silent from the first day after them."""
    pack = calendars.load("fr")
    rule = next(one for one in pack.vaccines.vaccine if one.id == "bcg")
    group = Group(id="first weeks", to="10w")
    short = msgspec.structs.replace(rule, who=(group,), levels=(), min_age=None)
    advisor = Advisor(files(short))
    on = day("2026-03-10")

    told = [
        advisor.advise(Facts(birth_date=on - timedelta(days=days)), on) for days in (80, 69, 70)
    ]

    assert [bool(one) for one in told] == [False, True, False]


def test_a_rule_whose_weeks_and_months_change_places_is_always_asked():
    """Twenty-six weeks come before or after six months, by the day of birth."""
    pack = calendars.load("fr")
    rule = next(one for one in pack.vaccines.vaccine if one.id == "rotavirus")
    mixed = msgspec.structs.replace(rule, from_="26w", min_age="6m")

    plain, uneven = (Catalogue(files(one)).rulings[0] for one in (rule, mixed))

    assert is_in_bands(plain)
    assert not is_in_bands(uneven)
