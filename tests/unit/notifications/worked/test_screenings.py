"""The worked persons, whole: screenings as worked by hand, and nothing due beside vaccines."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from notifications import calendars
from notifications.core.recommend import recommend
from notifications.core.recommendation import Kind, Level, Plan, Status
from notifications.core.written import facts_of, read_persons

HERE = Path(__file__).parent
FRENCH = calendars.load("fr")
PERSONS = {one.id: one for one in read_persons((HERE / "persons.toml").read_bytes())}
CASES = msgspec.toml.decode((HERE / "screenings.toml").read_bytes())["case"]
VACCINES = {
    one["id"]: one for one in msgspec.toml.decode((HERE / "vaccines.toml").read_bytes())["case"]
}
NOW = (Status.DUE, Status.OVERDUE, Status.UNKNOWN)


def worked(case: dict[str, Any]) -> Plan:
    """Plan for a worked person, as `carnet calendar explain --case` does."""
    who = PERSONS[case["id"]]
    return recommend(FRENCH, facts_of(FRENCH, who), who.on)


def days(rows: list[list[str]]) -> set[tuple[str, str, date | None]]:
    """Read rows of an item, a step and a day, or "any"."""
    return {
        (item, step, None if on == "any" else date.fromisoformat(on)) for item, step, on in rows
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"person {case['id']}")
class TestAWorkedPerson:
    """Each person's list is whole on that day."""

    def test_is_due_for_that_and_no_more(self, case: dict[str, Any]) -> None:
        plan = worked(case)

        due = {
            (one.item, one.step, one.due_on)
            for one in plan.recommendations
            if one.status in NOW and one.level is not Level.OPTIONAL
        }
        assert due == days(case["due"]) | days(VACCINES[case["id"]]["due"])
        assert plan.problems == ()

    def test_comes_next_to_that(self, case: dict[str, Any]) -> None:
        plan = worked(case)

        coming = {
            (one.item, one.step, one.due_on)
            for one in plan.recommendations
            if one.status is Status.NOT_YET
        }
        assert coming >= days(case.get("next", [])) | days(VACCINES[case["id"]].get("next", []))

    def test_has_these_last_days(self, case: dict[str, Any]) -> None:
        plan = worked(case)

        last = {(one.item, one.step, one.latest_on) for one in plan.recommendations}
        assert last >= days(case.get("last", []))

    def test_hears_why_the_rest_is_not_due(self, case: dict[str, Any]) -> None:
        plan = worked(case)

        silences = {one.item: one.reason.en for one in plan.silences}
        reasons = {
            one.item: one.reason.en
            for one in plan.recommendations
            if one.status is Status.NOT_YET and one.kind is not Kind.VACCINE
        }
        for item, day in case.get("closed", []):
            assert f"closed since {day}" in silences[item]
        for item, words in case.get("later", []):
            assert words in reasons[item]


def test_every_worked_person_is_there() -> None:
    """Fifteen, in the three files alike."""
    assert [case["id"] for case in CASES] == list(PERSONS) == list(VACCINES)
    assert len(CASES) == 15
