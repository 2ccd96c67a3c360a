"""The demonstration, on a real server."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

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
