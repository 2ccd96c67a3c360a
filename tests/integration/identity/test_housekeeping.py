"""Forgetting what is past its use, on the real databases."""

import pytest

from backend.identity.counters import charge
from backend.identity.errors import CodeRefused, NotSignedIn, SessionReused, TooManyTries
from backend.identity.housekeeping import forget_expired
from backend.identity.limits import SENDS
from backend.identity.sessions import service
from backend.kernel.sweeping import ROWS_AT_ONCE
from backend.kernel.work import Work
from backend.operations.housekeeping import keep_house
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
