"""The demonstration on a real server, a clinic and a house on each database."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.clinic import Clinic, clinic_on
from tests.databases import settings_on
from tests.integration.access.house import House, house_on
from tests.servers import Server
from tests.terminals import Terminals


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a server into which the family has moved, once for all tests."""
    server = Server(tmp_path_factory.mktemp("furnished") / "data", demo=True)
    server.data_folder.mkdir()
    try:
        asyncio.run(server.start())
        asyncio.run(server.stop())
    finally:
        asyncio.run(server.close())
    return server.data_folder


@pytest.fixture
def terminals(
    furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminals]:
    """A server that plays the demonstration, and folders to be phones."""
    server = Server(tmp_path / "data", demo=True)
    shutil.copytree(furnished, server.data_folder)
    for name, value in server.environment().items():
        if name.startswith("CARNET_"):
            monkeypatch.setenv(name, value)
    asyncio.run(server.start())
    try:
        yield Terminals(server=server, folder=tmp_path)
    finally:
        asyncio.run(server.close())


@pytest.fixture
async def clinic(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[Clinic]:
    """A whole application with an operator, and nobody in it."""
    async with clinic_on(database_kind, tmp_path / "data", cache_folder) as opened:
        yield opened


@pytest.fixture
async def house(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[House]:
    """The application on each database, and people with rights."""
    folder = tmp_path / "data"
    async with (
        settings_on(database_kind, folder, cache_folder) as settings,
        house_on(settings) as opened,
    ):
        yield opened
