"""Planning what is due: at once after a change here, and by a tick for all else."""

import asyncio
import logging
from datetime import timedelta
from uuid import UUID

from backend.kernel.db import StorageUnavailable
from backend.kernel.metrics import Metrics
from backend.kernel.supervision import Up
from backend.kernel.work import Office, Work
from backend.reminders.service import Planned, Planning, plan_space
from notifications.storage.sql import SqlJobStore, plans_due

log = logging.getLogger("carnet")

SPACES_AT_ONCE = 500
# Several changes in a row are planned once.
PAUSE_SECONDS = 0.05
WAITING_MAX = 10_000
# When a space that could not be planned is tried again.
AGAIN = timedelta(hours=1)


class Nudges:
    """Spaces of which this process has changed a fact."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, None] = {}
        self._news = asyncio.Event()

    def add(self, space_id: UUID) -> None:
        """Say that the plan of a space is due. What is too much is left to the tick."""
        if len(self._waiting) < WAITING_MAX:
            self._waiting[space_id] = None
            self._news.set()

    async def take(self) -> list[UUID]:
        """Return every space that waits, once there is one."""
        await self._news.wait()
        await asyncio.sleep(PAUSE_SECONDS)
        self._news.clear()
        waiting, self._waiting = self._waiting, {}
        return [*waiting]


class Planner:
    """Keeps the plans of one process's changes up to date, and takes what others left."""

    def __init__(
        self, office: Office, planning: Planning, nudges: Nudges, metrics: Metrics
    ) -> None:
        self._office = office
        self._planning = planning
        self._nudges = nudges
        self._metrics = metrics

    async def run(self, up: Up) -> None:
        """Plan what is nudged, without an end."""
        up()
        while True:
            for space_id in await self._nudges.take():
                await self._plan(space_id)

    async def run_due(self) -> None:
        """Plan every space that is due. Safe in any number of processes."""
        try:
            while True:
                due = await self._office.read(
                    lambda work: plans_due(work.db, work.now, SPACES_AT_ONCE)
                )
                done = [await self._plan(space_id) for space_id in due]
                if len(due) < SPACES_AT_ONCE or not any(done):
                    return
        except StorageUnavailable:
            log.warning("planning postponed")

    async def _plan(self, space_id: UUID) -> bool:
        """Plan one space; False when that was not to be done, or failed."""
        try:
            if not await self._office.look(lambda work: _is_due(work, space_id)):
                return False
            planned = await self._office.write(
                lambda work: plan_space(work, self._planning, space_id)
            )
        except StorageUnavailable:
            log.warning("planning postponed", extra={"space_id": str(space_id)})
            return False
        except Exception:  # The edge of a clockwork: other spaces wait behind this one.
            log.exception("space not planned", extra={"space_id": str(space_id)})
            await self._put_off(space_id)
            return False
        self._count(planned)
        return planned is not None

    async def _put_off(self, space_id: UUID) -> None:
        """Try again later, so that those behind it have their turn."""

        async def use_case(work: Work) -> None:
            await SqlJobStore(work.db, space_id).put_off(work.now + AGAIN)

        try:
            await self._office.write(use_case)
        except StorageUnavailable:
            log.warning("planning postponed", extra={"space_id": str(space_id)})

    def _count(self, planned: Planned | None) -> None:
        if planned is not None:
            self._metrics.count_planned(planned.written, planned.problems)


async def _is_due(work: Work, space_id: UUID) -> bool:
    plan = await SqlJobStore(work.db, space_id).plan()
    return plan is not None and plan.due_at is not None and plan.due_at <= work.now
