"""What may be left to an assistant: a list that people review, and the rule that reads it."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from backend.access.care_team.http import DeclaredTeamController
from backend.access.consents.http import AskingController
from backend.access.emergency.http import EmergencyController
from backend.identity.assistants.acts import catalogue, leavable
from backend.identity.errors import AssistantshipUnsuitable
from backend.identity.professionals.model import Act, Names, ProfessionalCaller
from backend.identity.rules.assistants import check_naming
from backend.identity.rules.professionals import activity
from backend.identity.wire import provide_professional_once, seat_of

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


def test_an_answer_given_for_one_employer_is_not_repeated_for_another() -> None:
    """An assistant's keys count for the professional they act for, on the device they use."""
    caller = ProfessionalCaller(
        professional_id=uuid4(),
        assistant_id=uuid4(),
        names=Names(family_name="ROUX", given_name="ZOE"),
        professional_names=Names(family_name="FAURE", given_name="ANNE"),
        profession_code="10",
        specialty=None,
        organization=None,
        activity=activity("10"),
        is_regulator=False,
        session_id=uuid4(),
        device_id=uuid4(),
        signed_in_at=datetime(2026, 11, 21, tzinfo=UTC),
        acts=frozenset(),
    )

    for_another = msgspec.structs.replace(caller, professional_id=uuid4())

    assert seat_of(caller) != seat_of(for_another)
    for controller in (AskingController, DeclaredTeamController, EmergencyController):
        assert controller.dependencies["once"].dependency is provide_professional_once
