"""The storage of jobs in memory: for tests and simulations of dispatch."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from notifications.storage.port import DELIVERED, LEASED, SENDING, Booked, Due, Job, Plan


class MemoryJobStore:
    """The plan, the jobs and the deliveries of one space. Every call is a transaction."""

    def __init__(self, space_id: UUID) -> None:
        self.space_id = space_id
        self._plan: Plan | None = None
        self._jobs: dict[UUID, Job] = {}
        self._deliveries: dict[UUID, Booked] = {}

    async def mark(self, now: datetime) -> None:
        marked = self._plan.marked_at if self._plan is not None else None
        self._plan = Plan(due_at=now, marked_at=marked or now)

    async def plan(self) -> Plan | None:
        return self._plan

    async def planned(self, due_at: datetime | None) -> None:
        self._plan = Plan(due_at=due_at, marked_at=None)

    async def put_off(self, until: datetime) -> None:
        if self._plan is not None:
            self._plan = msgspec.structs.replace(self._plan, due_at=until)

    async def jobs(self) -> list[Job]:
        return list(self._jobs.values())

    async def put_jobs(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            stands = self._jobs.get(job.job_id)
            if stands is None or stands.state != LEASED:
                self._jobs[job.job_id] = job

    async def drop_jobs(self, reminder_ids: Collection[UUID]) -> None:
        gone = frozenset(reminder_ids)
        self._jobs = {i: job for i, job in self._jobs.items() if job.reminder_id not in gone}
        self._deliveries = {
            i: one for i, one in self._deliveries.items() if one.reminder_id not in gone
        }

    async def claim(
        self, job_ids: Collection[UUID], owner: UUID, now: datetime, until: datetime
    ) -> list[Job]:
        found = []
        for job_id in job_ids:
            job = self._jobs.get(job_id)
            if job is not None and job.due_at is not None and job.due_at <= now:
                job = msgspec.structs.replace(job, state=LEASED, lease_owner=owner, due_at=until)
                self._jobs[job_id] = job
                found.append(job)
        return sorted(found, key=lambda job: (job.ring_at, job.job_id))

    async def close(self, job: Job) -> bool:
        stands = self._jobs.get(job.job_id)
        if stands is None or stands.lease_owner != job.lease_owner:
            return False
        self._jobs[job.job_id] = msgspec.structs.replace(job, lease_owner=None)
        return True

    async def deliveries(self, job_ids: Collection[UUID]) -> list[Booked]:
        return [one for one in self._deliveries.values() if one.job_id in job_ids]

    async def booked_since(self, instant: datetime) -> list[Booked]:
        may_have_left = (SENDING, DELIVERED)
        every = self._deliveries.values()
        return [b for b in every if instant <= b.booked_at and b.state in may_have_left]

    async def book(self, booked: Sequence[Booked]) -> None:
        self._deliveries.update({one.delivery_id: one for one in booked})

    def due(self, now: datetime) -> list[Due]:
        """Return the jobs that are due, the longest due first."""
        found = [job for job in self._jobs.values() if job.due_at is not None and job.due_at <= now]
        found.sort(key=lambda job: (job.due_at, job.job_id))
        return [Due(space_id=self.space_id, job_id=job.job_id) for job in found]
