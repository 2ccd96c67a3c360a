"""PostgreSQL: reads that are asked together fail apart, and nobody waits for ever."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import bindparam, column, select

from backend.identity.sessions.store import _OPENED_BY
from backend.identity.tables import devices
from backend.kernel.db import Database, Sql, StorageUnavailable, open_database
from backend.kernel.db_postgresql_readers import READERS_MAX, Together
from sync.storage.spaces import open_space
from sync.storage.statements import MOVE_HEAD, SPACE
from tests.databases import postgresql_database

SPACE_ID = uuid4()
# A column that no database has.
_BROKEN = select(column("nonsense")).where(
    devices.c.account_id == bindparam("account"), devices.c.device_id == bindparam("device")
)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """A server's database."""
    async with postgresql_database() as opened:
        yield opened


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """It, with a space in it."""
    opened = await open_database(url, Path("unused"), address="test")
    await opened.write(lambda sql: open_space(sql, SPACE_ID))
    yield opened
    await opened.close()


async def head(sql: Sql) -> object:
    """Read something that is there."""
    row = await sql.row(SPACE, space_id=SPACE_ID)
    assert row is not None
    return row[0]


async def broken(sql: Sql) -> object:
    """Read what no statement can."""
    return await sql.row(_BROKEN, account=uuid4(), device=uuid4())


async def kind(sql: Sql, name: str) -> object:
    """Read what is not there, under a key that PostgreSQL may not take."""
    return await sql.row(_OPENED_BY, hashed=uuid4().bytes, kind=name)


async def settled(*asked: Coroutine[Any, Any, object]) -> list[object]:
    """Wait for all of them, and for none of them long."""
    async with asyncio.timeout(20):
        return await asyncio.gather(*asked, return_exceptions=True)


async def test_reads_at_the_same_moment_share_their_round_trips(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as there are readers, and one more for whoever came late."""
    rounds = []
    ask_next = Together._ask_next

    async def counted(self: Together, connection: Any) -> None:
        rounds.append(1)
        await ask_next(self, connection)

    monkeypatch.setattr(Together, "_ask_next", counted)

    answers = await settled(*(database.look(head) for _ in range(200)))

    assert answers == [0] * 200
    assert len(rounds) <= READERS_MAX + 1


async def test_a_statement_that_fails_fails_alone(database: Database) -> None:
    """A bug in one room is not an error in the others."""
    answers = await settled(
        database.look(broken), *(database.look(head) for _ in range(5)), database.look(broken)
    )

    assert answers[1:-1] == [0] * 5
    for bug in (answers[0], answers[-1]):
        assert isinstance(bug, asyncpg.UndefinedColumnError)


async def test_a_key_that_the_database_does_not_take_fails_alone(database: Database) -> None:
    """Whoever asks for the same thing by a key that it takes is answered."""
    answers = await settled(
        *(database.look(lambda sql, name=name: kind(sql, name)) for name in ("a", "\x00", "b"))
    )

    assert answers[0] is answers[2] is None
    assert isinstance(answers[1], asyncpg.DataError)


async def test_whoever_stops_waiting_takes_nobody_along(database: Database) -> None:
    """A phone that hangs up while its poll waits with others."""
    waiting = [asyncio.create_task(database.look(head)) for _ in range(6)]
    await asyncio.sleep(0)

    for task in waiting[::2]:
        task.cancel()
    answers = await settled(*(asyncio.shield(task) for task in waiting))

    assert answers[1::2] == [0, 0, 0]
    assert all(isinstance(answer, asyncio.CancelledError) for answer in answers[::2])


async def test_a_connection_that_breaks_is_refused_for_now_and_replaced(
    database: Database, url: str
) -> None:
    """Whoever waited is told to come back; the next one is answered."""
    assert await database.look(head) == 0
    killer = await asyncpg.connect(url)
    locked = killer.transaction()
    await locked.start()
    await killer.execute("LOCK TABLE space")
    waiting = [asyncio.create_task(database.look(head)) for _ in range(4)]
    await asyncio.sleep(0.3)

    await killer.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND application_name = 'carnet'"
    )
    answers = await settled(*waiting)
    await locked.rollback()
    await killer.close()

    assert [type(answer) for answer in answers] == [StorageUnavailable] * 4
    assert await settled(database.look(head)) == [0]


async def test_a_connection_that_breaks_fails_nobody_who_was_not_asked_for(
    database: Database, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for the next round is asked for by a connection that is there."""
    monkeypatch.setattr("backend.kernel.db_postgresql_readers.READERS_MAX", 1)
    killer = await asyncpg.connect(url)
    locked = killer.transaction()
    await locked.start()
    await killer.execute("LOCK TABLE space")
    first = asyncio.create_task(database.look(head))
    await asyncio.sleep(0.3)
    following = asyncio.create_task(database.look(lambda sql: kind(sql, "a")))
    await asyncio.sleep(0)

    await killer.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND application_name = 'carnet'"
    )
    answers = await settled(first, following)
    await locked.rollback()
    await killer.close()

    assert isinstance(answers[0], StorageUnavailable)
    assert answers[1] is None


async def test_a_server_that_ends_leaves_nobody_waiting(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be finished in time is refused, whether it was asked for yet or not."""
    monkeypatch.setattr("backend.kernel.db_postgresql_readers.READERS_MAX", 1)
    database = await open_database(url, Path("unused"), address="test")
    await database.write(lambda sql: open_space(sql, SPACE_ID))
    blocker = await asyncpg.connect(url)
    locked = blocker.transaction()
    await locked.start()
    await blocker.execute("LOCK TABLE space")
    waiting = [asyncio.create_task(database.look(head))]
    await asyncio.sleep(0.3)
    waiting.append(asyncio.create_task(database.look(head)))
    await asyncio.sleep(0)
    monkeypatch.setattr("backend.kernel.db_postgresql.CLOSE_SECONDS", 0.5)

    await database.close()
    answers = await settled(*waiting)
    await locked.rollback()
    await blocker.close()

    assert [type(answer) for answer in answers] == [StorageUnavailable] * 2


async def test_no_one_is_left_waiting_between_two_rounds(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever the one reader ends, what is asked for in that instant has another one."""
    monkeypatch.setattr("backend.kernel.db_postgresql_readers.READERS_MAX", 1)

    async def ask_after(pauses: int) -> object:
        for _ in range(pauses):
            await asyncio.sleep(0)
        return await database.look(head)

    for pauses in range(60):
        assert await settled(database.look(head)) == [0]
        assert await settled(ask_after(pauses)) == [0]


async def test_a_connection_goes_back_without_a_word_and_out_of_its_transaction(
    database: Database,
) -> None:
    """Nothing is sent to reset it; a write that failed leaves nothing of itself on it."""

    async def refuse(sql: Sql) -> None:
        await sql.run(MOVE_HEAD, in_space=SPACE_ID, new_head=9)
        raise KeyError("refused")

    for _ in range(3):
        with pytest.raises(KeyError):
            await database.write(refuse)

    async with database._pool.acquire() as connection:  # type: ignore[attr-defined]
        assert not connection.is_in_transaction()
    assert await database.look(head) == 0
