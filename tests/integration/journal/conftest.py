"""A town on each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.kernel.db import Database
from tests.people import Town, town_on


@pytest.fixture
async def town(database: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """An office on an empty database, with a clock that the test turns."""
    async with town_on(database, tmp_path) as opened:
        yield opened
