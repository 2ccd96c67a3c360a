"""E-mail over real SMTP, to a server of this machine: in TLS, with a way to say no more."""

import asyncio
import email
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from notifications.channels.email import MailServer
from notifications.channels.parcel import Parcel
from notifications.channels.ways import Way
from notifications.channels.written import WrittenChannel
from notifications.ports import ChannelName, Outcome, Receipt
from notifications.texts.lint import health_words
from tests.unit.notifications.rings import STOP, delivery

SENDER = "carnet@example.org"
MAIL = Parcel(
    message_id=UUID(int=7),
    to="lea@example.org",
    kind="code-login",
    language="fr",
    subject="Votre code Carnet à usage unique",
    text="Votre code Carnet : 123456. Ne le donnez à personne.",
)
USER, PASSWORD = "carnet", "p@ss/word"


class Postman:
    """What the server does with what it gets."""

    def __init__(self, answer_to_address: str = "250 ok") -> None:
        self.letters: list[tuple[str, EmailMessage]] = []
        self._answer = answer_to_address

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self._answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.letters.append((envelope.rcpt_tos[0], message))
        return "250 taken"


class Trust:
    """A certificate for this machine, and who believes in it."""

    def __init__(self, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
        names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        now = datetime.now(UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(key, SHA256())
        )
        path = folder / "server.pem"
        path.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + built.public_bytes(Encoding.PEM)
        )
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(path)
        self.client = ssl.create_default_context(cadata=built.public_bytes(Encoding.PEM).decode())


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    """Make one certificate for the tests of this file."""
    return Trust(tmp_path_factory.mktemp("trust"))


@asynccontextmanager
async def post_office(
    postman: Postman, *, ssl_context: ssl.SSLContext | None = None, **options: Any
) -> AsyncIterator[int]:
    """Run a mail server on a free port of this machine."""
    loop = asyncio.get_running_loop()
    talking: list[SMTP] = []

    def welcome() -> SMTP:
        talking.append(SMTP(postman, hostname="localhost", loop=loop, **options))
        return talking[-1]

    server = await loop.create_server(welcome, "127.0.0.1", 0, ssl=ssl_context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        for one in talking:
            if getattr(one, "_writer", None) is not None:
                one._writer.close()  # Else it is closed when the loop is gone.
        await asyncio.sleep(0)


def with_login(seen: list[object]) -> dict[str, Any]:
    """Ask for a name and a password."""

    def check(
        server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        seen.append((data.login, data.password))
        is_right = (data.login, data.password) == (b"carnet", b"p@ss/word")
        return AuthResult(success=is_right, handled=is_right)

    return {"auth_required": True, "authenticator": check}


async def test_an_e_mail_arrives_with_its_words_and_who_it_is_from(trust: Trust) -> None:
    """After STARTTLS and a sign-in with a password that a URL has to write otherwise."""
    postman, seen = Postman(), list[object]()
    async with post_office(
        postman, tls_context=trust.server, require_starttls=True, **with_login(seen)
    ) as port:
        server = MailServer(
            f"smtp://{USER}:p%40ss%2Fword@127.0.0.1:{port}", SENDER, tls_context=trust.client
        )

        receipt = await server.carry(MAIL)

    assert receipt.outcome is Outcome.DELIVERED
    assert seen == [(b"carnet", b"p@ss/word")]
    ((to, letter),) = postman.letters
    assert to == letter["To"] == "lea@example.org"
    assert letter["From"] == SENDER
    assert letter["Subject"] == MAIL.subject
    assert letter["Message-ID"] == f"<{MAIL.message_id}@example.org>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().strip() == MAIL.text
    # A code cannot be turned off.
    assert letter["List-Unsubscribe"] is None


async def test_an_e_mail_goes_in_tls_from_the_first_byte_where_the_url_says_so(
    trust: Trust,
) -> None:
    """`smtps`."""
    postman = Postman()
    async with post_office(postman, ssl_context=trust.server) as port:
        server = MailServer(f"smtps://127.0.0.1:{port}", SENDER, tls_context=trust.client)

        receipt = await server.carry(MAIL)

    assert receipt.outcome is Outcome.DELIVERED
    assert len(postman.letters) == 1


async def test_an_e_mail_never_leaves_in_clear() -> None:
    """A server without TLS gets neither address nor text."""
    async with plain_server() as (port, heard):
        receipt = await MailServer(f"smtp://127.0.0.1:{port}", SENDER).carry(MAIL)

    assert receipt.outcome is Outcome.RETRY
    assert not any(word in line for line in heard for word in (b"MAIL", b"RCPT", b"lea"))


async def test_a_server_that_nobody_vouches_for_gets_nothing(trust: Trust) -> None:
    """Whoever stands in between has a certificate, too: of their own making."""
    postman = Postman()
    async with post_office(postman, ssl_context=trust.server) as port:
        receipt = await MailServer(f"smtps://127.0.0.1:{port}", SENDER).carry(MAIL)

    assert receipt == Receipt(outcome=Outcome.RETRY, reason="unreachable")
    assert postman.letters == []


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        ("550 5.1.1 no such mailbox", Outcome.DEAD, "address-refused"),
        ("550 unknown user", Outcome.DEAD, "address-refused"),
        ("550 5.7.1 relaying denied", Outcome.RETRY, "provider-refused"),
        ("450 4.2.1 mailbox busy", Outcome.RETRY, "provider-refused"),
        ("552 5.2.2 mailbox full", Outcome.RETRY, "provider-refused"),
    ],
)
async def test_an_address_that_is_gone_is_told_from_a_server_that_says_no(
    trust: Trust, answer: str, outcome: Outcome, reason: str
) -> None:
    """The first ends this way; the second is asked again."""
    async with post_office(
        Postman(answer), tls_context=trust.server, require_starttls=True
    ) as port:
        server = MailServer(f"smtp://127.0.0.1:{port}", SENDER, tls_context=trust.client)

        receipt = await server.carry(MAIL)

    assert (receipt.outcome, receipt.reason) == (outcome, reason)


async def test_a_wrong_password_is_the_operators_and_a_server_away_is_nobodys(
    trust: Trust,
) -> None:
    """Both are tried again: people's addresses are not to blame."""
    async with post_office(
        Postman(), tls_context=trust.server, require_starttls=True, **with_login([])
    ) as port:
        server = MailServer(f"smtp://x:y@127.0.0.1:{port}", SENDER, tls_context=trust.client)
        shut_out = await server.carry(MAIL)
    away = await server.carry(MAIL)

    assert shut_out == Receipt(outcome=Outcome.RETRY, reason="misconfigured")
    assert away == Receipt(outcome=Outcome.RETRY, reason="unreachable")


@pytest.mark.parametrize(
    "to",
    [
        "=?utf-8?q?=0A?=@example.com",
        "lea@example.org\r\nBcc: all@example.org",
        "lea@example.org, all@example.org",
        "Lea <lea@example.org>",
        "group: lea@example.org;",
        "lea@",
        '"',
        "",
    ],
)
async def test_an_address_that_cannot_be_written_is_dead(to: str) -> None:
    """Nobody is asked, and no header is added."""
    receipt = await MailServer("smtp://127.0.0.1:1", SENDER).carry(
        msgspec.structs.replace(MAIL, to=to)
    )

    assert receipt == Receipt(outcome=Outcome.DEAD, reason="address-refused")


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_reminder_says_where_to_say_no_more(trust: Trust, language: str) -> None:
    """For a person in words, and for their mail program in one click; it names no health matter."""
    postman = Postman()
    async with post_office(postman, tls_context=trust.server, require_starttls=True) as port:
        server = MailServer(f"smtp://127.0.0.1:{port}", SENDER, tls_context=trust.client)
        channel = WrittenChannel(ChannelName.EMAIL, server, repeats_safely=False)
        way = Way(to="lea@example.org", stop_url=STOP)

        receipt = await channel.send(delivery(way, ChannelName.EMAIL, language=language))

    ((_, letter),) = postman.letters
    whole = letter.as_string()
    assert receipt.outcome is Outcome.DELIVERED
    assert letter["List-Unsubscribe"] == f"<{STOP}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Content-Language"] == language
    assert STOP in letter.get_content()
    assert health_words(f"{letter['Subject']} {letter.get_content()}") == []
    assert "vaccine" not in whole


@asynccontextmanager
async def plain_server() -> AsyncIterator[tuple[int, list[bytes]]]:
    """Run a mail server that offers no encryption; yield its port, and what it heard."""
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            heard.append(line)
            verb = line[:4].upper()
            writer.write(b"502 no\r\n" if verb == b"STAR" else b"250 ok\r\n")
            if verb == b"QUIT":
                break
        writer.close()
        await writer.wait_closed()
        over.set()

    over = asyncio.Event()
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
        await over.wait()
    finally:
        server.close()
        await server.wait_closed()
