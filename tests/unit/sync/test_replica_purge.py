"""What may no longer be held is gone in every form: from the rows, and from the file."""

from pathlib import Path

import pytest

from sync.replica import DeviceRevoked, ProfileEnded, ProfileState, ReplicaStore, SyncGaveUp
from tests.unit.sync.phones import (
    PhoneOf,
    PowerCut,
    Wire,
    a_phone,
    a_shared_note,
    a_world,
    lost_of,
    second_space,
)

SECRET = "forbidden words"


async def a_note_with_an_edit(folder: Path) -> tuple[PhoneOf, PhoneOf]:
    """Make a phone on disk with an unpushed edit of a note, and the one who wrote the note."""
    world = await a_world()
    writer = await a_phone(world, 1)
    writer.add(title=f"{SECRET} 1", text=f"{SECRET} 2")
    await writer.replica.sync()
    phone = PhoneOf(Wire(world, 0), folder / "phone.db")
    await phone.replica.sync()
    [note] = phone.shown()
    phone.edit(note, title=f"{SECRET} 3")
    return phone, writer


def bytes_of(phone: PhoneOf) -> bytes:
    """Return every byte in the folder of a phone."""
    folder = Path(phone.path).parent
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def test_a_withdrawn_record_leaves_no_byte_on_the_phone(tmp_path: Path):
    """Its body, the edit that waited and what the edit had seen."""
    phone, _ = await a_note_with_an_edit(tmp_path)
    assert SECRET.encode() in bytes_of(phone)
    await phone.world.hide(0, phone.shown())

    report = await phone.replica.sync()

    assert phone.shown() == {}
    assert report.dropped == 1
    assert lost_of(phone) == []
    assert SECRET.encode() not in bytes_of(phone)
    await phone.holds_what_it_should()


async def test_a_deleted_record_goes_like_a_withdrawn_one(tmp_path: Path):
    """The phone cannot tell the two apart, and does the same."""
    phone, writer = await a_note_with_an_edit(tmp_path)
    [note] = phone.shown()
    writer.delete(note)
    await writer.replica.sync()

    await phone.replica.sync()

    assert SECRET.encode() not in bytes_of(phone)
    await phone.holds_what_it_should()


async def test_what_was_lost_in_a_record_goes_with_it(tmp_path: Path):
    """A value kept aside is a form of the record too."""
    phone, writer = await a_note_with_an_edit(tmp_path)
    [note] = phone.shown()
    writer.edit(note, title="first")
    await writer.replica.sync()
    await phone.replica.sync()
    assert lost_of(phone) == [({"title": f"{SECRET} 3"}, "conflict")]

    await phone.world.hide(0, [note])
    await phone.replica.sync()

    assert lost_of(phone) == []
    assert SECRET.encode() not in bytes_of(phone)


async def test_many_records_withdrawn_leave_no_trace_between_the_pages_of_the_file(
    tmp_path: Path,
):
    """SQLite moves rows about; copies in the gaps are erased too."""
    world = await a_world()
    writer = await a_phone(world, 1)
    notes = [writer.add(title=f"{SECRET} {i}.", text="x" * (i * 37 % 900)) for i in range(400)]
    await writer.replica.sync()
    phone = PhoneOf(Wire(world, 0), tmp_path / "phone.db")
    phone.wire.page_limit = 50
    await phone.replica.sync()
    for i, note in enumerate(notes[::3]):
        writer.edit(note, text="y" * (i * 53 % 1500))
    await writer.replica.sync()
    await phone.replica.sync()

    await world.hide(0, notes[::2])
    await phone.replica.sync()

    left = bytes_of(phone)
    assert [i for i in range(0, 400, 2) if f"{SECRET} {i}.".encode() in left] == []
    assert f"{SECRET} 1.".encode() in left
    await phone.holds_what_it_should()


async def test_a_crash_before_the_file_was_rewritten_is_made_good_at_the_next_start(
    tmp_path: Path,
):
    """The chore is in the same transaction as the purge."""
    phone, _ = await a_note_with_an_edit(tmp_path)
    with phone.store.transaction():
        phone.store.run("DELETE FROM record")
        phone.store.must_scrub()
    assert phone.store.rows("SELECT * FROM chore")

    phone.restart()

    assert phone.store.rows("SELECT * FROM chore") == []


async def test_an_op_refused_because_its_record_is_gone_is_not_kept_aside(tmp_path: Path):
    """Even when the line that says so comes pages later."""
    phone, writer = await a_note_with_an_edit(tmp_path)
    [note] = phone.shown()
    for i in range(4):
        writer.add(title=f"note {i}")
    await writer.replica.sync()
    await phone.world.hide(0, [note])
    phone.wire.page_limit = 2
    phone.wire.fates.extend(["ok", "crash before"])

    with pytest.raises(PowerCut):
        await phone.replica.sync()

    assert phone.replica.waiting() == 0
    assert lost_of(phone) == []
    await phone.replica.sync()
    assert SECRET.encode() not in bytes_of(phone)
    await phone.holds_what_it_should()


async def test_an_edit_that_never_left_goes_with_its_record_and_is_not_sent():
    """Two edits wait, one perhaps sent; the withdrawal comes with the answer to the first."""
    phone, _, note = await a_shared_note(title="a")
    phone.edit(note, title=SECRET)
    phone.wire.fates.append("lost request")
    with pytest.raises(SyncGaveUp):
        await phone.replica.sync(attempts=1)
    phone.edit(note, title=f"{SECRET} again")
    await phone.world.hide(0, [note])
    phone.wire.requests.clear()

    report = await phone.replica.sync()

    assert report.dropped == 2
    assert [[op["set"] for op in ops] for ops in phone.sent()] == [[{"title": SECRET}]]
    assert (phone.replica.waiting(), lost_of(phone)) == (0, [])


async def test_a_record_withdrawn_before_its_creation_was_answered_goes_too():
    """The reply was lost; the phone learns of the record and of its end at once."""
    phone = await a_phone()
    note = phone.add(title=SECRET)
    phone.wire.fates.append("lost reply")
    with pytest.raises(SyncGaveUp):
        await phone.replica.sync(attempts=1)
    phone.edit(note, title=f"{SECRET} again")
    await phone.world.hide(0, [note])

    await phone.replica.sync()

    assert phone.shown() == {}
    assert (phone.replica.waiting(), lost_of(phone)) == (0, [])
    await phone.holds_what_it_should()


async def test_a_record_that_comes_back_is_whole():
    """Withdrawn, then granted again, both before the phone asked."""
    phone, _, note = await a_shared_note(title="a")
    phone.edit(note, title="b")
    await phone.world.hide(0, [note])
    await phone.world.show(0, [note])

    await phone.replica.sync()

    assert phone.fields(note) == {"title": "b"}
    await phone.holds_what_it_should()


async def test_a_space_whose_access_ended_is_erased_and_says_so(tmp_path: Path):
    """Records, what waited, what was lost; other spaces stay."""
    phone, _ = await a_note_with_an_edit(tmp_path)
    other_space = await second_space(phone)
    phone.replica.put(other_space, "notes", None, {"title": "mine"})
    await phone.world.end(0)

    report = await phone.replica.sync()

    ended, kept = phone.replica.profiles()
    assert report.ended == [phone.space_id]
    assert (ended.state, ended.ended_at is not None) == (ProfileState.ENDED, True)
    assert kept.state is ProfileState.OPEN
    assert phone.replica.waiting() == 0
    assert SECRET.encode() not in bytes_of(phone)
    assert len(phone.replica.records(other_space, "notes")) == 1
    with pytest.raises(ProfileEnded):
        phone.add(title="late")


async def test_an_ended_space_is_not_asked_for_again_until_it_is_listed_as_open():
    """Granted again, it fills from nothing."""
    phone, _, note = await a_shared_note(title="a")
    await phone.world.end(0)
    await phone.replica.sync()
    phone.learn(phone.space_id, state="closed")
    phone.wire.requests.clear()
    await phone.replica.sync()
    assert phone.wire.requests == []

    await phone.world.resume(0)
    phone.learn(phone.space_id)
    await phone.replica.sync()

    assert phone.shown() == {note: {"title": "a"}}
    await phone.holds_what_it_should()


async def test_a_phone_that_is_forgotten_keeps_nothing(tmp_path: Path):
    """Not a row and not a byte."""
    phone, _ = await a_note_with_an_edit(tmp_path)

    phone.replica.erase()

    assert phone.replica.profiles() == []
    assert SECRET.encode() not in bytes_of(phone)


async def test_a_device_that_was_signed_out_from_afar_empties_itself(tmp_path: Path):
    """A phone that was lost forgets at its first contact."""
    phone, _ = await a_note_with_an_edit(tmp_path)
    phone.wire.fates.append(DeviceRevoked("x"))

    with pytest.raises(DeviceRevoked):
        await phone.replica.sync()

    assert phone.replica.profiles() == []
    assert SECRET.encode() not in bytes_of(phone)


async def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path):
    """An old program must not write what it does not understand."""
    phone, _ = await a_note_with_an_edit(tmp_path)
    phone.store.run("PRAGMA user_version = 99")
    phone.store.close()

    with pytest.raises(Exception, match="Update this program"):
        ReplicaStore(phone.path)
