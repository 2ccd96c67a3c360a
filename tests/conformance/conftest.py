"""What conformance tests share."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from backend.kernel.keys import Keys
from backend.kernel.sealing import FileKeys
from sync.core.audience import Viewer
from sync.storage.memory import MemorySpace, MemorySpaceStore
from sync.storage.port import SpaceStore
from sync.storage.spaces import add_viewer, open_space
from sync.storage.sql import SqlSpaceStore
from tests.conformance.subjects import PARTY, SEAL_BYTES, Subject
from tests.databases import chosen_kinds, open_test_database
from tests.hosts import SpaceSilence


@pytest.fixture(params=[*chosen_kinds(), "memory"])
async def subject(
    request: pytest.FixtureRequest, tmp_path: Path, cache_folder: Path
) -> AsyncIterator[Subject]:
    """Return one space on each storage."""
    space_id, viewer = uuid4(), Viewer(viewer_id=uuid4(), party_id=PARTY, role="holder")
    if request.param == "memory":
        space = MemorySpace(space_id)
        space.viewers[viewer.viewer_id] = viewer

        async def run_in_memory(work: Callable[[SpaceStore], Awaitable[Any]]) -> Any:
            store = MemorySpaceStore(space)
            result = await work(store)
            store.commit()
            return result

        yield Subject(space_id, viewer.viewer_id, run_in_memory, 0)
        return
    async with open_test_database(request.param, tmp_path / "data", cache_folder) as database:
        keys = Keys(FileKeys.open(tmp_path / "keys" / "k"))

        async def create(sql: Any) -> Any:
            cipher = await keys.create(sql, space_id)
            await open_space(sql, space_id)
            await add_viewer(sql, space_id, viewer)
            return cipher

        cipher = await database.write(create)

        async def run(work: Callable[[SpaceStore], Awaitable[Any]]) -> Any:
            return await database.write(
                lambda sql: work(SqlSpaceStore(sql, space_id, cipher, SpaceSilence()))
            )

        yield Subject(space_id, viewer.viewer_id, run, SEAL_BYTES)
