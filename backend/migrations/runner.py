"""One history of the schema, applied on SQLite and on PostgreSQL."""

from pathlib import Path
from urllib.parse import urlsplit

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, pool, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

__all__ = ["current_revision", "head_revision", "migrate", "migrate_down"]

_LOCK = 0x0CA12E7


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def head_revision() -> str:
    """Return the revision that this code needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def _sqlite_engine(path: Path) -> Engine:
    return create_engine(f"sqlite:///{path}", poolclass=pool.NullPool)


def _postgresql_engine(url: str) -> AsyncEngine:
    rest = url.removeprefix(urlsplit(url).scheme)
    return create_async_engine(f"postgresql+asyncpg{rest}", poolclass=pool.NullPool)


def _upgrade(connection: Connection, revision: str) -> None:
    command.upgrade(_config(connection), revision)


def _downgrade(connection: Connection, revision: str) -> None:
    command.downgrade(_config(connection), revision)


def _locked_upgrade(connection: Connection, revision: str) -> None:
    # Migrations run on one node, the coordinator, where this lock is enough.
    connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
    _upgrade(connection, revision)


async def migrate(url: str, data_folder: Path, revision: str = "head") -> None:
    """Bring a database up to a revision; nothing happens if it is there.

    The file of SQLite must not be open for writing elsewhere.
    """
    if url == "sqlite":
        with _sqlite_engine(data_folder / "carnet.sqlite3").begin() as connection:
            _upgrade(connection, revision)
        return
    engine = _postgresql_engine(url)
    async with engine.begin() as asynchronous:
        await asynchronous.run_sync(_locked_upgrade, revision)
    await engine.dispose()


async def migrate_down(url: str, data_folder: Path, revision: str) -> None:
    """Take a database back to a revision, `base` for nothing at all."""
    if url == "sqlite":
        with _sqlite_engine(data_folder / "carnet.sqlite3").begin() as connection:
            _downgrade(connection, revision)
        return
    engine = _postgresql_engine(url)
    async with engine.begin() as asynchronous:
        await asynchronous.run_sync(_downgrade, revision)
    await engine.dispose()


async def current_revision(url: str, data_folder: Path) -> str | None:
    """Return the revision of a database, None for an empty one."""

    def read(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    if url == "sqlite":
        path = data_folder / "carnet.sqlite3"
        if not path.exists():
            return None
        with _sqlite_engine(path).connect() as connection:
            return read(connection)
    engine = _postgresql_engine(url)
    async with engine.connect() as asynchronous:
        found = await asynchronous.run_sync(read)
    await engine.dispose()
    return found
