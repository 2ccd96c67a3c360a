"""Where messages go: a file in development, gateways in production.

No text and no address is ever logged. Handing over never waits for a gateway:
how long one takes would tell whether anything was sent.
"""

import asyncio
import contextlib
import logging
import os
import smtplib
import ssl
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

import msgspec

from backend.kernel.supervision import Supervisor, Up
from backend.kernel.work import Message, Outbox
from backend.settings import OUTBOX_FILE, Settings

if TYPE_CHECKING:
    import httpx  # Loaded below only where messages leave: it takes a tenth of a start.

log = logging.getLogger("carnet")

WAITING_MAX = 2000
SENDERS = 4
TIMEOUT_SECONDS = 10.0
TRIES_MAX = 3
RETRY_SECONDS = 2.0
_SUBMISSION_PORT = 587


class Line(msgspec.Struct, frozen=True):
    """One message as the development outbox writes it."""

    channel: str
    to: str
    kind: str
    language: str
    subject: str
    text: str
    created_at: str


class ClosableOutbox(Outbox, Protocol):
    """An outbox that must finish before the process ends."""

    async def close(self) -> None:
        """Send what was handed over, then stop."""


class FileOutbox:
    """One line of JSON for each message: for development."""

    leaves = False

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, messages: list[Message]) -> None:
        lines = b"".join(msgspec.json.encode(_line(one)) + b"\n" for one in messages)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # One call, so that lines of several processes do not mix.
            os.write(descriptor, lines)
        finally:
            os.close(descriptor)

    async def close(self) -> None:
        """Do nothing: each line is written when it comes."""


class GatewayOutbox:
    """SMS by an HTTPS gateway, e-mail by SMTP, each tried a few times in the background.

    Letters are no business of theirs: they wait in the database for the printer.
    """

    leaves = True

    def __init__(
        self,
        settings: Settings,
        supervisor: Supervisor,
        *,
        transport: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        """Start the senders: in a running loop."""
        import httpx

        self._settings = settings
        self._http = httpx.AsyncClient(
            timeout=TIMEOUT_SECONDS, follow_redirects=False, transport=transport
        )
        self._queue: asyncio.Queue[Message] = asyncio.Queue(WAITING_MAX)
        for number in range(SENDERS):
            supervisor.keep(f"outbox {number}", self._keep_sending)

    async def send(self, messages: list[Message]) -> None:
        for message in messages:
            if self._queue.full():
                log.error("message dropped", extra={"message_id": str(message.message_id)})
            else:
                self._queue.put_nowait(message)

    async def close(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._queue.join()
        await self._http.aclose()

    async def _keep_sending(self, up: Up) -> None:
        up()
        while True:
            message = await self._queue.get()
            delivery = asyncio.ensure_future(self._deliver(message))
            try:
                await asyncio.wait({delivery})
            finally:
                delivery.cancel()
                self._queue.task_done()
            # A bug costs one message: it must not silence those behind it.
            failure = delivery.exception()
            if failure is not None:
                log.error(
                    "message not sent",
                    exc_info=failure,
                    extra={"message_id": str(message.message_id)},
                )

    async def _deliver(self, message: Message) -> None:
        """Try a few times; the idempotency key keeps a gateway from sending twice."""
        import httpx

        for tries in range(1, TRIES_MAX + 1):
            try:
                await self._ways()[message.channel](message)
            except (httpx.HTTPError, smtplib.SMTPException, OSError) as error:
                failure = type(error).__name__
                log.warning(
                    "message not taken",
                    extra={"message_id": str(message.message_id), "failure": failure},
                )
                await asyncio.sleep(RETRY_SECONDS * tries)
            except (LookupError, ValueError):
                break  # No such channel, or an address that cannot be written in a header.
            else:
                return
        log.error("message not sent", extra={"message_id": str(message.message_id)})

    def _ways(self) -> dict[str, Callable[[Message], Awaitable[None]]]:
        ways: dict[str, Callable[[Message], Awaitable[None]]] = {}
        if self._settings.sms_url:
            ways["sms"] = self._send_sms
        if self._settings.smtp_url:
            ways["email"] = self._send_email
        return ways

    async def _send_sms(self, message: Message) -> None:
        answer = await self._http.post(
            self._settings.sms_url,
            json={"to": message.to, "text": message.text},
            headers={
                "Authorization": f"Bearer {self._settings.sms_token}",
                "Idempotency-Key": str(message.message_id),
            },
        )
        answer.raise_for_status()

    async def _send_email(self, message: Message) -> None:
        await asyncio.to_thread(send_by_smtp, self._settings, message)


def send_by_smtp(settings: Settings, message: Message) -> None:
    """Hand one e-mail to the server of `smtp_url`, over TLS only."""
    server = urlsplit(settings.smtp_url)
    email = EmailMessage(policy=SMTP)
    email["From"] = settings.mail_from
    email["To"] = message.to
    email["Subject"] = message.subject
    email["Message-ID"] = f"<{message.message_id}@{settings.mail_from.rpartition('@')[2]}>"
    email["Auto-Submitted"] = "auto-generated"
    email["Content-Language"] = message.language
    email.set_content(message.text)
    host, tls = server.hostname or "localhost", ssl.create_default_context()
    with _connected(server.scheme, host, server.port, tls) as connection:
        if server.username is not None:
            connection.login(unquote(server.username), unquote(server.password or ""))
        connection.send_message(email)


def _connected(scheme: str, host: str, port: int | None, tls: ssl.SSLContext) -> smtplib.SMTP:
    """Connect over TLS from the first byte (`smtps`), or turn it on before anything is said."""
    if scheme == "smtps":
        port = port or smtplib.SMTP_SSL_PORT
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=tls)
    connection = smtplib.SMTP(host, port or _SUBMISSION_PORT, timeout=TIMEOUT_SECONDS)
    try:
        connection.starttls(context=tls)
    except BaseException:
        connection.close()
        raise
    return connection


def open_outbox(settings: Settings, supervisor: Supervisor) -> ClosableOutbox:
    """Open the outbox that the settings choose."""
    if settings.message_channel == "gateway":
        return GatewayOutbox(settings, supervisor)
    return FileOutbox(settings.data_folder / OUTBOX_FILE)


def _line(message: Message) -> Line:
    return Line(
        channel=message.channel,
        to=message.to,
        kind=message.kind,
        language=message.language,
        subject=message.subject,
        text=message.text,
        created_at=message.created_at.isoformat(),
    )
