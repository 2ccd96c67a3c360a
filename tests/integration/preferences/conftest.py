"""Whole applications on each database, with people who are reminded."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import settings_on
from tests.integration.access.house import House, house_on


@pytest.fixture
async def house(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[House]:
    """The application on each database."""
    folder = tmp_path / "data"
    async with (
        settings_on(database_kind, folder, cache_folder) as settings,
        house_on(settings) as opened,
    ):
        yield opened
