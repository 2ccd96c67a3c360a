"""A town on each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.kernel.db import Database
from tests.people import Town, town_on
from tests.practice import Practice, Surgery


@pytest.fixture
async def town(database: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """An office on an empty database, with a clock that the test turns."""
    async with town_on(database, tmp_path) as opened:
        yield opened


@pytest.fixture
async def practice(town: Town) -> AsyncIterator[Practice]:
    """A surgery whose doctors sign in by a provider."""
    opened = Practice(town)
    yield opened
    await opened.provider.close()


@pytest.fixture
def surgery(town: Town) -> Surgery:
    """A surgery whose doctors name people for the desk."""
    return Surgery(town)
