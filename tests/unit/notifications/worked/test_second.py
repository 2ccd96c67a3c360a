"""The second file of worked persons, each planned whole, as the command line plans them."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from notifications import calendars
from notifications.core.recommend import recommend
from notifications.core.recommendation import Level, Plan, Recommendation, Status
from notifications.core.written import Person, facts_of

FRENCH = calendars.load("fr")
CASES = msgspec.toml.decode((Path(__file__).parent / "second.toml").read_bytes())["case"]
NOW = (Status.DUE, Status.OVERDUE, Status.UNKNOWN)
KEPT_BACK = (Status.CONTRAINDICATED, Status.REFUSED)


def worked(case: dict[str, Any]) -> Plan:
    """Plan for a worked person, from what of the case tells the person."""
    told = {key: case[key] for key in Person.__struct_fields__ if key in case}
    who = msgspec.convert(told, Person)
    return recommend(FRENCH, facts_of(FRENCH, who), who.on)


def asked_now(one: Recommendation) -> bool:
    """Whether the person is asked for it on the day, rather than offered it."""
    return one.status in NOW and one.level is not Level.OPTIONAL


def days(rows: list[list[str]]) -> set[tuple[str, str, date | None]]:
    """Read rows of an item, a step and a day, or "any"."""
    return {
        (item, step, None if on == "any" else date.fromisoformat(on)) for item, step, on in rows
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
class TestAPersonOfTheSecondFile:
    """What is due is whole; the other lists are among the rest."""

    def test_is_due_for_that_and_no_more(self, case: dict[str, Any]) -> None:
        plan = worked(case)

        due = {(one.item, one.step, one.due_on) for one in plan.recommendations if asked_now(one)}
        assert due == days(case["due"])
        assert plan.problems == ()

    def test_comes_next_to_that_and_never_to_the_rest(self, case: dict[str, Any]) -> None:
        plan = worked(case)

        coming = {
            (one.item, one.step, one.due_on)
            for one in plan.recommendations
            if one.status is Status.NOT_YET
        }
        told = {(one.item, one.step) for one in plan.recommendations}
        assert days(case.get("next", [])) <= coming
        assert not told & {(item, step) for item, step in case.get("never", [])}

    def test_has_these_last_days_and_products(self, case: dict[str, Any]) -> None:
        plan = worked(case)

        last = {(one.item, one.step, one.latest_on) for one in plan.recommendations}
        products = {(one.item, one.step, one.products) for one in plan.recommendations}
        assert days(case.get("last", [])) <= last
        assert {
            (item, step, tuple(names.split())) for item, step, names in case.get("products", [])
        } <= products

    def test_is_offered_that(self, case: dict[str, Any]) -> None:
        plan = worked(case)

        offered = {
            one.item
            for one in plan.recommendations
            if one.level is Level.OPTIONAL and one.status in NOW
        }
        assert offered == set(case.get("optional", []))

    def test_is_kept_from_that_and_told_why(self, case: dict[str, Any]) -> None:
        plan = worked(case)

        kept = {one.item: one.reason for one in plan.recommendations if one.status in KEPT_BACK}
        asked = {one.item for one in plan.recommendations if asked_now(one)}
        assert set(case.get("blocked", [])) <= set(kept)
        assert all(reason.fr and reason.en for reason in kept.values())
        assert not asked & set(case.get("not_due", []))
