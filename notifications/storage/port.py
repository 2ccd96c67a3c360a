"""What dispatch asks of the storage of jobs, whichever it is."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

PLANNED = "planned"
LEASED = "leased"
SENT = "sent"
SKIPPED = "skipped"
CANCELLED = "cancelled"
FAILED = "failed"

SENDING = "sending"
DELIVERED = "delivered"
REFUSED = "refused"
"""The provider did not take it; it may be tried again by this way."""
DEAD = "dead"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One ring of one reminder, for one party.

    `due_at` is when to look at it next, None once it is over. `reason` is why it
    was not sent, or not yet. While it is leased nobody else looks at it.
    """

    space_id: UUID
    job_id: UUID
    reminder_id: UUID
    party_id: UUID
    lead_minutes: int
    ring_at: datetime
    due_at: datetime | None
    state: str = PLANNED
    reason: str | None = None
    attempts: int = 0
    lease_owner: UUID | None = None


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery of a job by one channel, as the books have it."""

    space_id: UUID
    delivery_id: UUID
    job_id: UUID
    reminder_id: UUID
    party_id: UUID
    lead_minutes: int
    channel: str
    state: str
    tries: int
    booked_at: datetime
    reason: str | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """When a space is to be planned, and since when something of it waits for that."""

    due_at: datetime | None
    marked_at: datetime | None


class JobStore(Protocol):
    """The plan, the jobs and the deliveries of one space, in one transaction."""

    async def mark(self, now: datetime) -> None:
        """Say that the plan of the space is due."""

    async def plan(self) -> Plan | None:
        """Return when the space is to be planned, if it ever was."""

    async def planned(self, due_at: datetime | None) -> None:
        """Note that the space was planned, and when it is to be again."""

    async def put_off(self, until: datetime) -> None:
        """Plan the space later: it cannot be planned now, and others wait behind it."""

    async def jobs(self) -> list[Job]:
        """Return every job of the space."""

    async def put_jobs(self, jobs: Sequence[Job]) -> None:
        """Make or change jobs, but for those that are being looked at."""

    async def drop_jobs(self, reminder_ids: Collection[UUID]) -> None:
        """Forget the jobs and deliveries of reminders that are gone."""

    async def claim(
        self, job_ids: Collection[UUID], owner: UUID, now: datetime, until: datetime
    ) -> list[Job]:
        """Take those of these jobs that are due and that nobody else has taken."""

    async def close(self, job: Job) -> bool:
        """Store what became of a claimed job; False when the claim was lost."""

    async def deliveries(self, job_ids: Collection[UUID]) -> list[Booked]:
        """Return the deliveries of some jobs."""

    async def booked_since(self, instant: datetime) -> list[Booked]:
        """Return the deliveries that were booked from an instant on, and that may have left."""

    async def book(self, booked: Sequence[Booked]) -> None:
        """Write down deliveries before they are sent, or again after a failure."""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A job that is due somewhere."""

    space_id: UUID
    job_id: UUID
