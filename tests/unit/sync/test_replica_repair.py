"""A copy that is not what it should be says so, and is fetched again."""

from datetime import timedelta

import msgspec
import pytest

from sync.core import digest
from tests.unit.sync.phones import PhoneOf, PowerCut, a_phone, a_shared_note, lost_of


def restore(phone: PhoneOf) -> None:
    """Make every device start again, as after a restore of the server."""
    phone.world.home.spaces[phone.space_id].epoch += 1


def with_digest(answer: bytes, wrong: str) -> bytes:
    """Falsify the proof of an answer."""
    read = msgspec.json.decode(answer)
    read["spaces"][0]["digest"] = wrong
    return msgspec.json.encode(read)


async def test_a_copy_that_differs_is_fetched_again_once():
    """One record vanished from the file; the digest tells, and the next pages mend."""
    phone, _, note = await a_shared_note(title="a")
    phone.store.run("DELETE FROM record")

    report = await phone.replica.sync()

    assert report.restarted == [phone.space_id]
    assert phone.shown() == {note: {"title": "a"}}
    assert phone.replica.profiles()[0].restarted_at is None
    await phone.holds_what_it_should()


async def test_a_record_that_should_not_be_there_is_removed():
    """Fetching again replaces what is held: what does not come again goes."""
    phone, _, note = await a_shared_note(title="a")
    phone.store.run(
        "INSERT INTO record SELECT space_id, '00000000-0000-4000-8000-000000000000', collection,"
        " seq, generation, fields FROM record"
    )

    await phone.replica.sync()

    assert list(phone.shown()) == [note]
    await phone.holds_what_it_should()


async def test_what_waits_survives_fetching_again():
    """Only confirmed rows are replaced."""
    phone, _, note = await a_shared_note(title="a", place="p")
    phone.edit(note, title="mine")
    added = phone.add(title="new")
    phone.store.run("UPDATE record SET seq = 77")

    await phone.replica.sync()

    assert phone.shown() == {note: {"title": "mine", "place": "p"}, added: {"title": "new"}}
    await phone.holds_what_it_should()


async def test_a_proof_that_never_holds_is_reported_and_not_chased_for_ever():
    """One fetch, then a day's patience; a proof that holds ends the affair."""
    phone, _, _ = await a_shared_note(title="a")
    serve = phone.wire._serve

    async def lie(request: bytes) -> bytes:
        return with_digest(await serve(request), digest.text(1))

    phone.wire._serve = lie
    first = await phone.replica.sync()
    second = await phone.replica.sync()
    phone.clock.at += timedelta(days=2)
    third = await phone.replica.sync()
    phone.wire._serve = serve
    fourth = await phone.replica.sync()

    assert (first.restarted, first.diverged) == ([phone.space_id], [phone.space_id])
    assert (second.restarted, second.diverged) == ([], [phone.space_id])
    assert third.restarted == [phone.space_id]
    assert fourth.diverged == []
    assert phone.replica.profiles()[0].restarted_at is None


async def test_a_standing_is_computed_from_the_rows():
    """Nobody's word is taken for it."""
    phone, _, _ = await a_shared_note(title="a")
    assert phone.replica.standing(phone.space_id).is_equal is True

    phone.store.run("UPDATE record SET seq = 77")

    assert phone.replica.standing(phone.space_id).is_equal is False


async def test_after_a_restore_everything_is_fetched_again_and_what_waits_is_sent():
    """The old copy shows until the new one is whole."""
    phone, other, note = await a_shared_note(title="a")
    notes = [other.add(title=f"note {i}") for i in range(5)]
    await other.replica.sync()
    await phone.replica.sync()
    phone.edit(note, title="b")
    restore(phone)
    phone.wire.page_limit = 2

    report = await phone.replica.sync()

    assert report.restarted == [phone.space_id]
    assert phone.fields(note) == {"title": "b"}
    assert len(phone.shown()) == 1 + len(notes)
    await phone.holds_what_it_should()


async def test_what_a_restored_server_no_longer_has_is_removed():
    """The copy follows the server; an edit of what is gone goes with it."""
    phone, _, note = await a_shared_note(title="a")
    late = phone.add(title="after the backup")
    await phone.replica.sync()
    space = phone.world.home.spaces[phone.space_id]
    for eye in space.viewers.values():
        line = space.lines.pop((eye.viewer_id, late))
        eye.head -= 1
        eye.count -= 1
        eye.digest = (eye.digest - digest.line(late, line.seq)) % digest.MODULUS
    del space.records[late]
    restore(phone)
    phone.edit(late, title="edited")
    phone.edit(note, title="b")

    report = await phone.replica.sync()

    assert phone.shown() == {note: {"title": "b"}}
    assert report.dropped + report.refused == 1
    await phone.holds_what_it_should()


@pytest.mark.parametrize("came_back", ["a", "other history"])
async def test_a_number_of_before_the_restore_overwrites_nothing_unseen(came_back: str):
    """The same number may stand for another body: then the edit is merged by what it saw."""
    phone, _, note = await a_shared_note(title="a")
    space = phone.world.home.spaces[phone.space_id]
    body = msgspec.json.encode({"title": came_back})
    space.records[note] = msgspec.structs.replace(space.records[note], body=body)
    restore(phone)
    phone.wire.fates.extend(["ok", "crash before"])
    with pytest.raises(PowerCut):
        await phone.replica.sync()

    phone.edit(note, title="b")
    await phone.replica.sync()

    is_same = came_back == "a"
    assert phone.fields(note) == {"title": "b" if is_same else came_back}
    assert lost_of(phone) == ([] if is_same else [({"title": "b"}, "conflict")])
    await phone.holds_what_it_should()


async def test_a_server_that_insists_on_starting_again_is_not_asked_for_ever():
    """One restart in a sync, and no endless loop."""
    phone, _, _ = await a_shared_note(title="a")
    resync = msgspec.json.encode(
        {
            "outcomes": [],
            "spaces": [
                {
                    "space_id": phone.space_id,
                    "changes": [],
                    "checkpoint": "x",
                    "more": False,
                    "state": "resync",
                }
            ],
        }
    )
    phone.wire.fates.extend([resync, resync])

    report = await phone.replica.sync()

    assert report.rounds == 2
    await phone.replica.sync()
    await phone.holds_what_it_should()


async def test_a_checkpoint_of_another_device_starts_again():
    """A copied file does not take over the place of the original."""
    phone, other, note = await a_shared_note(title="a")
    copied = await a_phone(phone.world, 0, device="copy")
    copied.replica = other.replica
    phone.wire.caller = copied.wire.caller

    report = await phone.replica.sync()

    assert report.restarted == [phone.space_id]
    assert phone.shown() == {note: {"title": "a"}}
    await phone.holds_what_it_should()
