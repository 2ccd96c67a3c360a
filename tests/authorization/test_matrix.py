"""Every operation, asked by everybody, about everything: nobody learns what is not theirs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from backend.settings import Settings
from tests.authorization.asked import Asking, Report
from tests.authorization.cells import Door
from tests.authorization.declaration import operations
from tests.authorization.pushes import Pushing
from tests.authorization.settling import world_in
from tests.conformance.test_openapi import operations as published
from tests.databases import chosen_kinds, postgresql_database, sqlite_folder

CELLS_MIN = 10_000
pytestmark = pytest.mark.slow


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=chosen_kinds())
async def report(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, cache_folder: Path
) -> AsyncIterator[Report]:
    """What came of the whole matrix, on each database that this run is for."""
    folder = tmp_path_factory.mktemp("matrix")
    if request.param == "sqlite":
        data_folder = await sqlite_folder(folder / "data", cache_folder)
        yield await _run(folder, Settings(data_folder=data_folder, reminders=False))
        return
    async with postgresql_database() as url:
        settings = Settings(data_folder=folder / "data", database_url=url, reminders=False)
        yield await _run(folder, settings)


async def _run(folder: Path, settings: Settings) -> Report:
    doors = [
        Door(name=operation["operationId"], method=method.upper(), path=path)
        for path, method, operation in published()
    ]
    async with world_in(folder, settings) as world:
        asking = Asking(world, doors)
        await Pushing(asking).run()
        return await asking.run()


@pytest.mark.asyncio(loop_scope="module")
async def test_every_cell_is_answered_as_declared(report: Report) -> None:
    """What is forbidden is answered as what does not exist, to the byte; nothing else comes out."""
    assert not report.violations, report.table()


@pytest.mark.asyncio(loop_scope="module")
async def test_the_matrix_is_as_large_as_promised(report: Report) -> None:
    """With every kind of answer in it."""
    assert report.cells >= CELLS_MIN, report.counts
    assert min(report.counts[kind] for kind in ("allowed", "refused", "unknown", "shut")) > 20


@pytest.mark.asyncio(loop_scope="module")
async def test_a_leak_that_is_known_is_still_there(report: Report) -> None:
    """Whoever mends one takes it off the list in `declared/`."""
    declared = {(name, what) for name, one in operations().items() for what in one.leaks}

    assert report.leaks == declared
