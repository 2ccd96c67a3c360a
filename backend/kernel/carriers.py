"""By whom messages leave: a file in development, gateways in production.

Codes, notices, letters and reminders all go by these. No text and no address is
ever logged.

Source: docs/decisions/0032-one-way-to-send.md.
"""

import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from backend.settings import OUTBOX_FILE, Settings
from notifications.channels.parcel import Carrier, Parcel
from notifications.ports import ChannelName, Outcome, Receipt

if TYPE_CHECKING:
    import httpx  # Loaded below only where messages leave: it takes a tenth of a start.

_WRITTEN = Receipt(outcome=Outcome.DELIVERED)


class Line(msgspec.Struct, frozen=True):
    """One message as the development outbox writes it."""

    channel: str
    to: str
    kind: str
    language: str
    subject: str
    text: str
    created_at: str


class FileCarrier:
    """One line of JSON for each message: for development."""

    def __init__(self, path: Path, channel: str) -> None:
        self._path = path
        self._channel = channel

    async def carry(self, parcel: Parcel) -> Receipt:
        write_line(self._path, self._channel, parcel, datetime.now(UTC))
        return _WRITTEN


def write_line(path: Path, channel: str, parcel: Parcel, at: datetime) -> None:
    """Add a message to the file of a development server, which only its owner may read."""
    line = Line(
        channel=channel,
        to=parcel.to,
        kind=parcel.kind,
        language=parcel.language,
        subject=parcel.subject,
        text=parcel.text,
        created_at=at.isoformat(),
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # One call, so that lines of several processes do not mix.
        os.write(descriptor, msgspec.json.encode(line) + b"\n")
    finally:
        os.close(descriptor)


class Carriers(msgspec.Struct, frozen=True, kw_only=True):
    """The carriers of a server, by the name of their channel.

    `leave` says whether messages reach people, and cost something. `client` is
    the one by which push services are asked; None where nothing leaves.
    """

    by_channel: Mapping[str, Carrier]
    leave: bool
    close: Callable[[], Awaitable[None]]
    client: "httpx.AsyncClient | None" = None


def open_carriers(
    settings: Settings, *, transport: "httpx.AsyncBaseTransport | None" = None
) -> Carriers:
    """Open the carriers that the settings choose.

    Letters are no gateway's business: they wait in the database for the printer.
    """
    if settings.message_channel != "gateway":
        path = settings.data_folder / OUTBOX_FILE
        names = [one.value for one in ChannelName]
        files = {name: FileCarrier(path, name) for name in names}
        return Carriers(by_channel=files, leave=False, close=_nothing)
    from notifications.channels.answers import open_client
    from notifications.channels.email import MailServer
    from notifications.channels.sms import SmsGateway

    client = open_client(transport)
    carriers: dict[str, Carrier] = {}
    if settings.sms_url:
        carriers["sms"] = SmsGateway(settings.sms_url, settings.sms_token, client)
    if settings.smtp_url:
        carriers["email"] = MailServer(settings.smtp_url, settings.mail_from)
    return Carriers(by_channel=carriers, leave=True, close=client.aclose, client=client)


async def _nothing() -> None:
    """Close nothing: each line is written when it comes."""
