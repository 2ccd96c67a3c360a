"""A process that plans and sends, and nothing else; to be killed at any instant.

Usage: python -m tests.integration.reminders.scheduler DATABASE_URL FOLDER
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec

from backend.access.guard import AccessGuard
from backend.access.matrices.in_force import MatrixInForce
from backend.kernel.db import open_database
from backend.kernel.keys import Keys
from backend.kernel.metrics import Metrics
from backend.kernel.sealing import FileKeys
from backend.kernel.work import Message, Office
from backend.opening import make_host
from backend.preferences.opening import Told
from backend.reminders.facts import Reads
from backend.reminders.guard import PlanningGuard
from backend.reminders.opening import Clockwork, open_reminders
from backend.reminders.planner import Nudges
from backend.reminders.service import Planning
from backend.settings import Settings
from notifications import dispatch
from notifications.core.customs import Customs
from notifications.customs import customs
from notifications.ports import ChannelName, Delivery, Notice, Outcome, Receipt, Route, Routing
from sync.ports import Host

LEASE_SECONDS = 6.0
PAUSE_SECONDS = 0.2
PROVIDER = "provider.log"


class NoMessages:
    """An outbox that is not used."""

    leaves = True

    async def send(self, messages: list[Message]) -> None:
        raise AssertionError("Reminders leave by their channel.")


class LoggedProvider:
    """Writes down each message that it is handed, with its key, and survives whoever asks."""

    name = ChannelName.SMS
    repeats_safely = True

    def __init__(self, folder: Path) -> None:
        self._path = folder / PROVIDER

    async def send(self, delivery: Delivery) -> Receipt:
        notice = delivery.notice
        line = f"{delivery.delivery_id} {notice.reminder_id} {notice.lead_minutes} {time.time()}\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
        return Receipt(outcome=Outcome.DELIVERED)


class BySms:
    """Everybody is told by SMS, at once."""

    async def routing(self, notice: Notice, now: datetime) -> Routing:
        return Routing(routes=(Route(channel=ChannelName.SMS, address="x"),))

    async def drop(self, party_id: UUID, route: Route) -> None:
        raise AssertionError("Nothing is dead here.")

    async def heard(self, party_id: UUID) -> Mapping[UUID, datetime]:
        return {}


class Standing:
    """An office, its host, and its clockwork."""

    def __init__(self, office: Office, host: Host, clockwork: Clockwork) -> None:
        self.office = office
        self.host = host
        self.clockwork = clockwork


def _unbounded() -> Customs:
    """Let everybody be told as often as it takes: hundreds of times within a minute."""
    found = customs()
    settings = msgspec.structs.replace(found.settings, most_a_day={})
    return msgspec.structs.replace(found, settings=settings)


@asynccontextmanager
async def standing_on(url: str, folder: Path) -> AsyncIterator[Standing]:
    """Open an office on a migrated database."""
    database = await open_database(url, folder, address="scheduler")
    try:
        keys = Keys(FileKeys.open(Settings(data_folder=folder).keys_path))
        matrix = MatrixInForce()
        reads = Reads(time_zone="Europe/Paris")
        nudges = Nudges()
        guard = PlanningGuard(AccessGuard(matrix), reads, nudges.add)
        office = Office(database, keys, NoMessages(), guard)
        host = make_host(keys.provider.checkpoint_key, matrix)
        clockwork = open_reminders(
            office,
            Planning(host=host, reads=reads, customs=_unbounded()),
            Told(directory=BySms(), channels=(LoggedProvider(folder),)),
            nudges,
            Metrics(),
        )
        yield Standing(office, host, clockwork)
    finally:
        await database.close()


async def work(url: str, folder: Path) -> None:
    """Tick until somebody kills this."""
    dispatch.LEASE_SECONDS = LEASE_SECONDS
    async with standing_on(url, folder) as standing:
        while True:
            await standing.clockwork.planner.run_due()
            await standing.clockwork.send_due()
            await asyncio.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2])))
