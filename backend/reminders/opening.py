"""Putting planner and dispatcher together, for one process."""

import logging
import random
from uuid import UUID

import msgspec

from backend.kernel.db import StorageUnavailable
from backend.kernel.metrics import Metrics
from backend.kernel.work import Office, Outbox
from backend.reminders.contacts import ContactDirectory, OutboxChannel
from backend.reminders.desk import AccountDevices, ReminderCounts, SpaceBooks
from backend.reminders.planner import Nudges, Planner
from backend.reminders.service import Planning
from notifications.dispatch import JOBS_AT_ONCE, Dispatcher
from notifications.ports import Channel, ChannelName, Directory

log = logging.getLogger("carnet")

# In one tick, each as many as are claimed at once.
ROUNDS_MAX = 20


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """How people are told: where they prefer it, and by what it goes."""

    directory: Directory
    channels: tuple[Channel, ...]


class Clockwork:
    """What the two ticks of one process do."""

    def __init__(self, planner: Planner, dispatcher: Dispatcher) -> None:
        self.planner = planner
        self.dispatcher = dispatcher

    async def send_due(self) -> None:
        """Send what is due. Safe in any number of processes."""
        try:
            for _ in range(ROUNDS_MAX):
                if await self.dispatcher.run_due() < JOBS_AT_ONCE:
                    return
        except StorageUnavailable:
            log.warning("sending postponed")


def by_contacts(office: Office, outbox: Outbox) -> Ways:
    """Tell people at the contacts of their account, by the outbox."""
    names = (ChannelName.SMS, ChannelName.EMAIL)
    return Ways(
        directory=ContactDirectory(office),
        channels=tuple(OutboxChannel(name, outbox, office) for name in names),
    )


def open_reminders(
    office: Office, planning: Planning, ways: Ways, nudges: Nudges, metrics: Metrics
) -> Clockwork:
    """Make the clockwork of one process."""
    dispatcher = Dispatcher(
        SpaceBooks(office, planning.host),
        ways.directory,
        AccountDevices(office),
        ways.channels,
        ReminderCounts(metrics),
        owner=UUID(int=random.SystemRandom().getrandbits(128)),
        customs=planning.customs,
        clock=office.clock,
        chance=random.SystemRandom().random,
    )
    return Clockwork(Planner(office, planning, nudges, metrics), dispatcher)
