"""A plan as a whole: its order, how far it looks, and what it calls itself."""

from collections import Counter

from notifications import calendars
from notifications.core.recommend import recommend
from notifications.core.recommendation import Kind, Plan, Status
from tests.unit.notifications.people import coming, day, of_item, person, silence

FRENCH = calendars.load("fr")
RANKS = [
    {Status.DUE, Status.OVERDUE},
    {Status.UNKNOWN},
    {Status.NOT_YET},
    {Status.CONTRAINDICATED},
    {Status.REFUSED},
    {Status.DONE},
]


def plan(on: str, born: str, sex: str = "female") -> Plan:
    """Plan for somebody of whom nothing else is known."""
    return recommend(FRENCH, person(born, sex), day(on))


def test_a_plan_looks_twenty_years_ahead_and_no_further() -> None:
    """On the eve of it a screening at 50 is only said to come; on the day it is planned."""
    eve, on_the_day = plan("2026-06-14", "1996-06-15"), plan("2026-06-15", "1996-06-15")

    assert of_item(eve, "breast") == []
    assert silence(eve, "breast") == "From 15 June 2046."
    assert coming(on_the_day)["breast mammography"] == "2046-06-15"
    assert silence(on_the_day, "breast") == ""


def test_an_item_says_one_thing_about_what_is_far_off() -> None:
    """A newborn reads nothing of the visits at 60 while those at 18 are planned."""
    found = plan("2026-06-15", "2026-06-15")

    assert of_item(found, "bilan_prevention") == [("18-25", "not-yet", "2044-06-15")]
    silences = Counter(one.item for one in found.silences)
    assert max(silences.values()) == 1
    spoken = {one.item for one in found.recommendations if one.kind is not Kind.VACCINE}
    assert spoken.isdisjoint(silences)


def test_what_is_due_comes_first_and_the_soonest_before() -> None:
    """Then what is asked, what comes, what is advised against or refused, what is done."""
    found = plan("2026-06-15", "2026-02-01")

    ranks = [
        next(at for at, rank in enumerate(RANKS) if one.status in rank)
        for one in found.recommendations
    ]
    assert ranks == sorted(ranks)
    assert set(ranks) >= {0, 2}
    for at in set(ranks):
        days = [one.due_on or found.on for one in found.recommendations if one.status in RANKS[at]]
        assert days == sorted(days)


def test_a_plan_says_of_which_calendar_and_day_it_is() -> None:
    """So that a stored one can be told from one that is out of date."""
    found = plan("2026-06-15", "2026-02-01")

    assert (found.calendar, str(found.on)) == ("fr 2026.1", "2026-06-15")
