"""A clinic on each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clinic import Clinic, clinic_on


@pytest.fixture
async def clinic(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[Clinic]:
    """A whole application with an operator."""
    async with clinic_on(database_kind, tmp_path / "data", cache_folder) as opened:
        yield opened
