"""The first fetch of a space: every page in one answer, and a broken one goes on."""

import pytest

from sync.replica import Refused, SignInNeeded
from tests.unit.sync.phones import PhoneOf, StreamingWire, a_phone, a_world


async def a_full_world(notes: int) -> tuple[StreamingWire, PhoneOf]:
    """Make a space with some notes, one deleted, and a streaming wire for a new phone."""
    world = await a_world()
    writer = await a_phone(world, 1)
    made = [writer.add(title=f"note {i}") for i in range(notes)]
    await writer.replica.sync()
    writer.delete(made[0])
    await writer.replica.sync()
    return StreamingWire(world, 0), writer


async def test_a_first_sync_streams_and_then_polls():
    """One streamed answer, and one request that finds nothing more."""
    wire, _ = await a_full_world(20)
    wire.page_limit = 6
    phone = PhoneOf(wire)

    report = await phone.replica.sync()

    assert wire.streams == [None]
    assert (report.rounds, report.received) == (1, 19)
    await phone.holds_what_it_should()


async def test_a_space_that_was_fetched_before_is_not_streamed():
    """From a checkpoint on, pages in the common request are the shorter way."""
    wire, writer = await a_full_world(3)
    phone = PhoneOf(wire)
    await phone.replica.sync()
    writer.add(title="more")
    await writer.replica.sync()

    await phone.replica.sync()

    assert wire.streams == [None]
    await phone.holds_what_it_should()


@pytest.mark.parametrize("lines", range(0, 12, 3))
async def test_a_stream_that_breaks_goes_on_from_its_last_page(lines: int):
    """What came whole is kept; the rest is asked for from the checkpoint after it."""
    wire, _ = await a_full_world(10)
    wire.page_limit = 3
    wire.breaks_after = lines
    phone = PhoneOf(wire)

    report = await phone.replica.sync()

    pages = lines // 4
    assert (wire.requests[0]["spaces"][0]["checkpoint"] is None) is (pages == 0)
    assert report.received == 9
    await phone.holds_what_it_should()


@pytest.mark.parametrize("garbage", [b"not json", b"[]", b'{"seq": 1}', b'{"checkpoint": 3}'])
async def test_a_line_that_is_not_of_the_protocol_ends_the_stream_only(garbage: bytes):
    """Pages carry on, and the copy is right."""
    wire, _ = await a_full_world(4)
    stream = wire.stream

    async def garbled(space_id, checkpoint):
        async for line in stream(space_id, checkpoint):
            yield line
            yield garbage

    wire.stream = garbled
    phone = PhoneOf(wire)

    await phone.replica.sync()

    await phone.holds_what_it_should()


async def test_a_refused_stream_leaves_the_word_to_the_sync():
    """A space that ended is wiped by the common answer, which says so."""
    wire, _ = await a_full_world(4)
    phone = PhoneOf(wire)
    await wire.world.end(0)

    async def refused(space_id, checkpoint):
        raise Refused(404)
        yield b""

    wire.stream = refused

    report = await phone.replica.sync()

    assert report.ended == [phone.space_id]


async def test_a_session_that_ended_stops_before_the_sync():
    """It would be refused as well."""
    wire, _ = await a_full_world(1)
    phone = PhoneOf(wire)

    async def signed_out(space_id, checkpoint):
        raise SignInNeeded("x")
        yield b""

    wire.stream = signed_out

    with pytest.raises(SignInNeeded):
        await phone.replica.sync()

    assert wire.requests == []
