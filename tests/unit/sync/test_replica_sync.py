"""One sync: whatever happens to a request or its answer, nothing is lost or done twice."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path

import pytest

from tests.unit.sync.phones import (
    PhoneOf,
    PowerCut,
    Wire,
    a_phone,
    a_shared_note,
    a_world,
    second_space,
    two_phones,
)


async def test_what_one_phone_adds_another_shows():
    """One request each, and both are in step."""
    one, other = await two_phones()
    note = one.add(title="Milk", text="two")

    report = await one.replica.sync()
    await other.replica.sync()

    assert (report.rounds, report.applied, report.received) == (1, 1, 1)
    assert other.shown() == {note: {"title": "Milk", "text": "two"}}
    await one.holds_what_it_should()
    await other.holds_what_it_should()


async def test_a_sync_with_nothing_new_is_one_short_request():
    """A poll costs one round trip and changes nothing."""
    phone, _, _ = await a_shared_note(title="a")

    report = await phone.replica.sync()

    assert (report.rounds, report.received) == (1, 0)
    await phone.holds_what_it_should()


@pytest.mark.parametrize("fate", ["lost request", "lost reply", "doubled", "cut"])
async def test_a_broken_exchange_is_made_again_and_done_once(fate: str):
    """Lost on the way there, on the way back, delivered twice, or cut in the middle."""
    one, other, note = await a_shared_note(title="a")
    one.edit(note, title="b")
    added = one.add(title="new")
    one.wire.fates.append(fate)

    await one.replica.sync()
    await other.replica.sync()

    assert other.shown() == {note: {"title": "b"}, added: {"title": "new"}}
    assert (await one.world.feed_of(0)).head == 3
    await one.holds_what_it_should()
    await other.holds_what_it_should()


async def test_the_same_request_is_the_same_ops_each_time():
    """A retry carries the identifiers and bodies of the first attempt."""
    phone = await a_phone()
    phone.add(title="a")
    phone.wire.fates.extend(["lost reply", "lost reply"])

    await phone.replica.sync()

    first, second, third = phone.sent()
    assert first == second == third


async def test_an_answer_to_another_request_is_not_applied():
    """A reply that comes late is asked for again, not believed."""
    phone = await a_phone()
    phone.add(title="a")
    await phone.replica.sync()
    phone.add(title="b")
    phone.wire.fates.append(phone.wire.answers[0])

    await phone.replica.sync()

    assert len(phone.wire.requests) == 3
    await phone.holds_what_it_should()


async def test_a_page_that_was_applied_before_changes_nothing():
    """The same page again, in answer to a later question, moves nothing back."""
    one, other, note = await a_shared_note(title="a")
    page_of_a = other.wire.answers[0]
    one.edit(note, title="b")
    await one.replica.sync()
    await other.replica.sync()

    other.wire.fates.append(page_of_a)
    report = await other.replica.sync()

    assert (report.received, report.restarted) == (0, [])
    assert other.fields(note) == {"title": "b"}
    await other.holds_what_it_should()


async def test_a_sync_that_was_cancelled_leaves_its_late_answer_to_nobody():
    """The next sync starts from what the store holds."""
    phone = await a_phone()
    phone.add(title="a")
    serve = phone.wire._serve
    started, late = asyncio.Event(), asyncio.Event()

    async def slow(request: bytes) -> bytes:
        answer = await serve(request)
        started.set()
        await late.wait()
        return answer

    phone.wire._serve = slow
    task = asyncio.create_task(phone.replica.sync())
    await started.wait()
    task.cancel()
    phone.wire._serve = serve
    late.set()

    await phone.replica.sync()

    assert task.cancelled()
    await phone.holds_what_it_should()


async def test_one_sync_at_a_time():
    """Two calls make two exchanges, one after the other, and each op leaves once."""
    phone = await a_phone()
    phone.add(title="a")

    await asyncio.gather(phone.replica.sync(), phone.replica.sync())

    assert [len(ops) for ops in phone.sent()] == [1, 0]


@pytest.mark.parametrize("fate", ["crash before", "crash after"])
async def test_a_crash_around_a_request_loses_nothing(fate: str, tmp_path: Path):
    """The next start sends the same op again and the server answers the same."""
    phone = PhoneOf(Wire(await a_world(), 0), tmp_path / "phone.db")
    note = phone.add(title="a")
    phone.wire.fates.append(fate)
    with pytest.raises(PowerCut):
        await phone.replica.sync()
    phone.restart()

    await phone.replica.sync()

    assert phone.shown() == {note: {"title": "a"}}
    assert phone.sent()[0] == phone.sent()[1]
    await phone.holds_what_it_should()


async def test_a_crash_between_pages_goes_on_from_the_last_page(tmp_path: Path):
    """A page and its checkpoint are on disk together; nothing is fetched twice."""
    world = await a_world()
    writer = await a_phone(world, 1)
    for i in range(10):
        writer.add(title=f"note {i}")
    await writer.replica.sync()
    phone = PhoneOf(Wire(world, 0), tmp_path / "phone.db")
    phone.wire.page_limit = 3
    phone.wire.fates.extend(["ok", "ok", "crash after"])
    with pytest.raises(PowerCut):
        await phone.replica.sync()
    phone.restart()
    assert len(phone.shown()) == 6

    report = await phone.replica.sync()

    assert report.received == 4
    await phone.holds_what_it_should()


@pytest.mark.parametrize("steps", [1, 20, 60, 150, 400, 800])
async def test_a_crash_inside_an_answer_leaves_all_of_it_or_nothing(steps: int, tmp_path: Path):
    """Wherever the database stops, the next sync converges."""
    world = await a_world()
    writer = await a_phone(world, 1)
    notes = [writer.add(title=f"note {i}") for i in range(8)]
    await writer.replica.sync()
    phone = PhoneOf(Wire(world, 0), tmp_path / "phone.db")
    await phone.replica.sync()
    phone.edit(notes[0], title="mine")
    writer.delete(notes[1])
    await writer.replica.sync()
    serve = phone.wire._serve

    async def then_stop(request: bytes) -> bytes:
        answer = await serve(request)
        phone.store._db.set_progress_handler(lambda: 1, steps)
        return answer

    phone.wire._serve = then_stop
    with contextlib.suppress(sqlite3.OperationalError):
        await phone.replica.sync()
    phone.wire._serve = serve
    phone.restart()

    await phone.replica.sync()

    assert phone.fields(notes[0]) == {"title": "mine"}
    await phone.holds_what_it_should()


async def test_more_ops_than_one_request_takes_go_out_in_order():
    """Five hundred at a time, oldest first."""
    phone = await a_phone()
    made = [phone.add(title=f"note {i}") for i in range(1100)]

    report = await phone.replica.sync()

    assert [len(ops) for ops in phone.sent()] == [500, 500, 100]
    assert [op["record_id"] for ops in phone.sent() for op in ops] == [str(i) for i in made]
    assert report.applied == 1100
    await phone.holds_what_it_should()


async def test_a_request_stays_under_a_megabyte():
    """Large records leave in several requests."""
    phone = await a_phone()
    for i in range(40):
        phone.add(title=f"note {i}", text="x" * 19_000, place="y" * 40_000)

    await phone.replica.sync()

    sizes = [len(str(ops)) for ops in phone.sent()]
    assert len(sizes) > 2
    assert max(sizes) < 1024 * 1024
    await phone.holds_what_it_should()


async def test_one_request_serves_every_space_of_the_phone():
    """Two profiles, one round trip."""
    phone = await a_phone()
    other_space = await second_space(phone)
    phone.add(title="mine")
    phone.replica.put(other_space, "notes", None, {"title": "my child's"})

    report = await phone.replica.sync()

    assert (report.rounds, report.applied) == (1, 2)
    assert phone.replica.standing(other_space).is_equal
    assert [s.fields for s in phone.replica.records(other_space, "notes")] == [
        {"title": "my child's"}
    ]


async def test_fifty_one_spaces_take_two_requests():
    """The protocol takes fifty at a time; an op travels with its space."""
    phone = await a_phone()
    spaces = [await second_space(phone, f"space {i}") for i in range(50)]
    phone.replica.put(spaces[-1], "notes", None, {"title": "last"})

    report = await phone.replica.sync()

    assert report.rounds == 2
    assert report.applied == 1
    assert phone.replica.standing(spaces[-1]).is_equal


async def test_a_phone_with_no_space_makes_no_request():
    """There is nothing to ask."""
    phone = await a_phone()
    phone.replica.erase()

    report = await phone.replica.sync()

    assert report.rounds == 0
    assert phone.wire.requests == []


async def test_an_acknowledged_edit_shows_before_its_page_comes():
    """Between two pages the record does not fall back to its old value."""
    one, other, note = await a_shared_note(title="a")
    for i in range(6):
        other.add(title=f"note {i}")
    await other.replica.sync()
    one.edit(note, title="b")
    one.wire.page_limit = 2
    one.wire.fates.extend(["ok", "crash before"])

    with pytest.raises(PowerCut):
        await one.replica.sync()

    assert one.replica.waiting() == 0
    assert one.fields(note) == {"title": "b"}
    await one.replica.sync()
    await one.holds_what_it_should()
