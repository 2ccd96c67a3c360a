"""Facts of any record: reading never fails, and what nobody confirmed says nothing."""

from datetime import date
from uuid import UUID, uuid5

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.kernel.values import ImpossibleDate, check_date
from backend.prevention.facts import COLLECTIONS, facts_of, recommender
from backend.prevention.knowledge import knowledge_of
from backend.record import ALL
from notifications.calendars import countries, load
from sync.storage.port import Record
from tests.property.bodies import bodies_of

SPACE = UUID(int=7)
ON = date(2026, 11, 22)
KNOWLEDGE = knowledge_of(load("fr"))
BORN = b'{"birth_date":"1961-04-09","sex":"female","birth_place_code":"63220"}'
unhurried = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def in_the_calendar(body):
    """A body at random, with each day that no calendar has cut to its month."""
    for name in body.__struct_fields__:
        value = getattr(body, name)
        if name.endswith("_on") and value is not None:
            try:
                check_date(value, pointer=name)
            except ImpossibleDate:
                body = msgspec.structs.replace(body, **{name: value[: len("YYYY-MM")]})
    return body


def record(name, body, number=0):
    """A record with these bytes."""
    return Record(
        record_id=uuid5(SPACE, f"{name} {number}"),
        collection=name,
        rev=1,
        category=name,
        flags=0,
        depositor_id=SPACE,
        author_id=SPACE,
        deleted=False,
        body=body,
    )


@pytest.mark.parametrize("name", sorted(COLLECTIONS - {"profile"}))
@given(data=st.data())
@unhurried
def test_any_record_that_was_taken_can_be_read(name, data):
    """And its plan can be made, in every country."""
    bodies = data.draw(st.lists(bodies_of(ALL[name].body).map(in_the_calendar), max_size=3))
    records = {
        "profile": [record("profile", BORN)],
        name: [record(name, msgspec.json.encode(body), n) for n, body in enumerate(bodies)],
    }

    found = facts_of(records, KNOWLEDGE, ON)

    known = {str(one.record_id) for one in records[name]}
    facts = found.facts
    for one in (*facts.doses, *facts.exams, *facts.situations, *facts.pregnancies, *facts.refusals):
        assert one.fact_id in known
    for country in countries():
        assert recommender(load(country))(records, ON) is not None


@pytest.mark.parametrize("name", sorted(COLLECTIONS - {"profile", "documents"}))
@given(data=st.data(), state=st.sampled_from(["draft", "rejected"]))
@unhurried
def test_what_nobody_confirmed_says_nothing(name, data, state):
    """Whatever it proposes."""
    body = data.draw(bodies_of(ALL[name].body))
    body = msgspec.structs.replace(body, draft_of=SPACE, draft_state=state)
    encoded = msgspec.json.encode(body)
    only_profile = {"profile": [record("profile", BORN)]}

    found = facts_of({**only_profile, name: [record(name, encoded)]}, KNOWLEDGE, ON)

    assert found == facts_of(only_profile, KNOWLEDGE, ON)
