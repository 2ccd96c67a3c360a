"""A server and a phone that is signed in, for every test of the command line."""

from pathlib import Path

import pytest

from tests.unit.cli.fake_server import FakeServer, Terminal


@pytest.fixture
def server() -> FakeServer:
    """A server that knows one person with one space."""
    return FakeServer()


@pytest.fixture
def terminal(server: FakeServer, tmp_path: Path) -> Terminal:
    """A phone that is signed in."""
    return Terminal(server, tmp_path / "phone").sign_in()
