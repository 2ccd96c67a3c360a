"""Databases for tests: built once by the real migrations, then copied for each test."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from backend.kernel.db import Database, open_database
from backend.migrations.runner import migrate
from backend.settings import Settings

POSTGRESQL = "CARNET_TEST_POSTGRESQL"
KINDS = ("sqlite", "postgresql")

_templates: dict[str, str | Path] = {}
_MAKING_A_TEMPLATE = 1


@cache
def postgresql_url() -> str:
    """Return the server to test on, or skip."""
    url = os.environ.get(POSTGRESQL)
    if not url:
        pytest.skip(f"no PostgreSQL server: {POSTGRESQL} is not set")
    return url


def chosen_kinds() -> tuple[str, ...]:
    """Return the databases that this run is for: all, or the one in CARNET_TEST_DB."""
    chosen = os.environ.get("CARNET_TEST_DB")
    return (chosen,) if chosen else KINDS


def in_database(url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def sqlite_folder(folder: Path, cache_folder: Path) -> Path:
    """Put a migrated, empty database file into *folder*."""
    template = _templates.get("sqlite")
    if template is None:
        await migrate("sqlite", cache_folder)
        template = _templates["sqlite"] = cache_folder / "carnet.sqlite3"
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    shutil.copy(template, folder / "carnet.sqlite3")
    return folder


@asynccontextmanager
async def postgresql_database() -> AsyncIterator[str]:
    """Make a migrated, empty database on the server, and drop it at the end."""
    import asyncpg

    server = postgresql_url()
    admin = await asyncpg.connect(server)
    try:
        template = await _postgresql_template(admin, server)
        name = f"carnet_test_{uuid.uuid4().hex}"
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield in_database(server, name)
        finally:
            await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()


async def _postgresql_template(admin: Any, server: str) -> str:
    """Return a migrated database to copy: one for all processes that share a run.

    One after the other: the first of them makes the role of the agents, which is the
    server's and not a database's.
    """
    known = _templates.get("postgresql")
    if known is None:
        known = f"carnet_template_{os.environ.get('PYTEST_XDIST_TESTRUNUID') or uuid.uuid4().hex}"
        await admin.execute("SELECT pg_advisory_lock($1)", _MAKING_A_TEMPLATE)
        found = "SELECT 1 FROM pg_database WHERE datname = $1"
        if await admin.fetchval(found, known) is None:
            await admin.execute(f'CREATE DATABASE "{known}"')
            await migrate(in_database(server, known), Path("unused"))
        await admin.execute("SELECT pg_advisory_unlock($1)", _MAKING_A_TEMPLATE)
        _templates["postgresql"] = known
    return str(known)


@asynccontextmanager
async def settings_on(
    kind: str, folder: Path, cache_folder: Path, **given: Any
) -> AsyncIterator[Settings]:
    """Make the settings of a server on a migrated, empty database of one kind.

    Nobody is reminded there unless that is asked for: records that the server adds by
    itself would stand in the way of tests that count.
    """
    given.setdefault("reminders", False)
    if kind == "sqlite":
        await sqlite_folder(folder, cache_folder)
        yield Settings(data_folder=folder, **given)
        return
    async with postgresql_database() as url:
        yield Settings(data_folder=folder, database_url=url, **given)


@asynccontextmanager
async def empty_postgresql_database() -> AsyncIterator[str]:
    """Make a database with nothing in it on the server, and drop it at the end."""
    import asyncpg

    server = postgresql_url()
    admin = await asyncpg.connect(server)
    await _postgresql_template(admin, server)  # For the role that a migration looks for.
    name = f"carnet_empty_{uuid.uuid4().hex}"
    try:
        await admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield in_database(server, name)
        finally:
            await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()


@asynccontextmanager
async def open_test_database(
    kind: str, folder: Path, cache_folder: Path
) -> AsyncIterator[Database]:
    """Open a migrated, empty database of one kind."""
    if kind == "sqlite":
        await sqlite_folder(folder, cache_folder)
        database = await open_database("sqlite", folder, address="test")
        try:
            yield database
        finally:
            await database.close()
        return
    async with postgresql_database() as url:
        database = await open_database(url, folder, address="test")
        try:
            yield database
        finally:
            await database.close()
