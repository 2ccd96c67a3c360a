"""Where messages go once they are durable: to their carriers, in the background.

No text and no address is ever logged. Handing over never waits for a carrier that
reaches people: how long one takes would tell whether anything was sent.
"""

import asyncio
import contextlib
import logging
from typing import Protocol

from backend.kernel.carriers import Carriers, write_line
from backend.kernel.supervision import Supervisor, Up
from backend.kernel.work import Message, Outbox
from backend.settings import OUTBOX_FILE, Settings
from notifications.channels.parcel import Parcel
from notifications.ports import Outcome, Receipt

log = logging.getLogger("carnet")

WAITING_MAX = 2000
SENDERS = 4
CLOSING_SECONDS = 10.0
TRIES_MAX = 3
RETRY_SECONDS = 2.0
RETRY_AFTER_SECONDS_MAX = 30
"""A code is good for minutes: a gateway that asks for more time gets it for reminders only."""


class ClosableOutbox(Outbox, Protocol):
    """An outbox that must finish before the process ends."""

    async def close(self) -> None:
        """Send what was handed over, then stop."""


class FileOutbox:
    """One line of JSON for each message: for development."""

    leaves = False

    def __init__(self, settings: Settings) -> None:
        self._path = settings.data_folder / OUTBOX_FILE

    async def send(self, messages: list[Message]) -> None:
        for message in messages:
            write_line(self._path, message.channel, _parcel(message), message.created_at)

    async def close(self) -> None:
        """Do nothing: each line is written when it comes."""


class GatewayOutbox:
    """Gives each message to the carrier of its channel, a few times in the background.

    Letters are no business of theirs: they wait in the database for the printer.
    """

    leaves = True

    def __init__(self, carriers: Carriers, supervisor: Supervisor) -> None:
        """Start the senders: in a running loop."""
        self._carriers = carriers.by_channel
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
            async with asyncio.timeout(CLOSING_SECONDS):
                await self._queue.join()

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
        carrier = self._carriers.get(message.channel)
        known = {"message_id": str(message.message_id)}
        for tries in range(1, TRIES_MAX + 1):
            if carrier is None:
                break
            receipt = await carrier.carry(_parcel(message))
            if receipt.outcome is Outcome.DELIVERED:
                return
            log.warning("message not taken", extra={**known, "failure": receipt.reason})
            if receipt.outcome is Outcome.DEAD:
                break
            await asyncio.sleep(_pause(receipt, tries))
        log.error("message not sent", extra=known)


def open_outbox(settings: Settings, carriers: Carriers, supervisor: Supervisor) -> ClosableOutbox:
    """Open the outbox over these carriers."""
    return GatewayOutbox(carriers, supervisor) if carriers.leave else FileOutbox(settings)


def _pause(receipt: Receipt, tries: int) -> float:
    asked = min(receipt.retry_after_seconds or 0, RETRY_AFTER_SECONDS_MAX)
    return max(RETRY_SECONDS * tries, asked)


def _parcel(message: Message) -> Parcel:
    return Parcel(
        message_id=message.message_id,
        to=message.to,
        kind=message.kind,
        language=message.language,
        subject=message.subject,
        text=message.text,
    )
