"""A hall on each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.workshops.hall import Agent, Hall, hall_on


@pytest.fixture
async def hall(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[Hall]:
    """A server on an empty database, with its operator."""
    async with hall_on(database_kind, tmp_path, cache_folder) as opened:
        yield opened


@pytest.fixture
async def agent(hall: Hall) -> Agent:
    """An agent who is signed in."""
    return await hall.agent()
