"""Learning on a fictional record, on a real server of several processes."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from backend.settings import PRACTICE_FOLDER
from tests.integration.workshops.hall import Hall
from tests.journeys import Counter
from tests.servers import Server, running_server

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]

TRIES = 12


async def anew(server: Server, path: str, body: Any) -> httpx.Response:
    """Ask on a connection of its own, which any of the processes may take."""
    async with server.client() as client:
        return await client.post(path, json=body)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a path that has room for a socket."""
    with TemporaryDirectory(prefix="carnet") as made:
        yield Path(made) / "d"


async def test_whichever_process_is_asked_leads_to_the_world(
    folder: Path, cache_folder: Path
) -> None:
    """It is opened once, answers at every connection, and is gone at every one."""
    async with (
        running_server("postgresql", folder, cache_folder, CARNET_WORKERS="2") as server,
        server.client() as client,
    ):
        hall = Hall(client, Counter(client, folder))
        agent = await hall.agent()
        workshop_id = await agent.workshop()
        opened = []
        for _ in range(TRIES):
            async with server.client() as other:
                agent.client = other
                opened.append(await agent.post(f"/v1/workshops/{workshop_id}/practice"))
        practice = opened[0].json()
        body = {
            "login": practice["login"],
            "password": practice["password"],
            "device": {"name": "x", "platform": "shared"},
        }

        path = f"{practice['path']}/v1/auth/login"
        answers = [await anew(server, path, body) for _ in range(TRIES)]
        agent.client = client
        closed = await agent.post(f"/v1/workshops/{workshop_id}/close")
        after = [await anew(server, path, body) for _ in range(TRIES)]

        assert {one.status_code for one in opened} == {201}
        assert {one.json()["path"] for one in opened} == {practice["path"]}
        assert {one.status_code for one in answers} <= {202, 429}
        assert answers[0].status_code == 202
        assert closed.status_code == 204
        assert {one.status_code for one in after} == {404}
        assert not (folder / PRACTICE_FOLDER).exists()
