"""Where messages go: a private file in development, gateways in production."""

import asyncio
import json
import logging
import os
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from msgspec import structs

from backend.kernel import outbox
from backend.kernel.carriers import open_carriers
from backend.kernel.outbox import ClosableOutbox, FileOutbox, GatewayOutbox, open_outbox
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


Answer = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


def gateway_of(
    supervisor: Supervisor, answer: Answer | None = None, settings: Settings = GATEWAY
) -> ClosableOutbox:
    """Open the outbox of a server whose SMS gateway answers like this."""
    transport = None if answer is None else httpx.MockTransport(answer)
    return open_outbox(settings, open_carriers(settings, transport=transport), supervisor)


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    """Keep the senders of one test at work."""
    opened = Supervisor(pauses=[0.01])
    yield opened
    await opened.close()


async def test_a_message_becomes_a_line_that_only_its_owner_reads(tmp_path: Path) -> None:
    """In development a person reads their code there."""
    outbox = FileOutbox(Settings(data_folder=tmp_path))

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

    outbox = gateway_of(supervisor, answer)
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

    gateway = gateway_of(supervisor, answer)
    with caplog.at_level(logging.DEBUG, logger="carnet"):
        await gateway.send([SMS])
        await gateway.close()

    assert not answers
    own = [str(record.__dict__) for record in caplog.records if record.name == "carnet"]
    assert len(own) == 2
    assert not any(secret in line for line in own for secret in (SMS.to, "123456", "secret-token"))


async def test_a_number_that_cannot_be_reached_is_not_tried_again(
    caplog: pytest.LogCaptureFixture, supervisor: Supervisor
) -> None:
    """The gateway has said so; the log has, too."""
    posted: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        posted.append(request)
        return httpx.Response(422)

    gateway = gateway_of(supervisor, answer)
    await gateway.send([SMS])
    await gateway.close()

    assert len(posted) == 1
    assert caplog.records[-1].message == "message not sent"


async def test_a_gateway_says_how_long_to_wait(
    monkeypatch: pytest.MonkeyPatch, supervisor: Supervisor
) -> None:
    """It is asked again then; a code that waits for longer than it is good for is of no use."""
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    monkeypatch.setattr(outbox.asyncio, "sleep", pause)
    answers = [
        httpx.Response(429, headers={"Retry-After": "7"}),
        httpx.Response(503, headers={"Retry-After": "86400"}),
        httpx.Response(202),
    ]

    gateway = gateway_of(supervisor, lambda _: answers.pop(0))
    await gateway.send([SMS])
    await gateway.close()

    assert paused == [7, outbox.RETRY_AFTER_SECONDS_MAX]


async def test_handing_over_does_not_wait_for_the_gateway(supervisor: Supervisor) -> None:
    """Else the time of an answer would tell that a code was sent."""
    slow = asyncio.Event()
    taken: list[httpx.Request] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        await slow.wait()
        taken.append(request)
        return httpx.Response(202)

    gateway = gateway_of(supervisor, answer)

    async with asyncio.timeout(0.5):
        await gateway.send([SMS] * 50)

    assert not taken
    slow.set()
    await gateway.close()
    assert len(taken) == 50


async def test_a_channel_without_a_gateway_loses_only_its_own_messages(
    caplog: pytest.LogCaptureFixture, supervisor: Supervisor
) -> None:
    """A message that nobody takes does not stop the SMS behind it."""
    posted: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        posted.append(request)
        return httpx.Response(202)

    gateway = gateway_of(supervisor, answer)
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
    gateway = gateway_of(supervisor, answer, settings)
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
    gateway = gateway_of(supervisor)
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

    gateway = gateway_of(supervisor, answer)
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


async def test_the_settings_choose_the_outbox(tmp_path: Path, supervisor: Supervisor) -> None:
    """A file unless gateways are asked for."""
    console = Settings(data_folder=tmp_path)

    chosen = [gateway_of(supervisor, settings=one) for one in (console, GATEWAY)]

    assert [type(one) for one in chosen] == [FileOutbox, GatewayOutbox]


async def test_a_gateway_takes_no_letter(
    tmp_path: Path, supervisor: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    """Letters wait sealed in the database: none is ever written to a file in clear."""
    gateway = gateway_of(supervisor, settings=structs.replace(GATEWAY, data_folder=tmp_path))

    await gateway.send([structs.replace(SMS, channel="letter", to="LEA MARTIN")])
    await gateway.close()

    assert "message not sent" in caplog.text
    assert os.listdir(tmp_path) == []  # A look, not worth a thread.
