"""The worked persons, against what was worked by hand."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from notifications.core.recommendation import Level, Status
from tests.unit.notifications.vaccines.files import OPEN, find, person, plan, weeks_before

HERE = Path(__file__).parent
PERSONS = {
    one["id"]: one for one in msgspec.toml.decode((HERE / "persons.toml").read_bytes())["case"]
}
CASES = msgspec.toml.decode((HERE / "vaccines.toml").read_bytes())["case"]
DUE = (Status.DUE, Status.OVERDUE, Status.UNKNOWN)


def worked(case):
    """Plan for a worked person."""
    who = PERSONS[case["id"]]
    facts = person(
        who["born"],
        *who.get("doses", ()),
        sex=who["sex"],
        situations=tuple(who.get("situations", ())),
        last_period=weeks_before(who["on"], who["weeks"]) if "weeks" in who else None,
    )
    return plan(facts, who["on"])


def day(text):
    """Read a day, or "any" for none."""
    return None if text == "any" else date.fromisoformat(text)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"person {case['id']}")
class TestAWorkedPerson:
    """Each person's list is whole on that day: nothing else is due."""

    def test_is_due_for_that_and_no_more(self, case):
        parts = worked(case)

        due = {
            (one.item, one.step, one.due_on)
            for one in parts.recommendations
            if one.status in DUE and one.level is not Level.OPTIONAL
        }
        assert due == {(item, step, day(on)) for item, step, on in case["due"]}

    def test_comes_next_to_that(self, case):
        parts = worked(case)

        coming = {
            (one.item, one.step, one.due_on)
            for one in parts.recommendations
            if one.status is Status.NOT_YET
        }
        assert coming >= {(item, step, day(on)) for item, step, on in case.get("next", [])}

    def test_has_these_last_days(self, case):
        parts = worked(case)

        for item, step, on in case.get("latest", []):
            assert find(parts, item, step).latest_on == day(on), (item, step)

    def test_is_offered_that(self, case):
        parts = worked(case)

        offered = {
            one.item
            for one in parts.recommendations
            if one.level is Level.OPTIONAL and one.status in DUE
        }
        assert offered == set(case.get("optional", []))

    def test_hears_nothing_of_the_rest(self, case):
        parts = worked(case)

        spoken = {one.item for one in parts.recommendations if one.status in OPEN}
        silent = {one.item: one.reason for one in parts.silences}
        for item in case.get("silent", []):
            assert item not in spoken
            assert silent[item].fr
            assert silent[item].en
        for item in case.get("not_due", []):
            assert not any(one.item == item and one.status in DUE for one in parts.recommendations)

    def test_is_told_how_strongly_and_with_what(self, case):
        parts = worked(case)

        for item in case.get("mandatory", []):
            assert find(parts, item).level is Level.MANDATORY
        for item in case.get("recommended", []):
            assert find(parts, item).level is Level.RECOMMENDED
        for item in case.get("doubtful", []):
            assert find(parts, item).must_confirm
        for item in case.get("done", []):
            assert any(one.item == item and one.done_by for one in parts.recommendations)
        for item, step, names in case.get("products", []):
            assert find(parts, item, step).products == tuple(names.split())
        for item, code in case.get("asks", []):
            assert find(parts, item).asks == (code,)
        for item, words in case.get("notes", []):
            assert any(words in note.en for note in find(parts, item).notes)
