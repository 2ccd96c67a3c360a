"""What waits on a phone: durable, small, and never changed once it may have left."""

from pathlib import Path
from uuid import UUID

import pytest

from sync.replica import FieldsInvalid, ProfileUnknown, RecordUnknown
from tests.unit.sync.phones import (
    PhoneOf,
    Wire,
    a_phone,
    a_shared_note,
    a_world,
)


async def test_a_new_record_shows_at_once_and_says_that_it_waits():
    """What the person writes is there, network or not."""
    phone = await a_phone()

    record_id = phone.add(title="Milk", place=None)

    shown = phone.replica.get(phone.space_id, record_id)
    assert shown is not None
    assert (shown.fields, shown.seq, shown.is_waiting) == ({"title": "Milk"}, None, True)
    assert phone.ops() == [
        {"kind": "put", "base": None, "set": {"title": "Milk"}, "was": {}, "attempts": 0}
    ]


async def test_an_edit_says_what_was_seen_and_from_which_number():
    """`set` holds only what differs, `was` what stood in it, `base` the number seen."""
    phone, _, note = await a_shared_note(title="Milk", place="Shop")

    phone.edit(note, title="Bread", place="Shop", color="red")

    assert phone.ops() == [
        {
            "kind": "put",
            "base": 1,
            "set": {"title": "Bread", "color": "red"},
            "was": {"title": "Milk"},
            "attempts": 0,
        }
    ]


async def test_an_edit_that_changes_nothing_is_not_queued():
    """Saving a form untouched sends nothing."""
    phone, _, note = await a_shared_note(title="Milk")

    phone.edit(note, title="Milk")

    assert phone.ops() == []


async def test_true_is_not_the_number_one():
    """Values are compared as JSON, not as Python."""
    phone = await a_phone()
    note = phone.add(title="x", count=1)
    phone.wire.fates.append("lost request")
    with pytest.raises(Exception, match="attempts"):
        await phone.replica.sync(attempts=1)

    phone.edit(note, count=True)

    assert phone.ops()[1]["set"] == {"count": True}


async def test_edits_that_were_never_sent_become_one():
    """The last value and the first `was` remain: one op however long the person types."""
    phone, _, note = await a_shared_note(title="a", place="p")

    phone.edit(note, title="b")
    phone.edit(note, title="c", color="red")
    phone.edit(note, color="blue")

    assert phone.ops() == [
        {
            "kind": "put",
            "base": 1,
            "set": {"title": "c", "color": "blue"},
            "was": {"title": "a"},
            "attempts": 0,
        }
    ]


async def test_an_edit_taken_back_leaves_nothing_to_send():
    """Changed and changed back is not a change."""
    phone, _, note = await a_shared_note(title="a")

    phone.edit(note, title="b")
    phone.edit(note, title="a")

    assert phone.ops() == []


async def test_an_edit_of_an_unsent_record_joins_its_creation():
    """A field removed before anything was sent was never there."""
    phone = await a_phone()

    note = phone.add(title="a", place="p")
    phone.edit(note, title="b", place=None)

    assert [op["set"] for op in phone.ops()] == [{"title": "b"}]


async def test_a_record_added_and_deleted_before_any_sync_leaves_nothing():
    """The server never hears of it."""
    phone = await a_phone()

    note = phone.add(title="a")
    phone.delete(note)

    assert phone.ops() == []
    assert phone.fields(note) is None


async def test_a_deletion_replaces_an_unsent_edit_and_keeps_its_base():
    """What changed under the edit, unseen, must still stop the deletion."""
    phone, other, note = await a_shared_note(title="a")
    phone.edit(note, title="b")
    other.edit(note, title="c")
    await other.replica.sync()

    phone.delete(note)

    assert [(op["kind"], op["base"], op["set"]) for op in phone.ops()] == [("delete", 1, {})]


async def test_an_op_that_may_have_been_sent_is_never_touched_again():
    """Same identifier, same body, for ever: a second edit is a second op."""
    phone, _, note = await a_shared_note(title="a")
    phone.edit(note, title="b")
    phone.wire.fates.append("lost reply")
    with pytest.raises(Exception, match="attempts"):
        await phone.replica.sync(attempts=1)

    phone.edit(note, title="c")

    first, second = phone.ops()
    assert (first["set"], first["was"], first["attempts"]) == ({"title": "b"}, {"title": "a"}, 1)
    assert (second["set"], second["was"], second["base"]) == ({"title": "c"}, {"title": "b"}, 1)


async def test_a_second_edit_goes_out_after_the_answer_to_the_first():
    """It is built on the first, so it starts from the number that the first got."""
    phone, _, note = await a_shared_note(title="a")
    phone.edit(note, title="b")
    phone.wire.fates.append("lost reply")
    with pytest.raises(Exception, match="attempts"):
        await phone.replica.sync(attempts=1)
    phone.edit(note, title="c")
    phone.wire.requests.clear()

    report = await phone.replica.sync()

    assert [[op["set"] for op in ops] for ops in phone.sent()] == [
        [{"title": "b"}],
        [{"title": "c"}],
    ]
    assert phone.sent()[1][0]["base"] == 2
    assert (report.applied, report.merged, report.conflicts) == (2, 0, 0)
    await phone.holds_what_it_should()


async def test_a_record_deleted_while_its_creation_is_in_flight_goes_away():
    """The deletion takes the number that the creation got."""
    phone = await a_phone()
    note = phone.add(title="a")
    phone.wire.fates.append("lost reply")
    with pytest.raises(Exception, match="attempts"):
        await phone.replica.sync(attempts=1)
    phone.delete(note)

    await phone.replica.sync()

    assert phone.shown() == {}
    await phone.holds_what_it_should()


async def test_what_the_person_did_survives_a_restart(tmp_path: Path):
    """A put that returned is on disk."""
    phone = PhoneOf(Wire(await a_world(), 0), tmp_path / "phone.db")

    note = phone.add(title="kept")
    phone.restart()

    assert phone.fields(note) == {"title": "kept"}
    assert phone.replica.waiting() == 1


async def test_the_file_is_for_its_owner_alone(tmp_path: Path):
    """Nobody else on the machine reads it."""
    path = tmp_path / "phone.db"

    PhoneOf(Wire(await a_world(), 0), path)

    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 2**60, object(), "\ud800", "x" * 70_000]
)
async def test_what_cannot_travel_is_refused_at_once(value: object):
    """An op that no server could read would block what comes after it."""
    phone = await a_phone()

    with pytest.raises(FieldsInvalid):
        phone.add(title="t", text=value)

    assert phone.ops() == []


async def test_a_record_is_found_by_the_start_of_its_identifier():
    """Confirmed or waiting; what is deleted here is not found."""
    phone, _, note = await a_shared_note(title="a")
    waiting = phone.add(title="b")

    found = phone.replica.find(str(note)[:8].upper()), phone.replica.find(str(waiting))
    phone.delete(note)

    assert [[s.record_id for s in shown] for shown in found] == [[note], [waiting]]
    assert phone.replica.find(str(note)) == []


async def test_what_is_not_shown_cannot_be_edited():
    """Unknown, deleted here, in another collection, or in no space of this device."""
    phone, _, note = await a_shared_note(title="a")

    with pytest.raises(RecordUnknown):
        phone.replica.put(phone.space_id, "places", note, {"title": "b"})
    with pytest.raises(RecordUnknown):
        phone.edit(UUID(int=7), title="b")
    with pytest.raises(ProfileUnknown):
        phone.replica.put(UUID(int=7), "notes", None, {"title": "b"})
    phone.delete(note)
    with pytest.raises(RecordUnknown):
        phone.edit(note, title="b")
