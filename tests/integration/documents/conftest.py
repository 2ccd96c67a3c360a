"""An archive on each database."""

from pathlib import Path

import pytest

from backend.kernel.db import Database
from tests.archive import Archive


@pytest.fixture
async def archive(database: Database, tmp_path: Path) -> Archive:
    """A desk on an empty database and an empty folder."""
    return Archive(database, tmp_path / "archive")
