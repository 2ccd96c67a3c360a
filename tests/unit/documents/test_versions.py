"""Which version of a document stands."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from backend.documents.versions import Version, succeed

START = datetime(2024, 1, 1, tzinfo=UTC)


def version(number, day=0, *, is_current=True, is_parent=False):
    """Make a version; its record is named after it."""
    return Version(
        record_id=UUID(int=number * 1000 + day),
        number=number,
        created_at=START + timedelta(days=day),
        is_current=is_current,
        is_parent=is_parent,
    )


def test_a_document_alone_stands():
    """There is nothing to replace."""
    alone = succeed(4, START, [])

    assert (alone.status, alone.replaces, alone.superseded) == ("current", None, ())


def test_a_higher_number_stands():
    """It replaces the nearest below it."""
    one, two = version(1, is_current=False), version(2)

    three = succeed(3, START, [one, two])

    assert (three.status, three.replaces, three.superseded) == (
        "current", two.record_id, (two.record_id,),
    )  # fmt: skip


def test_a_lower_number_that_comes_late_does_not_stand():
    """It changes nothing of what stands."""
    late = succeed(2, START + timedelta(days=9), [version(1, is_current=False), version(3)])

    assert (late.status, late.replaces, late.superseded) == (
        "superseded", version(1).record_id, (),
    )  # fmt: skip


def test_among_equal_numbers_the_later_one_stands():
    """Authors who never count are understood by their dates."""
    later = succeed(1, START + timedelta(days=1), [version(1)])
    earlier = succeed(1, START - timedelta(days=1), [version(1)])
    same = succeed(1, START, [version(1)])

    assert [one.status for one in (later, earlier, same)] == ["current", "superseded", "current"]


def test_a_document_named_as_replaced_steps_back_whatever_its_number():
    """What an author says outright counts more than numbers."""
    parent = version(7, is_parent=True)

    new = succeed(1, START, [parent])

    assert (new.status, new.replaces, new.superseded) == (
        "current", parent.record_id, (parent.record_id,),
    )  # fmt: skip


@given(numbers=st.permutations(range(1, 7)))
def test_the_order_of_arrival_does_not_decide(numbers):
    """Whatever comes first, the highest stands at the end, and it alone."""
    there: dict[UUID, Version] = {}
    for number in numbers:
        placed = succeed(number, START, list(there.values()))
        for record_id in placed.superseded:
            there[record_id] = version(there[record_id].number, is_current=False)
        new = version(number, is_current=placed.status == "current")
        there[new.record_id] = new

        standing = [one.number for one in there.values() if one.is_current]
        assert standing == [max(one.number for one in there.values())]
