"""Where messages go: a private file in development, gateways in production."""

import asyncio
import json
import logging
import os
import smtplib
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from msgspec import structs

from backend.kernel import outbox
from backend.kernel.outbox import FileOutbox, GatewayOutbox, open_outbox, send_by_smtp
from backend.kernel.supervision import Supervisor
from backend.kernel.work import Message
from backend.settings import Settings

SMS = Message(
    message_id=UUID(int=7),
    channel="sms",
    to="+33639980012",
    kind="code-login",
    language="fr",
    subject="Votre code Carnet",
    text="Votre code Carnet : 123456.",
    created_at=datetime(2026, 11, 21, 9, tzinfo=UTC),
)
GATEWAY = Settings(
    message_channel="gateway", sms_url="https://sms.example.org/send", sms_token="secret-token"
)


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    """Keep the senders of one test at work."""
    opened = Supervisor(pauses=[0.01])
    yield opened
    await opened.close()


async def test_a_message_becomes_a_line_that_only_its_owner_reads(tmp_path: Path) -> None:
    """In development a person reads their code there."""
    outbox = FileOutbox(tmp_path / "outbox.jsonl")

    await outbox.send([SMS])
    await outbox.send([SMS, SMS])

    lines = (tmp_path / "outbox.jsonl").read_text("utf-8").splitlines()
    assert stat.S_IMODE((tmp_path / "outbox.jsonl").stat().st_mode) == 0o600
    assert len(lines) == 3
    assert json.loads(lines[0]) == {
        "channel": "sms",
        "to": "+33639980012",
        "kind": "code-login",
        "language": "fr",
        "subject": "Votre code Carnet",
        "text": "Votre code Carnet : 123456.",
        "created_at": "2026-11-21T09:00:00+00:00",
    }


async def test_an_sms_is_posted_with_a_key_that_keeps_it_single(supervisor: Supervisor) -> None:
    """The gateway gets number and text, and the key by which it knows a repeat."""
    posted: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        posted.append(request)
        return httpx.Response(202)

    outbox = GatewayOutbox(GATEWAY, supervisor, transport=httpx.MockTransport(answer))
    await outbox.send([SMS])
    await outbox.close()

    (request,) = posted
    assert json.loads(request.content) == {"to": SMS.to, "text": SMS.text}
    assert request.headers["authorization"] == "Bearer secret-token"
    assert request.headers["idempotency-key"] == str(SMS.message_id)


async def test_a_gateway_that_fails_is_tried_again_and_nothing_is_told(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, supervisor: Supervisor
) -> None:
    """Neither number, text nor token reaches a log."""
    monkeypatch.setattr(outbox, "RETRY_SECONDS", 0)
    answers = [httpx.Response(500), httpx.ConnectError("away"), httpx.Response(202)]

    def answer(_: httpx.Request) -> httpx.Response:
        given = answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    gateway = GatewayOutbox(GATEWAY, supervisor, transport=httpx.MockTransport(answer))
    with caplog.at_level(logging.DEBUG, logger="carnet"):
        await gateway.send([SMS])
        await gateway.close()

    assert not answers
    own = [str(record.__dict__) for record in caplog.records if record.name == "carnet"]
    assert len(own) == 2
    assert not any(secret in line for line in own for secret in (SMS.to, "123456", "secret-token"))


async def test_handing_over_does_not_wait_for_the_gateway(supervisor: Supervisor) -> None:
    """Else the time of an answer would tell that a code was sent."""
    slow = asyncio.Event()

    async def answer(_: httpx.Request) -> httpx.Response:
        await slow.wait()
        return httpx.Response(202)

    gateway = GatewayOutbox(GATEWAY, supervisor, transport=httpx.MockTransport(answer))

    async with asyncio.timeout(0.5):
        await gateway.send([SMS] * 50)

    slow.set()
    await gateway.close()


async def test_a_channel_without_a_gateway_loses_only_its_own_messages(
    caplog: pytest.LogCaptureFixture, supervisor: Supervisor
) -> None:
    """A message that nobody takes does not stop the SMS behind it."""
    posted: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        posted.append(request)
        return httpx.Response(202)

    gateway = GatewayOutbox(GATEWAY, supervisor, transport=httpx.MockTransport(answer))
    await gateway.send([structs.replace(SMS, channel="push"), SMS])
    await gateway.close()

    assert len(posted) == 1
    assert any(record.message == "message not sent" for record in caplog.records)


async def test_an_address_that_cannot_be_written_stops_nobody_behind_it(
    caplog: pytest.LogCaptureFixture, supervisor: Supervisor
) -> None:
    """Whoever gives one as theirs must not end the codes of everybody."""
    posted: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        posted.append(request)
        return httpx.Response(202)

    settings = structs.replace(
        GATEWAY, smtp_url="smtp://127.0.0.1:1", mail_from="carnet@example.org"
    )
    gateway = GatewayOutbox(settings, supervisor, transport=httpx.MockTransport(answer))
    for to in ("=?utf-8?q?=0A?=@example.com", "=?utf-8?q??=@example.com"):
        email = structs.replace(SMS, channel="email", to=to)
        await gateway.send([email] * outbox.SENDERS)
    await gateway.send([SMS])
    await gateway.close()

    assert len(posted) == 1
    assert not any("=?utf-8" in str(record.__dict__) for record in caplog.records)


async def test_a_message_that_is_a_bug_costs_itself_only(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """More of them than there are senders stop no code behind them."""
    posted: list[Message] = []

    async def fail_at_first(_: GatewayOutbox, message: Message) -> None:
        posted.append(message)
        if len(posted) <= 2 * outbox.SENDERS:
            raise TypeError

    monkeypatch.setattr(GatewayOutbox, "_deliver", fail_at_first)
    gateway = GatewayOutbox(GATEWAY, supervisor)
    await gateway.send([SMS] * (2 * outbox.SENDERS + 1))
    await gateway.close()

    assert len(posted) == 2 * outbox.SENDERS + 1
    assert [one.message for one in caplog.records] == ["message not sent"] * 2 * outbox.SENDERS
    assert supervisor.down == frozenset()


async def test_senders_that_were_killed_come_back(supervisor: Supervisor) -> None:
    """Whatever ends them, and without a word from who sends."""
    posted: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        posted.append(request)
        return httpx.Response(202)

    gateway = GatewayOutbox(GATEWAY, supervisor, transport=httpx.MockTransport(answer))
    await asyncio.sleep(0)
    senders = [one for one in asyncio.all_tasks() if "_keep_sending" in str(one.get_coro())]
    for sender in senders:
        sender.cancel()
    await asyncio.wait(senders)
    await asyncio.sleep(0)
    while_away = supervisor.down
    await gateway.send([SMS])
    await gateway.close()

    assert len(senders) == len(while_away) == outbox.SENDERS
    assert len(posted) == 1


async def plain_mail_server(heard: list[bytes]) -> asyncio.Server:
    """Start a mail server that offers no encryption."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            heard.append(line)
            verb = line[:4].upper()
            writer.write(b"502 no\r\n" if verb == b"STAR" else b"250 ok\r\n")
            if verb == b"QUIT":
                break
        writer.close()

    return await asyncio.start_server(talk, "127.0.0.1", 0)


async def test_an_e_mail_never_leaves_in_clear() -> None:
    """A server without TLS gets neither address nor text."""
    heard: list[bytes] = []
    server = await plain_mail_server(heard)
    port = server.sockets[0].getsockname()[1]
    settings = Settings(smtp_url=f"smtp://127.0.0.1:{port}", mail_from="carnet@example.org")

    with pytest.raises(smtplib.SMTPException):
        await asyncio.to_thread(send_by_smtp, settings, SMS)

    server.close()
    await server.wait_closed()
    assert not any(b"MAIL" in line or b"RCPT" in line for line in heard)


def test_the_settings_choose_the_outbox(tmp_path: Path) -> None:
    """A file unless gateways are asked for."""
    assert isinstance(open_outbox(Settings(data_folder=tmp_path), Supervisor()), FileOutbox)


async def test_a_gateway_takes_no_letter(
    tmp_path: Path, supervisor: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    """Letters wait sealed in the database: none is ever written to a file in clear."""
    gateway = GatewayOutbox(structs.replace(GATEWAY, data_folder=tmp_path), supervisor)

    await gateway.send([structs.replace(SMS, channel="letter", to="LEA MARTIN")])
    await gateway.close()

    assert "message not sent" in caplog.text
    assert os.listdir(tmp_path) == []  # A look, not worth a thread.
