"""Whole applications on each database: the family, a clinic, and people with rights."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from backend.settings import Settings
from tests.databases import postgresql_database, sqlite_folder
from tests.integration.access.clinic import Clinic, clinic_on
from tests.integration.access.family import Family, family_on
from tests.integration.access.house import House, house_on


@pytest.fixture
async def family(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[Family]:
    """The family, its server running."""
    folder = tmp_path / "data"
    async with AsyncExitStack() as stack:
        settings = Settings(data_folder=folder, demo=True)
        if database_kind == "sqlite":
            await sqlite_folder(folder, cache_folder)
        else:
            url = await stack.enter_async_context(postgresql_database())
            settings = Settings(data_folder=folder, database_url=url, demo=True)
        yield await stack.enter_async_context(family_on(settings))


@pytest.fixture
async def clinic(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[Clinic]:
    """The application on each database."""
    async with clinic_on(database_kind, tmp_path / "data", cache_folder) as opened:
        yield opened


@pytest.fixture
async def house(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[House]:
    """The application on each database."""
    folder = tmp_path / "data"
    if database_kind == "sqlite":
        await sqlite_folder(folder, cache_folder)
        async with house_on(folder, "sqlite") as opened:
            yield opened
        return
    async with postgresql_database() as url, house_on(folder, url) as opened:
        yield opened
