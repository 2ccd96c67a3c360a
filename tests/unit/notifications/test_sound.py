"""What cannot be is told in words, and counts for nothing."""

import msgspec
import pytest

from notifications import calendars
from notifications.core.facts import Dose, Facts, Refusal
from notifications.core.recommend import recommend
from notifications.core.recommendation import Plan
from tests.unit.notifications.people import day, due, exam, person, pregnancy, situation

FRENCH = calendars.load("fr")
ON = day("2026-06-01")
SOUND = person("1974-04-20", "female", "mammography 2025-06-01")


def plan(**more: object) -> Plan:
    """Plan for a woman of whom one more thing is told."""
    return recommend(FRENCH, msgspec.structs.replace(SOUND, **more), ON)


def dose(on: str) -> Dose:
    """Return a dose of what was not recognised."""
    return Dose(fact_id="d", given_on=day(on), valences=frozenset())


WRONG: list[tuple[dict[str, object], str]] = [
    ({"doses": (dose("1974-04-19"),)}, "dated 19 April 1974, before birth"),
    ({"doses": (dose("2026-06-02"),)}, "dated 2 June 2026, which has not come yet"),
    ({"exams": (exam("mammography 1974-04-19"),)}, "“Mammography” is dated 19 April 1974"),
    ({"exams": (exam("mammography 2026-06-02"),)}, "which has not come yet"),
    ({"exams": (exam("tea-leaves 2026-01-01"),)}, "knows no examination “tea-leaves”"),
    ({"exams": (exam("child-exam 1974-05-01 9m-10m"),)}, "no window of examinations “9m-10m”"),
    ({"situations": (situation("bad-luck"),)}, "knows no situation “bad-luck”"),
    ({"situations": (situation("asthma 2020-01-02 2020-01-01"),)}, "it ends on 1 January 2020"),
    ({"pregnancies": (pregnancy("2026-06-02"),)}, "The pregnancy is dated 2 June 2026"),
    ({"pregnancies": (pregnancy("2026-01-02 2026-01-01"),)}, "before it begins on 2 January 2026"),
    (
        {"refusals": (Refusal(fact_id="r", item="leeches", since=ON),)},
        "knows no item “leeches”",
    ),
]


@pytest.mark.parametrize(("more", "words"), WRONG)
def test_what_cannot_be_is_a_problem_and_counts_for_nothing(
    more: dict[str, object], words: str
) -> None:
    """In both languages, and the rest of the plan stands."""
    found = plan(**more)
    without = plan(**dict.fromkeys(more, ()))

    (problem,) = found.problems
    assert words in problem.en
    assert problem.fr != problem.en
    assert found.recommendations == without.recommendations


def test_the_day_itself_and_the_birthday_are_no_problem() -> None:
    """Only the day after, and the eve of birth."""
    found = plan(doses=(dose("1974-04-20"), dose("2026-06-01")))

    assert found.problems == ()


def test_who_is_not_born_has_no_plan() -> None:
    """And is told why."""
    found = recommend(FRENCH, Facts(birth_date=day("2026-06-02")), ON)

    assert found.recommendations == found.silences == ()
    assert "The date of birth, 2 June 2026, has not come yet." in found.problems[0].en
    assert due(recommend(FRENCH, Facts(birth_date=ON), ON))


@pytest.mark.parametrize(
    ("born", "on", "year"),
    [("1849-12-31", "2026-06-01", 1849), ("2000-02-29", "9999-12-31", 9999)],
)
def test_a_year_that_no_record_holds_is_told_and_ends_no_plan_in_a_fault(
    born: str, on: str, year: int
) -> None:
    """The last day that Python counts, too."""
    found = recommend(FRENCH, Facts(birth_date=day(born)), day(on))

    assert found.recommendations == ()
    assert f"The year {year} is not from 1850 to 2199" in found.problems[0].en


def test_of_two_pregnancies_that_overlap_the_later_one_counts_in_any_order() -> None:
    """A dating that was corrected is the second one."""
    both = (pregnancy("2025-11-01"), pregnancy("2026-01-01"))

    first, second = plan(pregnancies=both), plan(pregnancies=both[::-1])

    assert first == second
    assert due(first)["pertussis_pregnancy pregnancy"] == "2026-05-21"
