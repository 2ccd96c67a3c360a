"""Whole applications on each database: the family, a clinic, and people with rights."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clinic import Clinic, clinic_on
from tests.databases import settings_on
from tests.integration.access.family import Family, family_on
from tests.integration.access.house import House, house_on


@pytest.fixture
async def family(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[Family]:
    """The family, its server running."""
    folder = tmp_path / "data"
    async with (
        settings_on(database_kind, folder, cache_folder, demo=True) as settings,
        family_on(settings) as opened,
    ):
        yield opened


@pytest.fixture
async def clinic(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[Clinic]:
    """The application on each database."""
    async with clinic_on(database_kind, tmp_path / "data", cache_folder) as opened:
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
