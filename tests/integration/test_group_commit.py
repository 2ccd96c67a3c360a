"""Transactions that share one commit, on a real database file."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from backend.kernel.db import Sql, StorageUnavailable
from sync.core.audience import Viewer
from sync.storage.spaces import add_viewer, open_space
from tests.databases import open_test_database

# Checked by the COMMIT, which then fails with an error that is not operational.
_LATER = text("PRAGMA defer_foreign_keys=ON").execution_options(all_spaces=True)


async def test_a_commit_that_fails_refuses_its_group_and_no_other(
    tmp_path: Path, cache_folder: Path
) -> None:
    """Whatever a COMMIT fails with, its callers hear of it, and the next ones are served."""

    async def broken(sql: Sql) -> None:
        await sql.run(_LATER)
        await add_viewer(sql, uuid4(), Viewer(viewer_id=uuid4(), party_id=None, role="holder"))

    async def sound(sql: Sql) -> None:
        await open_space(sql, uuid4())

    async with open_test_database("sqlite", tmp_path / "data", cache_folder) as database:
        async with asyncio.timeout(10):
            with pytest.raises(StorageUnavailable):
                await database.write(broken)
            await database.write(sound)
