"""One history of the schema, applied on SQLite and on PostgreSQL."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, pool, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from backend.migrations.roles import grant_agents
from backend.settings import DATABASE_FILE

__all__ = ["current_revision", "grant_roles", "head_revision", "migrate", "migrate_down"]

T = TypeVar("T")

_LOCK = 0x0CA12E7


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _alone(connection: Connection) -> Config:
    """Keep other migrations waiting to the end of this one's transaction."""
    if connection.dialect.name == "postgresql":
        # Migrations run on one node, the coordinator, where this lock is enough.
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
    return _config(connection)


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


async def migrate(url: str, data_folder: Path, revision: str = "head") -> bool:
    """Bring a database up to a revision; nothing happens if it is there.

    The file of SQLite must not be open for writing elsewhere. On PostgreSQL the
    agents' role is given what it reaches of the newest schema.

    Returns:
        False when this account may not give that: agents are shut out until
        `grant_roles` was called by one that may.
    """
    await _run(url, data_folder, lambda on: command.upgrade(_alone(on), revision))
    return revision != "head" or await grant_roles(url, data_folder)


async def grant_roles(url: str, data_folder: Path) -> bool:
    """Give the agents' role its rights; False when this account may not give them."""
    return await _run(url, data_folder, grant_agents)


async def migrate_down(url: str, data_folder: Path, revision: str) -> None:
    """Take a database back to a revision, `base` for nothing at all."""
    await _run(url, data_folder, lambda on: command.downgrade(_alone(on), revision))


async def current_revision(url: str, data_folder: Path) -> str | None:
    """Return the revision of a database, None for an empty one."""
    if url == "sqlite" and not (data_folder / DATABASE_FILE).exists():
        return None
    configure = MigrationContext.configure
    return await _run(url, data_folder, lambda on: configure(on).get_current_revision())


async def _run(url: str, data_folder: Path, work: Callable[[Connection], T]) -> T:
    """Do work on one connection, in one transaction."""
    if url == "sqlite":
        with _sqlite_engine(data_folder / DATABASE_FILE).begin() as connection:
            return work(connection)
    engine = _postgresql_engine(url)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()
