"""A database that is away for a moment is a 503 with a time to come back, and heals by itself."""

import asyncio
import sqlite3
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import select, text

from backend.kernel.db import Sql, StorageUnavailable, open_database
from backend.kernel.health import NotReady
from backend.kernel.supervision import Supervisor
from backend.settings import DATABASE_FILE, Settings
from tests.databases import postgresql_database, sqlite_folder
from tests.journeys import client_of, serving, state_inside

_ONE = select(text("1"))
_NO_SUCH = select(text("nonsense"))


async def one(sql: Sql) -> object:
    """Read something."""
    return await sql.row(_ONE)


class Failing:
    """A reading connection that fails as a disk does."""

    def __init__(self, code: int) -> None:
        self.error = sqlite3.OperationalError("of the disk")
        self.error.sqlite_errorcode = code
        self.error.sqlite_errorname = "SQLITE_TEST"
        self.is_closed = False

    def execute(self, *_: object) -> object:
        raise self.error

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
async def file_database(tmp_path: Path, cache_folder: Path):
    """A database in a file."""
    folder = await sqlite_folder(tmp_path / "data", cache_folder)
    opened = await open_database("sqlite", folder, address="test")
    try:
        yield opened
    finally:
        await opened.close()


@pytest.mark.parametrize(
    "code",
    [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_READ],
)
@pytest.mark.parametrize("how", ["read", "look"])
async def test_a_read_that_fails_on_the_file_is_refused_for_now(
    file_database, code: int, how: str
) -> None:
    """And the connection that failed is not used again."""
    await getattr(file_database, how)(one)
    (reading,) = file_database._idle
    healthy, reading.connection = reading.connection, Failing(code)

    with pytest.raises(StorageUnavailable) as refused:
        await getattr(file_database, how)(lambda sql: sql.rows(_ONE))

    assert refused.value.retry_after_seconds
    assert reading.connection.is_closed
    assert await getattr(file_database, how)(lambda sql: sql.rows(_ONE)) == [(1,)]
    healthy.close()


@pytest.mark.parametrize("how", ["read", "look"])
async def test_a_wrong_statement_stays_a_bug(file_database, how: str) -> None:
    """Told to come again in five seconds, nobody would ever find it."""
    with pytest.raises(sqlite3.OperationalError):
        await getattr(file_database, how)(lambda sql: sql.rows(_NO_SUCH))


async def test_a_locked_file_answers_503_and_when_to_come_back(
    tmp_path: Path, cache_folder: Path
) -> None:
    """Over HTTP, where it was a 500."""
    folder = await sqlite_folder(tmp_path / "data", cache_folder)
    async with serving(Settings(data_folder=folder)) as app, client_of(app) as client:
        assert (await client.get("/health/ready")).status_code == 200
        failing = Failing(sqlite3.SQLITE_BUSY)
        readers = _readers_of(app)
        kept = [reading.connection for reading in readers]
        for reading in readers:
            reading.connection = failing

        refused = await client.get("/v1/spaces", headers={"Authorization": "Bearer x"})
        healed = await client.get("/v1/spaces", headers={"Authorization": "Bearer x"})
        for connection in kept:
            connection.close()

    assert (refused.status_code, refused.json()["code"]) == (503, "storage-unavailable")
    assert int(refused.headers["retry-after"]) > 0
    assert healed.status_code == 401


async def test_a_folder_without_its_file_answers_503(file_database, tmp_path: Path) -> None:
    """Whoever took it away may put it back."""
    file_database._path = tmp_path / "gone" / DATABASE_FILE

    with pytest.raises(StorageUnavailable):
        await file_database.read(one)


async def test_the_listener_comes_back_after_its_connection_is_killed() -> None:
    """Pokes reach this process again, and readiness says so in between."""
    async with postgresql_database() as url:
        database = await open_database(url, Path("unused"), address="test")
        heard: asyncio.Queue[str] = asyncio.Queue()
        supervisor = Supervisor(pauses=[0.05])
        await database.listen(heard.put_nowait, supervisor)
        async with asyncio.timeout(10):
            await _until(lambda: not supervisor.down)
            await database.announce("before")
            assert await heard.get() == "before"

            await _kill_listeners(url)
            await _until(lambda: supervisor.down == {"listener"})
            await _until(lambda: not supervisor.down)
            word = uuid4().hex
            await database.announce(word)

            assert await heard.get() == word
        await supervisor.close()
        await database.close()


async def test_a_listener_that_hears_nonsense_goes_on_listening() -> None:
    """What one process announces cannot make another deaf."""
    async with postgresql_database() as url:
        database = await open_database(url, Path("unused"), address="test")
        heard: asyncio.Queue[str] = asyncio.Queue()
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)

        def hear(said: str) -> None:
            if said == "nonsense":
                raise ValueError(said)
            heard.put_nowait(said)

        supervisor = Supervisor(pauses=[0.05])
        await database.listen(hear, supervisor)
        async with asyncio.timeout(10):
            await _until(lambda: not supervisor.down)
            await database.announce("nonsense")
            await database.announce("news")

            assert await heard.get() == "news"
        await supervisor.close()
        await database.close()


async def test_a_process_that_cannot_listen_is_not_ready(tmp_path: Path) -> None:
    """Its phones would hear of nothing; another process takes the requests."""
    async with postgresql_database() as url:
        settings = Settings(data_folder=tmp_path, database_url=url)
        async with serving(settings) as app, client_of(app) as client:
            supervisor = state_inside(app).supervisor
            await _until(lambda: not supervisor.down)
            assert (await client.get("/health/ready")).status_code == 200
            supervisor._fall("listener")

            answer = await client.get("/health/ready")

    assert (answer.status_code, answer.json()["code"]) == (503, NotReady.code)
    assert int(answer.headers["retry-after"]) > 0
    assert "listener" in answer.json()["detail"]


def _readers_of(app):
    return state_inside(app).office.database._idle


async def _until(is_so) -> None:
    for _ in range(2000):
        if is_so():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("It did not become so.")


async def _kill_listeners(url: str) -> None:
    killer = await asyncpg.connect(url)
    await killer.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    )
    await killer.close()
