"""What calendars call sensitive is sensitive in the record, whatever the country."""

import pytest

from backend.access.reference import rows
from backend.access.rules.sensitivity import EXAM, SITUATION
from notifications.calendars import countries, load


def marked(kind):
    """The words of one kind that the reviewed list names, each with its section."""
    return {(row["value"], row["section"]) for row in rows("sensitive.csv") if row["kind"] == kind}


@pytest.mark.parametrize("country", countries())
def test_a_word_that_a_calendar_marks_is_in_the_list(country):
    """A new situation of a sensitive part of life cannot be forgotten here."""
    pack = load(country)
    told = {
        SITUATION: {(one.code, one.section) for one in pack.situations.situation if one.section},
        EXAM: {(one.code, one.section) for one in pack.exams.exam if one.section},
    }

    assert {kind: words - marked(kind) for kind, words in told.items()} == {
        SITUATION: set(),
        EXAM: set(),
    }


def test_a_word_of_the_list_is_one_of_a_calendar():
    """One that was mistyped would hide nothing; a pregnancy is no situation, but a fact."""
    packs = [load(country) for country in countries()]
    situations = {one.code for pack in packs for one in pack.situations.situation}
    exams = {one.code for pack in packs for one in pack.exams.exam}

    assert {word for word, _ in marked(SITUATION)} - situations == {"pregnancy"}
    assert {word for word, _ in marked(EXAM)} <= exams
