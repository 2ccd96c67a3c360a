"""SMS over real HTTP, to the fake gateway that ships: once for each key, and never in a loop."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import httpx
import msgspec
import pytest

from notifications.channels.answers import open_client, retry_after
from notifications.channels.fake_gateway import FakeGateway, GatewayServer
from notifications.channels.parcel import Parcel
from notifications.channels.sms import SmsGateway
from notifications.channels.ways import Way
from notifications.channels.written import WrittenChannel
from notifications.ports import ChannelName, Outcome
from tests.unit.notifications.rings import STOP, delivery

NUMBER = "+33639980012"
TOKEN = "a-token-of-the-tests"
SMS = Parcel(
    message_id=UUID(int=7),
    to=NUMBER,
    kind="code-login",
    language="fr",
    subject="Votre code Carnet",
    text="Votre code Carnet : 123456.",
)


@contextmanager
def serving(gateway: FakeGateway) -> Iterator[str]:
    """Run a gateway on a free port of this machine."""
    server = GatewayServer(("127.0.0.1", 0), gateway)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Open the client by which messages leave."""
    async with open_client() as opened:
        yield opened


async def test_an_sms_that_is_sent_again_arrives_once(client: httpx.AsyncClient) -> None:
    """A crash between sending and noting it is nobody's second SMS."""
    fake = FakeGateway(TOKEN)
    with serving(fake) as url:
        gateway = SmsGateway(url, TOKEN, client)

        receipts = [await gateway.carry(SMS) for _ in range(3)]

    assert [one.outcome for one in receipts] == [Outcome.DELIVERED] * 3
    assert fake.requests == 3
    assert [(one.to, one.text) for one in fake.sent] == [(NUMBER, SMS.text)]


@pytest.mark.parametrize("length", ["-1", "x", "²", "99999999"])
async def test_a_length_that_cannot_be_is_refused_at_once(length: str) -> None:
    """Nothing is read of it: a negative one would be read until its sender hangs up."""
    with serving(FakeGateway(TOKEN)) as url:
        port = int(url.rstrip("/").rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n"
        writer.write(head.encode("latin-1"))
        async with asyncio.timeout(5):
            line = await reader.readline()
        writer.close()

    assert b" 413 " in line


async def test_one_key_is_never_another_message(client: httpx.AsyncClient) -> None:
    """It would be lost without a word: the gateway says that something is wrong."""
    fake = FakeGateway(TOKEN)
    with serving(fake) as url:
        gateway = SmsGateway(url, TOKEN, client)
        await gateway.carry(SMS)

        receipt = await gateway.carry(msgspec.structs.replace(SMS, text="Autre chose"))

    assert (receipt.outcome, receipt.reason) == (Outcome.RETRY, "provider-refused")
    assert len(fake.sent) == 1


async def test_a_gateway_that_is_away_is_asked_again_when_it_says(
    client: httpx.AsyncClient,
) -> None:
    """Down, then unreachable: never the end of the message."""
    fake = FakeGateway(TOKEN, failing=1)
    with serving(fake) as url:
        gateway = SmsGateway(url, TOKEN, client)

        down, taken = await gateway.carry(SMS), await gateway.carry(SMS)
    gone = await gateway.carry(SMS)

    assert (down.outcome, down.reason, down.retry_after_seconds) == (
        Outcome.RETRY,
        "provider-down",
        1,
    )
    assert taken.outcome is Outcome.DELIVERED
    assert (gone.outcome, gone.reason) == (Outcome.RETRY, "unreachable")


async def test_a_number_out_of_reach_ends_this_way_and_a_wrong_token_does_not(
    client: httpx.AsyncClient,
) -> None:
    """The first is about the person, the second about who runs the server."""
    with serving(FakeGateway(TOKEN, refused=frozenset({NUMBER}))) as url:
        dead = await SmsGateway(url, TOKEN, client).carry(SMS)
        shut_out = await SmsGateway(url, "wrong", client).carry(SMS)

    assert (dead.outcome, dead.reason) == (Outcome.DEAD, "address-refused")
    assert (shut_out.outcome, shut_out.reason) == (Outcome.RETRY, "misconfigured")


async def test_a_gateway_that_sends_elsewhere_is_not_followed() -> None:
    """Number and text would go to whoever it names."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(307, headers={"Location": "https://elsewhere.example.org/"})

    async with open_client(httpx.MockTransport(answer)) as client:
        receipt = await SmsGateway("https://sms.example.org/", TOKEN, client).carry(SMS)

    assert asked == ["sms.example.org"]
    assert receipt.outcome is Outcome.RETRY


async def test_a_reminder_leaves_by_the_same_gateway_as_a_code(client: httpx.AsyncClient) -> None:
    """One way to send: the channel writes the words, the carrier does not know of what."""
    fake = FakeGateway(TOKEN)
    with serving(fake) as url:
        channel = WrittenChannel(
            ChannelName.SMS, SmsGateway(url, TOKEN, client), repeats_safely=True
        )
        message = delivery(Way(to=NUMBER, stop_url=STOP), ChannelName.SMS)

        receipts = [await channel.send(message) for _ in range(2)]

    assert [one.outcome for one in receipts] == [Outcome.DELIVERED] * 2
    (sent,) = fake.sent
    assert sent.text == (
        "Carnet : rendez-vous mardi 24 novembre à 14 h 30. "
        f"Les détails sont dans l'application. Stop : {STOP}"
    )


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("12", 12),
        ("0", 0),
        ("Sat, 21 Nov 2026 09:01:00 GMT", 60),
        ("Sat, 21 Nov 2026 08:00:00 GMT", 0),
        ("999999999999999999999999", 86_400),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: int | None) -> None:
    """Whatever a provider writes there; a day at most."""
    assert retry_after(value, datetime(2026, 11, 21, 9, tzinfo=UTC)) == seconds
