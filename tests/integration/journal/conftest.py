"""A town, and a whole application, on each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.kernel.db import Database
from tests.databases import settings_on
from tests.integration.journal.house import House, house_on
from tests.people import Town, town_on


@pytest.fixture
async def town(database: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """An office on an empty database, with a clock that the test turns."""
    async with town_on(database, tmp_path) as opened:
        yield opened


@pytest.fixture
async def house(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[House]:
    """The application on each database."""
    folder = tmp_path / "data"
    async with (
        settings_on(database_kind, folder, cache_folder) as settings,
        house_on(settings) as opened,
    ):
        yield opened
