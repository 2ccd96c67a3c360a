"""What every suite shares."""

import os
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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where processes share the tests, keep together what shares a world; begin with what is slow.

    Who takes a long test last works alone at the end.
    """
    if not hasattr(config, "workerinput"):
        return
    for item in items:
        if item.get_closest_marker("one_world") is not None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything is there to be tested, a skipped test is a failed run."""
    if hasattr(session.config, "workerinput"):
        return  # Whoever shares the tests out hears of every one that was skipped.
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CARNET_TEST_NO_SKIPS") and reporter.stats.get("skipped"):
        for report in reporter.stats["skipped"]:
            reporter.write_line(f"skipped, and may not be: {report.nodeid}: {report.longrepr}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
