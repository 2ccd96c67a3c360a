"""Putting planner and dispatcher together, for one process."""

import logging
import random
from uuid import UUID

from backend.kernel.db import StorageUnavailable
from backend.kernel.metrics import Metrics
from backend.kernel.work import Office
from backend.preferences.opening import Told
from backend.reminders.desk import AccountDevices, ReminderCounts, SpaceBooks
from backend.reminders.planner import Nudges, Planner
from backend.reminders.service import Planning
from notifications.dispatch import JOBS_AT_ONCE, Dispatcher

log = logging.getLogger("carnet")

# In one tick, each as many as are claimed at once.
ROUNDS_MAX = 20


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


def open_reminders(
    office: Office, planning: Planning, told: Told, nudges: Nudges, metrics: Metrics
) -> Clockwork:
    """Make the clockwork of one process."""
    dispatcher = Dispatcher(
        SpaceBooks(office, planning.host),
        told.directory,
        AccountDevices(office),
        told.channels,
        ReminderCounts(metrics),
        owner=UUID(int=random.SystemRandom().getrandbits(128)),
        customs=planning.customs,
        clock=office.clock,
        chance=random.SystemRandom().random,
    )
    return Clockwork(Planner(office, planning, nudges, metrics), dispatcher)
