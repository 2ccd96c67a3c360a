"""What every suite shares."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from backend.kernel.db import Database
from tests.databases import chosen_kinds, open_test_database

# Modules whose tests share something that takes long to make.
ONE_WORLD = frozenset(
    {
        "tests/authorization/test_matrix.py",
        "tests/integration/access/test_rights_by_terminal.py",
        "tests/integration/hostile/test_callers.py",
        "tests/integration/hostile/test_requests.py",
        "tests/property/test_sign_in_counters.py",
        "tests/unit/documents/test_blobs.py",
        "tests/unit/documents/test_cda_published.py",
    }
)


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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where processes share the tests, hand out one by one what shares no world.

    The scheduler of the plugin that goes by markers does nothing under this pytest.
    """
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class WorldByWorld(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.partition("::")[0]
            return module if module in ONE_WORLD else nodeid

    return WorldByWorld(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what is slow: who takes a long test last works alone at the end."""
    if hasattr(config, "workerinput"):
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
