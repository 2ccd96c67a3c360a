"""Staying signed in and signing out, on the real databases."""

import asyncio
import uuid

import pytest

from backend.identity.errors import DeviceNotFound, DeviceRevoked, NotSignedIn, SessionReused
from backend.identity.sessions import service
from backend.kernel.db import Sql
from backend.kernel.work import Work
from tests.people import PHONE_OF_LEA, Town


async def test_an_access_token_lives_fifteen_minutes(town: Town) -> None:
    """After that it opens nothing, and the refresh token gives another."""
    opened = await town.open_space()
    signed_in = await town.verify(await town.enrol(opened.letters[0].code))
    town.later(minutes=15)

    with pytest.raises(NotSignedIn):
        await town.caller(signed_in)

    renewed = await service.refresh(town.office, signed_in.refresh_token)
    assert (await town.caller(renewed)).device_id == signed_in.device_id


async def test_a_spent_refresh_token_ends_the_session_and_tells(town: Town) -> None:
    """Who has a copy of a token gains nothing for long, and the owner hears of it."""
    signed_in = await town.newcomer()
    renewed = await service.refresh(town.office, signed_in.refresh_token)

    with pytest.raises(SessionReused):
        await service.refresh(town.office, signed_in.refresh_token)

    with pytest.raises(NotSignedIn):
        await town.caller(renewed)
    with pytest.raises(SessionReused):
        await service.refresh(town.office, renewed.refresh_token)
    assert "notice-session-reused" in town.mail.kinds()


async def test_a_lost_answer_can_be_asked_for_again(town: Town) -> None:
    """The same request, sent again with its key, gives a pair; the lost one opens nothing."""
    signed_in = await town.newcomer()
    lost = await service.refresh(town.office, signed_in.refresh_token, "key-1")
    town.later(seconds=30)

    again = await service.refresh(town.office, signed_in.refresh_token, "key-1")

    assert await town.caller(again)
    with pytest.raises(NotSignedIn):
        await town.caller(lost)
    with pytest.raises(SessionReused):
        await service.refresh(town.office, lost.refresh_token)


async def test_another_key_or_a_late_one_is_a_copy(town: Town) -> None:
    """Only the same key, and soon, tells a lost answer from a stolen token."""
    signed_in = await town.newcomer()
    await service.refresh(town.office, signed_in.refresh_token, "key-1")

    with pytest.raises(SessionReused):
        await service.refresh(town.office, signed_in.refresh_token, "key-2")


async def test_a_lost_answer_whose_tokens_were_used_was_not_lost(town: Town) -> None:
    """Once the new refresh token was spent, the old one is a copy, whatever its key."""
    signed_in = await town.newcomer()
    renewed = await service.refresh(town.office, signed_in.refresh_token, "key-1")
    await service.refresh(town.office, renewed.refresh_token, "key-2")

    with pytest.raises(SessionReused):
        await service.refresh(town.office, signed_in.refresh_token, "key-1")


async def test_of_two_refreshes_at_once_one_wins_and_the_session_ends(town: Town) -> None:
    """Two holders of one token cannot both go on."""
    signed_in = await town.newcomer()

    outcomes = await asyncio.gather(
        *(service.refresh(town.office, signed_in.refresh_token) for _ in range(2)),
        return_exceptions=True,
    )

    assert sum(isinstance(one, SessionReused) for one in outcomes) == 1
    winner = next(one for one in outcomes if not isinstance(one, BaseException))
    with pytest.raises(NotSignedIn):
        await town.caller(winner)


async def test_an_idle_session_ends_after_thirty_days(town: Town) -> None:
    """A phone in a drawer signs itself out."""
    signed_in = await town.newcomer()
    town.later(days=30)

    with pytest.raises(NotSignedIn):
        await service.refresh(town.office, signed_in.refresh_token)


async def test_no_session_outlives_its_absolute_end(town: Town) -> None:
    """However often it is refreshed, it ends after 180 days."""
    opened = await town.open_space()
    held = await town.verify(await town.enrol(opened.letters[0].code))
    for _ in range(9):
        town.later(days=19)
        held = await service.refresh(town.office, held.refresh_token)
    town.later(days=9)

    with pytest.raises(NotSignedIn):
        await service.refresh(town.office, held.refresh_token)


async def test_signing_out_ends_the_session_at_once(town: Town) -> None:
    """Its access token opens nothing at the next request."""
    await town.newcomer()
    signed_in = await town.verify(await town.login())
    caller = await town.caller(signed_in)

    await town.office.write(lambda work: service.sign_out(work, caller))

    with pytest.raises(NotSignedIn):
        await town.caller(signed_in)
    with pytest.raises(NotSignedIn):
        await service.refresh(town.office, signed_in.refresh_token)


async def test_a_device_is_signed_out_from_afar(town: Town) -> None:
    """It is told to forget what it holds, at its next request or refresh."""
    await town.newcomer()
    kept = await town.verify(await town.login())
    town.later(seconds=90)
    lost = await town.verify(await town.login())
    caller = await town.caller(kept)

    await town.office.write(lambda work: service.remove_device(work, caller, lost.device_id))

    with pytest.raises(DeviceRevoked):
        await town.caller(lost)
    with pytest.raises(DeviceRevoked):
        await service.refresh(town.office, lost.refresh_token)
    assert await town.caller(kept)
    assert "notice-device-removed" in town.mail.kinds()


async def test_nobody_removes_the_device_of_another(town: Town) -> None:
    """A device of somebody else does not exist."""
    lea = await town.newcomer()
    await town.newcomer("noe", phone="+33639980099")
    noe = await town.caller(await town.verify(await town.login("noe")))

    for device_id in (lea.device_id, uuid.uuid4()):
        with pytest.raises(DeviceNotFound):
            await town.office.write(
                lambda work, device_id=device_id: service.remove_device(work, noe, device_id)
            )


async def test_devices_are_listed_with_the_last_seen_first(town: Town) -> None:
    """Names are shown to their owner, and the device that asks is marked."""
    await town.newcomer()
    caller = await town.caller(await town.verify(await town.login()))

    devices = await town.office.read(lambda work: service.list_devices(work, caller))

    assert [one.name for one in devices] == [PHONE_OF_LEA.name] * 2
    assert [one.is_current for one in devices] == [True, False]


class CountedSql:
    """Statements, counted."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql
        self.count = 0

    async def row(self, statement: object, **params: object) -> object:
        self.count += 1
        return await self._sql.row(statement, **params)  # type: ignore[arg-type]


async def test_saying_who_calls_takes_two_point_reads(town: Town) -> None:
    """Every request pays this: it stays cheap, and writes nothing."""
    await town.newcomer()
    signed_in = await town.verify(await town.login())

    async def count(work: Work) -> int:
        counted = CountedSql(work.db)
        work.db = counted  # type: ignore[assignment]  # Has the one method that is used.
        await service.authenticate(work, signed_in.access_token)
        return counted.count

    assert await town.office.look(count) == 2


@pytest.mark.parametrize("token", ["", "x", "é" * 50, "\ud800", "y" * 5000])
async def test_no_odd_token_is_a_bug(town: Town, token: str) -> None:
    """What is no token is refused like an unknown one."""
    with pytest.raises(NotSignedIn):
        await town.office.look(lambda work: service.authenticate(work, token))


async def test_a_refresh_token_is_no_access_token(town: Town) -> None:
    """Each kind opens its own door only."""
    await town.newcomer()
    signed_in = await town.verify(await town.login())

    with pytest.raises(NotSignedIn):
        await town.office.look(lambda work: service.authenticate(work, signed_in.refresh_token))
    with pytest.raises(NotSignedIn):
        await service.refresh(town.office, signed_in.access_token)
