"""The family on each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import settings_on
from tests.integration.access.family import Family, family_on


@pytest.fixture
async def family(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[Family]:
    """The family, its server running."""
    folder = tmp_path / "data"
    async with (
        settings_on(database_kind, folder, cache_folder, demo=True) as settings,
        family_on(settings) as opened,
    ):
        yield opened
