"""What an audit broke into once, and what may never open again."""

import asyncio
import logging
import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from backend.documents.limits import UPLOADS_PER_PERSON_MAX
from backend.kernel.edge import Asgi, Message
from backend.operations.credential import FILE_NAME, is_operator, operator_token
from backend.settings import DATABASE_FILE, Settings
from sync.core.limits import BODY_BYTES_MAX
from tests.databases import sqlite_folder
from tests.journeys import Counter, Phone, client_of, delete, put, serving

PDF = b"%PDF-1.7\n"
METRICS = "/metrics"
ENCODED_WORD = "=?utf-8?q?=0A?=@example.com"


@pytest.fixture
async def app(tmp_path: Path, cache_folder: Path) -> AsyncIterator[Asgi]:
    """A server in this process."""
    await sqlite_folder(tmp_path, cache_folder)
    async with serving(Settings(data_folder=tmp_path)) as opened:
        yield opened


@pytest.fixture
async def counter(app: Asgi, tmp_path: Path) -> AsyncIterator[Counter]:
    """Whoever runs it."""
    async with client_of(app) as client:
        yield Counter(client, tmp_path)


@pytest.mark.parametrize("left", ["", "\n", "  "])
async def test_an_empty_operator_token_lets_nobody_in(counter: Counter, left: str) -> None:
    """A disk that was full at the first start leaves no door open."""
    (counter.data_folder / FILE_NAME).unlink(missing_ok=True)
    (counter.data_folder / FILE_NAME).write_text(left)

    for claim in ("Bearer", "Bearer ", "bearer  "):
        answer = await counter.client.get(METRICS, headers={"Authorization": claim})
        assert answer.status_code == 401, claim

    assert (await counter.client.get(METRICS, headers=counter.headers)).status_code == 200


def test_an_operator_token_is_never_read_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It appears whole, under its name, or not at all."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fdopen", full)
        with pytest.raises(OSError, match="No space"):
            operator_token(tmp_path)

    assert not list(tmp_path.iterdir())
    assert not is_operator(tmp_path, "")
    assert operator_token(tmp_path) == operator_token(tmp_path)


async def test_an_address_in_code_is_no_contact(counter: Counter) -> None:
    """Mail programs would decode it: into another address, or into a broken line."""
    letter = (await counter.open_space())["letters"][0]
    body = {
        "code": letter["code"],
        "birth_date": "1961-04-09",
        "login": "lea.martin",
        "password": "nine herons over the quiet lock",
        "email": ENCODED_WORD,
        "device": {"name": "Téléphone", "platform": "android"},
    }

    answer = await counter.client.post("/v1/auth/activate", json=body)

    assert answer.status_code == 422
    assert answer.json()["pointer"] == "/email"


@pytest.mark.parametrize(
    ("record", "code"), [("standing", "body-too-large"), ("gone", "record-gone")]
)
async def test_what_no_record_holds_is_not_kept_aside_either(
    counter: Counter, record: str, code: str
) -> None:
    """Values that lose are kept for their author: of the size of a record, at most."""
    phone = await counter.newcomer()
    space_id = (await phone.spaces())[0]["space_id"]
    record_id = str(uuid4())
    (made,) = await phone.push(put(space_id, "notes", {"title": "t"}, record_id=record_id))
    if record == "gone":
        await phone.push(delete(space_id, "notes", record_id, made["seq"]))
    too_much = {"junk": "x" * (BODY_BYTES_MAX + 1)}

    (outcome,) = await phone.push(
        put(space_id, "notes", too_much, record_id=record_id, base=0, was={"junk": 1})
    )

    with sqlite3.connect(counter.data_folder / DATABASE_FILE) as reading:
        (kept,) = reading.execute("SELECT count(*) FROM kept_value").fetchone()
    reading.close()
    assert outcome["code"] == code
    assert kept == 0


class Upload:
    """A document that comes in as slowly as a test wants."""

    def __init__(self, app: Asgi, phone: Phone, space_id: str) -> None:
        self.status = 0
        self.to_app: asyncio.Queue[Message] = asyncio.Queue()
        token = phone.headers["Authorization"].encode()
        path = f"/v1/spaces/{space_id}/documents"
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [
                (b"authorization", token),
                (b"content-type", b"application/pdf"),
                (b"document-title", b"Radio"),
            ],
            "client": ("192.0.2.1", 1),
            "server": ("carnet.test", 80),
            "state": {},
        }
        self.task = asyncio.ensure_future(app(scope, self.to_app.get, self._hear))

    async def _hear(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]

    async def send(self, data: bytes, *, more: bool) -> None:
        """Let some of it come in."""
        await self.to_app.put({"type": "http.request", "body": data, "more_body": more})
        await asyncio.sleep(0.05)


async def test_nobody_fills_the_memory_with_files_that_never_end(
    app: Asgi, counter: Counter
) -> None:
    """A few come in at one time for one person; who waits is told to come again."""
    phone = await counter.newcomer()
    space_id = (await phone.spaces())[0]["space_id"]
    slow = [Upload(app, phone, space_id) for _ in range(UPLOADS_PER_PERSON_MAX)]
    for n, upload in enumerate(slow):
        await upload.send(PDF + b"%d" % n, more=True)

    refused = Upload(app, phone, space_id)
    await refused.send(PDF, more=False)
    await refused.task
    for upload in slow:
        await upload.send(b" end", more=False)
        await upload.task
    late = Upload(app, phone, space_id)
    await late.send(PDF, more=False)
    await late.task

    assert refused.status == 503
    assert [upload.status for upload in (*slow, late)] == [201] * (len(slow) + 1)


async def test_a_phone_that_leaves_in_the_middle_is_no_bug(
    app: Asgi, counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    """Tunnels end uploads every day: an operator is woken for other things."""
    phone = await counter.newcomer()
    upload = Upload(app, phone, (await phone.spaces())[0]["space_id"])
    await upload.send(PDF, more=True)

    with caplog.at_level(logging.WARNING, logger="carnet"):
        await upload.to_app.put({"type": "http.disconnect"})
        await upload.task

    assert not [record for record in caplog.records if record.name == "carnet"]


@pytest.mark.parametrize("word", ["schizophrenia", "it's - at `$`", 'said "no"', "two\nlines"])
async def test_a_problem_does_not_repeat_what_was_sent(counter: Counter, word: str) -> None:
    """Details are kept by whoever stands between: they say where, and never what."""
    phone = await counter.newcomer()
    op = put(str(uuid4()), "notes", {}, kind=word)

    answer = await phone.post("/v1/sync", json={"ops": [op]})

    assert answer.status_code == 400
    assert answer.json()["detail"] == "Invalid enum value - at `$.data.ops[0].kind`"


async def test_of_two_tokens_a_poll_reads_the_one_that_everything_else_reads(
    counter: Counter,
) -> None:
    """Whoever stands between us and a phone checks one: it must be ours too."""
    phone = await counter.newcomer()
    path = f"/v1/spaces/{(await phone.spaces())[0]['space_id']}/changes"
    tag = (await phone.get(path)).headers["ETag"]
    good, bad = phone.headers["Authorization"], "Bearer nobody"

    async def ask(*tokens: str, known: str) -> int:
        headers = [("If-None-Match", known), *(("Authorization", token) for token in tokens)]
        return (await counter.client.get(path, headers=headers)).status_code

    assert [await ask(good, bad, known=tag), await ask(bad, good, known=tag)] == [304, 401]
    assert [await ask(good, bad, known='"0"'), await ask(bad, good, known='"0"')] == [200, 401]
