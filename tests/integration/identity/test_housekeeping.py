"""Forgetting what is past its use, on the real databases."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from backend.identity.counters import charge
from backend.identity.errors import (
    CodeRefused,
    DeviceRevoked,
    NotSignedIn,
    SessionReused,
    TooManyTries,
)
from backend.identity.housekeeping import forget_expired
from backend.identity.limits import SENDS
from backend.identity.sessions import service
from backend.identity.tables import sessions
from backend.kernel.sweeping import ROWS_AT_ONCE
from backend.kernel.work import Work
from backend.operations.housekeeping import forget_answered, keep_house
from sync.core.limits import OUTCOMES_KEPT_DAYS
from sync.storage.tables import ops
from tests.people import Town


async def test_what_is_over_is_forgotten_and_what_counts_stays(town: Town) -> None:
    """Codes and tokens past their time go; the session goes on."""
    signed_in = await town.newcomer()
    challenge = await town.login()
    code = town.mail.codes()[-1]
    town.later(days=2)

    gone = await town.office.write(forget_expired)

    assert gone >= 4
    assert await town.office.write(forget_expired) == 0
    with pytest.raises(CodeRefused):
        await town.verify(challenge, code)
    assert await service.refresh(town.office, signed_in.refresh_token)


async def test_a_spent_token_is_remembered_as_long_as_its_session(town: Town) -> None:
    """A copy that comes after a month is still known for one."""
    held = first = await town.newcomer()
    for _ in range(3):
        held = await service.refresh(town.office, held.refresh_token)
        town.later(days=15)
        await town.office.write(forget_expired)

    with pytest.raises(SessionReused):
        await service.refresh(town.office, first.refresh_token)
    with pytest.raises(NotSignedIn):
        await town.caller(held)


async def test_counters_in_use_are_kept(town: Town) -> None:
    """Sweeping does not give anybody fresh tries."""
    await town.newcomer()
    await town.login()

    await town.office.write(forget_expired)
    town.later(seconds=30)

    with pytest.raises(TooManyTries):
        await town.login()


async def test_one_sweep_is_bounded(town: Town) -> None:
    """Much to forget is forgotten in steps, so that no writer waits long."""
    await _count(town, ROWS_AT_ONCE + 10)
    town.later(days=3)

    assert await town.office.write(forget_expired) == ROWS_AT_ONCE
    assert await town.office.write(forget_expired) == 10


async def test_a_round_takes_as_many_sweeps_as_there_are(town: Town) -> None:
    """However much comes together between two rounds, what is over does not pile up."""
    await _count(town, 2 * ROWS_AT_ONCE + 10)
    town.later(days=3)

    await keep_house(town.office)

    assert await town.office.write(forget_expired) == 0


async def _count(town: Town, subjects: int) -> None:
    async def fill(work: Work) -> None:
        for n in range(subjects):
            await charge(work, f"subject {n}", SENDS[:1])

    await town.office.write(fill)


async def test_a_session_goes_when_no_token_of_it_can_be_left(town: Town) -> None:
    """Signed out or left alone, it is forgotten once it could not be renewed any more."""
    signed_in = await town.newcomer()
    signed_in = await service.refresh(town.office, signed_in.refresh_token)
    caller = await town.caller(signed_in)
    await town.office.write(lambda work: service.sign_out(work, caller))
    town.later(days=29)
    await keep_house(town.office)
    kept = await town.office.read(lambda work: work.db.rows(_SESSIONS))

    town.later(days=3)
    await keep_house(town.office)

    assert len(kept) == 1
    assert await town.office.read(lambda work: work.db.rows(_SESSIONS)) == []


async def test_a_removed_device_hears_why_as_long_as_it_may_ask(town: Town) -> None:
    """Weeks later too: the app on it must still forget what it holds."""
    signed_in = await town.newcomer()
    signed_in = await service.refresh(town.office, signed_in.refresh_token)
    caller = await town.caller(signed_in)
    await town.office.write(lambda work: service.remove_device(work, caller, caller.device_id))
    town.later(days=29)

    await keep_house(town.office)

    with pytest.raises(DeviceRevoked):
        await service.refresh(town.office, signed_in.refresh_token)


async def test_old_outcomes_go_in_steps_and_recent_ones_stay(town: Town) -> None:
    """Of two devices that chose one identifier, only the old outcome goes."""
    opened = await town.open_space()
    shared = uuid4()

    async def answer(count: int, *also: UUID) -> None:
        rows = [
            {
                "space_id": opened.space_id,
                "device_id": uuid4(),
                "op_id": op_id,
                "request_hash": b"h" * 32,
                "sealed_outcome": b"",
                "answered_at": town.now,
            }
            for op_id in [*(uuid4() for _ in range(count)), *also]
        ]
        await town.office.write(lambda work: work.db.run_many(_PUT, rows))

    await answer(ROWS_AT_ONCE + 5, shared)
    town.later(days=OUTCOMES_KEPT_DAYS + 1)
    await answer(2, shared)

    first = await town.office.write(forget_answered)
    await keep_house(town.office)

    assert first == ROWS_AT_ONCE
    left = await town.office.read(lambda work: work.db.rows(_OPS))
    assert len(left) == 3
    assert (shared,) in left


_SESSIONS = select(sessions.c.session_id)
_OPS = select(ops.c.op_id).execution_options(all_spaces=True)
_PUT = insert(ops)
