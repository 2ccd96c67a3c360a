"""When a phone asks again, how long it waits, and when it stops."""

import pytest

from sync.replica import Refused, SignInNeeded, SyncGaveUp, Unreachable
from sync.replica.retry import delay_seconds
from tests.unit.sync.phones import a_phone, lost_of


@pytest.mark.parametrize(
    ("failures", "longest"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (500, 60)]
)
def test_the_wait_doubles_to_a_minute_and_is_spread_over_all_of_it(failures: int, longest: int):
    """Full jitter: from nothing to the longest."""
    assert delay_seconds(failures, chance=0.0, retry_after_seconds=None) == 0
    assert delay_seconds(failures, chance=0.5, retry_after_seconds=None) == longest / 2


async def test_what_the_server_asks_for_is_waited_out_first():
    """And the jitter comes on top, so that phones do not come back together."""
    phone = await a_phone()
    phone.add(title="a")
    phone.wire.fates.append(Refused(429, retry_after_seconds=20))

    await phone.replica.sync()

    [wait] = phone.clock.slept
    assert 20 <= wait < 21
    await phone.holds_what_it_should()


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_a_passing_trouble_is_tried_again(status: int):
    """Those, and no answer at all."""
    phone = await a_phone()
    phone.add(title="a")
    phone.wire.fates.extend([Refused(status), Unreachable("x"), Refused(status)])

    await phone.replica.sync()

    assert len(phone.wire.requests) == 4
    await phone.holds_what_it_should()


@pytest.mark.parametrize("status", [401, 403, 404, 409, 410, 415, 426])
async def test_a_plain_no_is_not_asked_twice(status: int):
    """The same request would get the same answer; nothing is lost."""
    phone = await a_phone()
    phone.add(title="a")
    phone.wire.fates.append(Refused(status, code="no"))

    with pytest.raises(Refused):
        await phone.replica.sync()

    assert len(phone.wire.requests) == 1
    assert phone.replica.waiting() == 1


async def test_a_session_that_ended_stops_at_once():
    """Only the person can go on."""
    phone = await a_phone()
    phone.wire.fates.append(SignInNeeded("x"))

    with pytest.raises(SignInNeeded):
        await phone.replica.sync()

    assert phone.clock.slept == []


async def test_after_some_attempts_it_gives_up_and_says_so():
    """What waits is sent by the next sync."""
    phone = await a_phone()
    note = phone.add(title="a")
    phone.wire.fates.extend(["lost request"] * 6)

    with pytest.raises(SyncGaveUp) as gave_up:
        await phone.replica.sync()

    assert gave_up.value.attempts == 6
    assert len(phone.clock.slept) == 5
    assert phone.fields(note) == {"title": "a"}
    await phone.replica.sync()
    await phone.holds_what_it_should()


async def test_a_server_that_wants_an_hour_gets_it():
    """The sync ends now and tells when to come back."""
    phone = await a_phone()
    phone.wire.fates.append(Refused(503, retry_after_seconds=3600))

    with pytest.raises(SyncGaveUp) as gave_up:
        await phone.replica.sync()

    assert (gave_up.value.attempts, gave_up.value.retry_after_seconds) == (1, 3600)
    assert phone.clock.slept == []


async def test_an_op_that_no_server_reads_does_not_block_the_others():
    """The one because of which whole requests are refused is found and given up."""
    phone = await a_phone()
    bodies = [phone.add(title="poison" if i == 3 else f"note {i}") for i in range(9)]
    serve = phone.wire._serve

    async def choke(request: bytes) -> bytes:
        if b"poison" in request:
            raise Refused(422, code="request-invalid")
        return await serve(request)

    phone.wire._serve = choke

    report = await phone.replica.sync()

    assert (report.applied, report.refused) == (8, 1)
    assert set(phone.shown()) == set(bodies) - {bodies[3]}
    assert lost_of(phone) == [({"title": "poison"}, "request-invalid")]
    await phone.holds_what_it_should()


async def test_a_server_that_refuses_everything_costs_no_op():
    """Blame needs an answer to the same request without the op."""
    phone = await a_phone()
    for i in range(3):
        phone.add(title=f"note {i}")
    phone.wire.fates.extend([Refused(400)] * 20)

    with pytest.raises(Refused):
        await phone.replica.sync()

    assert phone.replica.waiting() == 3
    phone.wire.fates.clear()
    await phone.replica.sync()
    await phone.holds_what_it_should()
