"""Reminders to jobs: one for each ring and each party that is to hear it.

Source: docs/decisions/0030-reminders-are-records.md.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from notifications.core.customs import Customs
from notifications.core.reminder import Reminder, State, job_id, rings
from notifications.core.sending import Skip
from notifications.storage.port import CANCELLED, PLANNED, SKIPPED, Job


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """A reminder, and the parties that are told of it."""

    space_id: UUID
    reminder: Reminder
    parties: Collection[UUID]


def jobs_of(
    tellings: Collection[Telling],
    standing: Sequence[Job],
    *,
    customs: Customs,
    since: datetime,
    now: datetime,
) -> list[Job]:
    """Say which jobs are new, or change.

    Args:
        tellings: Every reminder that stands, with who is told of it.
        standing: Every job of the space.
        customs: The rings of this installation.
        since: What rang before that was none of ours to send.
        now: This instant.
    """
    by_id = {job.job_id: job for job in standing}
    wanted = {job.job_id: job for job in _wanted(tellings, customs)}
    seen = {
        telling.reminder.reminder_id for telling in tellings if telling.reminder.state is State.SEEN
    }
    found = []
    for key, job in wanted.items():
        stands = by_id.get(key)
        if stands is None:
            found.extend([job] if since <= job.ring_at else [])
        elif stands.state == PLANNED and job.reminder_id in seen and job.ring_at <= now:
            found.append(_over(stands, SKIPPED, Skip.SEEN.value))
        elif _rings_anew(stands, job, now):
            found.append(job)
    unasked = (job for job in standing if job.job_id not in wanted)
    return found + [_over(job, CANCELLED) for job in unasked if job.state == PLANNED]


def _wanted(tellings: Iterable[Telling], customs: Customs) -> Iterator[Job]:
    for telling in tellings:
        reminder = telling.reminder
        lookahead = customs.looked_at(reminder.wanted.kind)
        for ring in rings(reminder):
            for party_id in telling.parties:
                yield Job(
                    space_id=telling.space_id,
                    job_id=job_id(reminder.reminder_id, party_id, ring.lead_minutes),
                    reminder_id=reminder.reminder_id,
                    party_id=party_id,
                    lead_minutes=ring.lead_minutes,
                    ring_at=ring.ring_at,
                    due_at=ring.ring_at - lookahead,
                )


def _rings_anew(stands: Job, job: Job, now: datetime) -> bool:
    """Say whether a job is to be planned again: it was moved, or called off too early.

    What was sent is not sent again, wherever its ring is moved.
    """
    is_moved = stands.ring_at != job.ring_at and stands.state in (PLANNED, SKIPPED)
    return (is_moved or stands.state == CANCELLED) and now <= job.ring_at


def _over(job: Job, state: str, reason: str | None = None) -> Job:
    return msgspec.structs.replace(job, state=state, reason=reason, due_at=None)
