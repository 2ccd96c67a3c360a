"""Keys turned and copies taken while people go on, and copies put back."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from backend.kernel.sealing import FileKeys
from tests.journeys import Counter, Json, Phone, digest_of, put
from tests.servers import Server, closing, prepared_server, running_server

pytestmark = pytest.mark.slow

WRITERS = 3


class Load:
    """Pushes and pulls that go on until told to stop; any refusal is an error."""

    def __init__(self, phone: Phone, space_id: str) -> None:
        self.phone = phone
        self.space_id = space_id
        self.acknowledged: dict[str, Json] = {}
        self.sent: dict[str, Json] = {}
        self.pulls = 0
        self._stop = asyncio.Event()

    async def write(self) -> None:
        """Push two notes at a time."""
        while not self._stop.is_set():
            ops = [put(self.space_id, "notes", {"title": f"n {i}"}) for i in range(2)]
            self.sent.update({op["record_id"]: op["set"] for op in ops})
            for op, outcome in zip(ops, await self.phone.push(*ops), strict=True):
                assert outcome["status"] == "applied", outcome
                self.acknowledged[op["record_id"]] = outcome

    async def read(self) -> None:
        """Pull from the beginning, again and again."""
        while not self._stop.is_set():
            assert (await self.phone.whole(self.space_id)).records
            self.pulls += 1

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """Keep the load up; whatever went wrong in it comes out at the end."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(WRITERS):
                tasks.create_task(self.write())
            tasks.create_task(self.read())
            await self._more()
            try:
                yield
                await self._more()
            finally:
                self._stop.set()

    async def _more(self) -> None:
        """Wait until each writer and the reader have been answered, however busy the machine."""
        written, pulled = len(self.acknowledged), self.pulls
        while len(self.acknowledged) < written + 2 * WRITERS or self.pulls == pulled:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def begin(server: Server, client: Any) -> Load:
    """Make a holder with a space, and a load on it."""
    phone = await Counter(client, server.data_folder).newcomer()
    return Load(phone, (await phone.spaces())[0]["space_id"])


def keyring(server: Server) -> Json:
    """Read the key file."""
    found: Json = json.loads((server.data_folder / "keys" / "carnet.keys").read_text())
    return found


async def test_keys_turn_under_load_and_the_old_one_is_gone(
    database_kind: str, tmp_path: Path, cache_folder: Path
) -> None:
    """No push and no pull notices; afterwards everything opens with the new key alone."""
    async with (
        running_server(database_kind, tmp_path / "data", cache_folder) as server,
        server.client() as client,
    ):
        load = await begin(server, client)
        before = keyring(server)

        async with load.going_on():
            rotated = await server.command("keys", "rotate")

        after = keyring(server)
        assert rotated.returncode == 0, rotated.stderr
        assert load.pulls > 0
        assert list(after["wrapping"]) == [str(after["current"])]
        assert after["current"] == before["current"] + 1
        assert not set(before["wrapping"].values()) & set(after["wrapping"].values())
        # What look-ups and places in feeds are made with stays, or both would be lost.
        assert (after["index"], after["checkpoint"]) == (before["index"], before["checkpoint"])
        held = await load.phone.whole(load.space_id)
        await server.stop()
        await server.start()  # Nothing is remembered from before.
        again = await load.phone.whole(load.space_id)
        assert again.is_proved
        assert again.records == held.records
        assert again.bodies("notes") == load.sent
        newcomer = await Counter(client, server.data_folder).newcomer("after.rotation")
        assert len(await newcomer.spaces()) == 1


async def test_keys_turn_with_no_server_too(tmp_path: Path, cache_folder: Path) -> None:
    """The command is the server for a moment, and leaves the folder to the next one."""
    async with prepared_server("sqlite", tmp_path / "data", cache_folder) as server:
        FileKeys.open(server.data_folder / "keys" / "carnet.keys")
        before = keyring(server)

        rotated = await server.command("keys", "rotate")

        assert rotated.returncode == 0, rotated.stderr
        assert keyring(server)["current"] == before["current"] + 1
        assert (server.data_folder / "carnet.lock").read_text() == ""


@asynccontextmanager
async def restored(server: Server, copy: Path, folder: Path) -> AsyncIterator[Server]:
    """Put a copy into an empty folder with the keys that were kept apart, and serve it."""
    await asyncio.to_thread(shutil.copytree, server.data_folder / "keys", folder / "keys")
    async with closing(Server(folder)) as other:
        done = await other.command("restore", copy, "--yes")
        assert done.returncode == 0, done.stderr
        await other.start()
        yield other


async def test_a_copy_taken_while_people_write_is_the_record_of_one_instant(
    tmp_path: Path, cache_folder: Path
) -> None:
    """All acknowledged before it is in it, under the same numbers; every device starts again."""
    copy = tmp_path / "copy"
    async with running_server("sqlite", tmp_path / "data", cache_folder) as server:
        async with server.client() as client:
            load = await begin(server, client)
            async with load.going_on():
                before = dict(load.acknowledged)
                backup = await server.command("backup", copy)
            held = await load.phone.whole(load.space_id)
            over_another = await server.command("backup", copy)
            over_a_server = await server.command("restore", copy, "--yes")

        assert backup.returncode == 0, backup.stderr
        assert "not empty" in over_another.stderr
        assert "Stop it first" in over_a_server.stderr
        async with (
            restored(server, copy, tmp_path / "other") as other,
            other.client() as client,
        ):
            phone = Phone(client, load.phone.tokens)
            ask = {"space_id": load.space_id, "checkpoint": held.checkpoint}
            (page,) = (await phone.sync(spaces=[ask]))["spaces"]
            whole = await phone.whole(load.space_id)
            (after,) = await phone.push(put(load.space_id, "notes", {"title": "after"}))

            head = max(whole.seqs)
            then = {i: c for i, c in held.records.items() if c["seq"] <= head}
            assert (page["state"], page["changes"]) == ("resync", [])
            assert whole.is_proved
            assert whole.records == then
            assert whole.digest == digest_of((i, c["seq"]) for i, c in then.items())
            assert before
            assert before.keys() <= then.keys()
            assert len(then) < len(held.records), "Nothing was written meanwhile."
            # A number given since the copy is not given twice.
            assert after["status"] == "applied"
            assert after["seq"] > max(held.seqs)


async def test_a_server_database_is_copied_with_its_own_tools(tmp_path: Path) -> None:
    """The command says which, before it asks anybody for anything."""
    server = Server(tmp_path / "data", database_url="postgresql://nobody@192.0.2.1/none")

    refused = await server.command("backup", tmp_path / "copy")

    assert refused.returncode == 1
    assert "pg_dump" in refused.stderr
