"""What stands of what was told, groups included."""

import time
from datetime import date

import pytest

from notifications import calendars
from notifications.core.facts import Situation
from notifications.core.situations import answers, with_groups
from tests.unit.notifications.people import day, situation

START = date(2020, 1, 1)
GROUPS = calendars.load("fr").groups


def stands(on: str, *told: str) -> dict[str, bool]:
    """Return what stands on a day, of some codes and of what follows from them."""
    known = with_groups(tuple(map(situation, told)), GROUPS)
    return {code: one.holds for code, one in answers(known, day(on)).items()}


@pytest.mark.parametrize(
    ("on", "holds"),
    [("2019-12-31", None), ("2020-01-01", True), ("2020-12-31", True), ("2021-01-01", None)],
)
def test_a_situation_holds_from_its_first_day_to_its_last(on: str, holds: bool | None) -> None:
    """Before and after it nothing is known."""
    assert stands(on, "prison 2020-01-01 2020-12-31").get("prison") is holds


@pytest.mark.parametrize(("on", "holds"), [("2023-12-31", True), ("2024-01-01", False)])
def test_the_latest_answer_stands(on: str, holds: bool) -> None:
    """Whoever said yes may say no later; of both on one day the yes stands."""
    assert stands(on, "asthma 2020-01-01", "no asthma 2024-01-01")["asthma"] is holds
    assert stands(on, "no asthma 2020-01-01", "asthma 2020-01-01")["asthma"] is True


def test_answers_without_number_are_read_in_little_time() -> None:
    """A record may hold a hundred thousand of them."""
    many = tuple(Situation(fact_id=f"{i:06}", code="asthma", since=START) for i in range(40_000))
    began = time.perf_counter()

    known = with_groups(many, GROUPS)

    assert len(known) >= len(many)
    assert time.perf_counter() - began < 5


def test_a_group_holds_with_its_members_and_as_long() -> None:
    """All the way down: HIV lowers the defences, and lowered defences make influenza worse."""
    found = stands("2026-01-01", "hiv 2020-01-01")
    ended = stands("2026-01-01", "hiv 2020-01-01", "no hiv 2025-01-01")

    assert all(found[code] for code in ("immunocompromised", "pneumo-risk", "flu-risk"))
    assert "asplenia" not in found
    assert "flu-risk" not in ended
    assert "flu-risk" in stands("2024-12-31", "hiv 2020-01-01", "no hiv 2025-01-01")
    assert "flu-risk" not in stands("2025-01-01", "hiv 2020-01-01", "no hiv 2025-01-01")
    assert ended["hiv"] is False


def test_a_no_to_a_group_is_a_no_to_each_of_it() -> None:
    """One question answers many; a member that is told later still holds."""
    found = stands("2026-01-01", "no flu-risk 2024-01-01", "asthma 2025-01-01")

    assert found["diabetes"] is False
    assert found["asthma"] is True
    assert found["flu-risk"] is True


def test_a_group_that_is_told_itself_holds() -> None:
    """A doctor may know no more than that."""
    assert stands("2026-01-01", "immunocompromised")["flu-risk"] is True
