"""`carnet journal` and a restore, as an operator sees them."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing as closing_file
from pathlib import Path

import pytest

from tests.journeys import Counter, Phone
from tests.servers import Server, closing, prepared_server, running_server

pytestmark = pytest.mark.slow


async def read(phone: Phone) -> tuple[str, dict[str, object]]:
    """Read one's own journal, which writes a line."""
    space_id = (await phone.spaces())[0]["space_id"]
    answer = await phone.get(f"/v1/spaces/{space_id}/journal")
    assert answer.status_code == 200, answer.text
    return space_id, answer.json()


async def test_an_operator_verifies_beside_the_server_and_without_it(
    tmp_path: Path, cache_folder: Path
) -> None:
    """A sentence and exit code 0; after a line was changed, a sentence and exit code 1."""
    async with running_server("sqlite", tmp_path / "data", cache_folder) as server:
        async with server.client() as client:
            await read(await Counter(client, server.data_folder).newcomer())
        beside = await server.command("journal", "verify", "--json")
        await server.stop()

        alone = await server.command("journal", "verify")
        with closing_file(sqlite3.connect(server.data_folder / "carnet.sqlite3")) as file:
            file.execute("UPDATE trace SET commitment = zeroblob(32)")
            file.commit()
        damaged = await server.command("journal", "verify")

    assert beside.returncode == 0, beside.stderr
    assert json.loads(beside.stdout)["entries"] == 2
    assert alone.returncode == 0, alone.stderr
    assert "2 lines of 1 journals" in alone.stdout
    assert damaged.returncode == 1
    assert "the chain does not fit" in damaged.stderr


async def test_a_restore_is_told_in_the_journal(tmp_path: Path, cache_folder: Path) -> None:
    """The copy has the journal; putting it back begins a new log and adds a line that says so."""
    copy = tmp_path / "copy"
    async with running_server("sqlite", tmp_path / "data", cache_folder) as server:
        async with server.client() as client:
            phone = await Counter(client, server.data_folder).newcomer()
            space_id, before = await read(phone)
            former = (await phone.get("/v1/log/head")).json()["head"]
            assert (await server.command("backup", copy)).returncode == 0
        folder = tmp_path / "other"
        await asyncio.to_thread(shutil.copytree, server.data_folder / "keys", folder / "keys")
        async with closing(Server(folder)) as other:
            done = await other.command("restore", copy, "--yes")
            assert done.returncode == 0, done.stderr
            await other.start()
            async with other.client() as client:
                again = Phone(client, phone.tokens)
                page = (await again.get(f"/v1/spaces/{space_id}/journal")).json()
                head = (await again.get("/v1/log/head")).json()

    assert page["entries"][:2] == before["entries"]  # type: ignore[index]
    assert page["entries"][2]["entry"]["action"] == "restored"
    assert head["opening"]["former"]["log_id"] == former["log_id"]
    assert head["head"]["log_id"] != former["log_id"]


async def test_a_database_put_back_by_other_tools_is_told_too(
    tmp_path: Path, cache_folder: Path
) -> None:
    """The command says in how many journals it was written."""
    async with prepared_server("sqlite", tmp_path / "data", cache_folder) as server:
        done = await server.command("journal", "restored", "--yes")

    assert done.returncode == 0, done.stderr
    assert "in 0 journals" in done.stdout
