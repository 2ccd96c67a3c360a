"""One world for each suite of hostile requests: none of them may change anything in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.databases import chosen_kinds
from tests.integration.hostile.world import World, world_on


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=chosen_kinds())
async def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, cache_folder: Path
) -> AsyncIterator[World]:
    """The application in this process, on each database that this run is for."""
    async with world_on(request.param, tmp_path_factory.mktemp("data"), cache_folder) as opened:
        yield opened
