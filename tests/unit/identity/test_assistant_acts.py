"""What may be left to an assistant: a list that people review, and the rule that reads it."""

from datetime import date, timedelta

import pytest

from backend.identity.assistants.acts import catalogue, leavable
from backend.identity.errors import AssistantshipUnsuitable
from backend.identity.professionals.model import Act
from backend.identity.rules.assistants import check_naming

TODAY = date(2026, 11, 21)
NEVER = {Act.EMERGENCY_ACCESS, Act.NAME_ASSISTANTS, Act.READ_RECORD, Act.CORRECT_DEPOSIT}


def test_every_act_has_one_line_with_words_and_a_source() -> None:
    """In both languages; no act of the code is missing, and none is made up."""
    acts = [one.act for one in catalogue()]

    assert sorted(act.value for act in acts) == sorted(act.value for act in Act)
    for one in catalogue():
        assert one.label_fr
        assert one.label_en
        assert one.label_fr != one.label_en
        assert one.source


def test_what_is_never_left_is_not_in_the_list_of_what_may_be() -> None:
    """Whatever else the list comes to say."""
    assert leavable().isdisjoint(NEVER)
    assert leavable() >= {Act.DEPOSIT, Act.READ_AGENDA}


@pytest.mark.parametrize("act", sorted(set(Act) - leavable(), key=lambda act: act.value))
def test_one_act_too_many_refuses_all(act: Act) -> None:
    """Nothing is left in silence out of what was ticked."""
    with pytest.raises(AssistantshipUnsuitable):
        check_naming([Act.DEPOSIT, act], TODAY, may_be_left=leavable(), today=TODAY)


def test_the_last_day_is_within_twelve_months() -> None:
    """Today at the earliest."""
    for days in (0, 365):
        last = TODAY + timedelta(days=days)
        check_naming([Act.DEPOSIT], last, may_be_left=leavable(), today=TODAY)
    for days in (-1, 366):
        last = TODAY + timedelta(days=days)
        with pytest.raises(AssistantshipUnsuitable):
            check_naming([Act.DEPOSIT], last, may_be_left=leavable(), today=TODAY)
    with pytest.raises(AssistantshipUnsuitable):
        check_naming([], TODAY, may_be_left=leavable(), today=TODAY)
