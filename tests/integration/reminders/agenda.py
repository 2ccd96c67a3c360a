"""A house in which people are reminded, and short ways to see of what."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import time_machine

from backend.reminders.opening import Clockwork
from backend.settings import Settings
from notifications.storage.port import Booked, Job
from notifications.storage.sql import SqlJobStore, plans_due
from tests.integration.access.house import House
from tests.journeys import Counter, Json, Phone, client_of, put, serving, state_inside

PARIS = "Europe/Paris"


class Agenda(House):
    """A house, its planner and its dispatcher."""

    clockwork: Clockwork

    async def tick(self) -> None:
        """Let both ticks pass, at this instant."""
        await self.clockwork.planner.run_due()
        await self.clockwork.send_due()

    def stop(self) -> None:
        """Let this process plan and send nothing by itself; `tick_alone` does."""
        self._plan = self.clockwork.planner._plan
        self._send = self.clockwork.dispatcher.run_due
        self.clockwork.planner._plan = _not_now
        self.clockwork.dispatcher.run_due = _nothing

    async def tick_alone(self) -> None:
        """Plan and send what is due, where nobody else does."""
        for space_id in await self.office.read(lambda work: plans_due(work.db, work.now, 100)):
            await self._plan(space_id)
        while await self._send():
            pass

    async def plan_again(self, space_id: str) -> None:
        """Say that a plan is due, and plan."""
        await self.office.write(lambda work: SqlJobStore(work.db, UUID(space_id)).mark(work.now))
        await self.clockwork.planner.run_due()

    async def quiet(self, space_id: str) -> None:
        """Wait until the process has planned what it was nudged for: no tick is needed."""
        for _ in range(200):
            plan = await self.office.read(lambda work: SqlJobStore(work.db, UUID(space_id)).plan())
            if plan is not None and plan.marked_at is None:
                return
            await asyncio.sleep(0.05)
        raise AssertionError("It was not planned at once.")

    def at(self, instant: datetime) -> time_machine.travel:
        """Be at another instant for a while."""
        return time_machine.travel(instant, tick=True)

    async def jobs(self, space_id: str) -> list[Job]:
        """Return the jobs of a space, the first ring first."""
        found = await self.office.read(lambda work: SqlJobStore(work.db, UUID(space_id)).jobs())
        return sorted(found, key=lambda job: (job.ring_at, job.party_id))

    async def deliveries(self, space_id: str) -> list[Booked]:
        """Return what was booked of a space."""
        jobs = [job.job_id for job in await self.jobs(space_id)]
        return await self.office.read(
            lambda work: SqlJobStore(work.db, UUID(space_id)).deliveries(jobs)
        )

    def told(self) -> list[Json]:
        """Return the reminders that left, oldest first."""
        return [one for one in self.counter.messages() if one["kind"] == "reminder"]


async def _not_now(_: UUID) -> bool:
    return False


async def _nothing() -> int:
    return 0


@asynccontextmanager
async def agenda_on(settings: Settings) -> AsyncIterator[Agenda]:
    """Open a house in which people are reminded."""
    async with serving(settings) as app, client_of(app) as client:
        state = state_inside(app)
        agenda = Agenda(client, state, Counter(client, settings.data_folder))
        agenda.clockwork = state.reminders
        yield agenda


def zone_by_day() -> str:
    """Return a zone in which it is about noon: nobody is told anything at night."""
    east = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-east:+d}" if east else "Etc/GMT"


def soon(**span: float) -> datetime:
    """Return an instant some days from now."""
    # Early in the afternoon in Paris: no ring of it falls into quiet hours.
    return (datetime.now(UTC) + timedelta(**span)).replace(
        hour=13, minute=0, second=0, microsecond=0
    )


def appointment(space_id: str, starts_at: datetime, **given: Any) -> Json:
    """Make an op that books something."""
    fields = {
        "title": "Kinésithérapeute",
        "status": "booked",
        "starts_at": starts_at.isoformat(),
        "time_zone": PARIS,
        **given,
    }
    return put(space_id, "appointments", fields)


def rule(space_id: str, starts_at: datetime, **given: Any) -> Json:
    """Make an op that asks for a reminder."""
    fields = {
        "title": "Comprimé du matin",
        "starts_at": starts_at.isoformat(),
        "time_zone": PARIS,
        **given,
    }
    return put(space_id, "reminder_rules", fields)


async def reminders(phone: Phone, space_id: str) -> dict[str, Json]:
    """Return the reminders that a phone has of a space, by record."""
    return (await phone.whole(space_id)).bodies("reminders")


async def answer(phone: Phone, space_id: str, record_id: str, **fields: Any) -> Json:
    """Say something about a reminder, as it stands."""
    replica = await phone.whole(space_id)
    change = replica.records[record_id]
    op = put(
        space_id,
        "reminders",
        fields,
        record_id=record_id,
        base=change["seq"],
        was={name: change["body"].get(name) for name in fields},
    )
    (outcome,) = await phone.push(op)
    return outcome
