"""What of a record makes a plan due."""

from uuid import UUID, uuid4

import pytest

from backend.calendars import reads_of
from backend.settings import NO_CALENDAR, Settings
from sync.storage.port import Record

FRENCH = reads_of(Settings(calendar="fr"))


def record(collection: str, body: bytes | None = b"{}") -> Record:
    """Make a record as it is being written."""
    return Record(
        record_id=uuid4(),
        collection=collection,
        rev=1,
        category=collection,
        flags=0,
        depositor_id=UUID(int=1),
        author_id=UUID(int=1),
        deleted=body is None,
        body=body,
    )


@pytest.mark.parametrize(
    "collection",
    [
        "appointments",
        "reminder_rules",
        "reminders",
        "profile",
        "immunizations",
        "mandates",
        "masks",
    ],
)
def test_a_fact_and_who_may_know_it_make_a_plan_due(collection: str) -> None:
    """Both decide what somebody is reminded of."""
    assert FRENCH.follows_from(record(collection))


def test_a_weight_makes_no_plan_due_and_a_result_does() -> None:
    """Most measures tell a calendar nothing; one that was deleted may have."""
    weight = record("measures", b'{"kind":"weight","value":61.5}')
    result = record("measures", b'{"kind":"result","label":"FIT"}')

    assert not FRENCH.follows_from(weight)
    assert FRENCH.follows_from(result)
    assert FRENCH.follows_from(record("measures", None))


def test_without_a_calendar_the_agenda_alone_is_planned() -> None:
    """Vaccines change nothing there."""
    reads = reads_of(Settings(calendar=NO_CALENDAR))

    assert reads.recommend is None
    assert reads.follows_from(record("appointments"))
    assert not reads.follows_from(record("immunizations"))
