"""The application on each database, with its reminders on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import settings_on
from tests.integration.reminders.agenda import Agenda, agenda_on, zone_by_day


@pytest.fixture
async def agenda(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[Agenda]:
    """People who are reminded."""
    folder = tmp_path / "data"
    async with (
        settings_on(
            database_kind,
            folder,
            cache_folder,
            reminders=True,
            calendar="none",
            time_zone=zone_by_day(),
        ) as settings,
        agenda_on(settings) as opened,
    ):
        yield opened


@pytest.fixture
async def calendar(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[Agenda]:
    """People who are told of the vaccines and screenings of France too."""
    folder = tmp_path / "data"
    async with (
        settings_on(database_kind, folder, cache_folder, reminders=True) as settings,
        agenda_on(settings) as opened,
    ):
        yield opened
