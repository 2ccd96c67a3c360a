"""What every suite shares."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.kernel.db import Database
from tests.databases import chosen_kinds, open_test_database


@pytest.fixture(params=chosen_kinds())
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each database that this run is for."""
    return str(request.param)


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the migrated template file lies."""
    return tmp_path_factory.mktemp("template")


@pytest.fixture
async def database(
    database_kind: str, tmp_path: Path, cache_folder: Path
) -> AsyncIterator[Database]:
    """A migrated, empty database."""
    async with open_test_database(database_kind, tmp_path / "data", cache_folder) as opened:
        yield opened
