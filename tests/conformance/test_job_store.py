"""The contract of the storage of jobs: the same on every storage that ships."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid4

import msgspec
import pytest

from backend.kernel.db import Database
from notifications.storage import port
from notifications.storage.memory import MemoryJobStore
from notifications.storage.port import Booked, Job, JobStore
from notifications.storage.sql import SqlJobStore, jobs_due, plans_due
from tests.databases import chosen_kinds, open_test_database

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
ONE, OTHER = UUID(int=1), UUID(int=2)
KINDS = ("memory", *chosen_kinds())


class Subject:
    """One space's jobs, each call in a transaction of its own."""

    def __init__(self, database: Database | None) -> None:
        self.space_id = uuid4()
        self._database = database
        self._memory = MemoryJobStore(self.space_id)

    async def do(self, work: Callable[[JobStore], Awaitable[T]]) -> T:
        """Run work on the store."""
        if self._database is None:
            return await work(self._memory)
        return await self._database.write(lambda sql: work(SqlJobStore(sql, self.space_id)))

    async def due(self, now: datetime) -> list[UUID]:
        """Return the jobs that are due."""
        if self._database is None:
            return [one.job_id for one in self._memory.due(now)]
        found = await self._database.read(lambda sql: jobs_due(sql, now, 100))
        return [one.job_id for one in found if one.space_id == self.space_id]

    def job(self, **given: object) -> Job:
        """Make a job that is due now."""
        values = {
            "space_id": self.space_id,
            "job_id": uuid4(),
            "reminder_id": uuid4(),
            "party_id": uuid4(),
            "lead_minutes": -5,
            "ring_at": NOW,
            "due_at": NOW,
        }
        return Job(**{**values, **given})

    def booked(self, job: Job, **given: object) -> Booked:
        """Book a delivery of a job."""
        values = {
            "space_id": self.space_id,
            "delivery_id": uuid4(),
            "job_id": job.job_id,
            "reminder_id": job.reminder_id,
            "party_id": job.party_id,
            "lead_minutes": job.lead_minutes,
            "channel": "sms",
            "state": port.SENDING,
            "tries": 1,
            "booked_at": NOW,
        }
        return Booked(**{**values, **given})


@pytest.fixture(params=KINDS)
async def subject(request, tmp_path, cache_folder) -> AsyncIterator[Subject]:
    """Each storage."""
    if request.param == "memory":
        yield Subject(None)
        return
    async with open_test_database(request.param, tmp_path / "data", cache_folder) as database:
        yield Subject(database)


async def test_a_job_comes_back_as_it_was_put(subject):
    """With all that it says."""
    job = subject.job(reason="x", attempts=3)
    await subject.do(lambda store: store.put_jobs([job]))

    assert await subject.do(lambda store: store.jobs()) == [job]
    assert await subject.due(NOW) == [job.job_id]


async def test_of_two_claims_one_has_the_job(subject):
    """Until the claim ends; then the other may."""
    job = subject.job()
    await subject.do(lambda store: store.put_jobs([job]))
    until = NOW + timedelta(seconds=45)

    first = await subject.do(lambda store: store.claim([job.job_id], ONE, NOW, until))
    second = await subject.do(
        lambda store: store.claim([job.job_id], OTHER, LATER - timedelta(seconds=20), until)
    )
    third = await subject.do(
        lambda store: store.claim([job.job_id], OTHER, until, until + timedelta(minutes=1))
    )

    assert [one.lease_owner for one in first] == [ONE]
    assert second == []
    assert [one.lease_owner for one in third] == [OTHER]


async def test_who_lost_a_claim_closes_nothing(subject):
    """What the other says stands."""
    job = subject.job()
    await subject.do(lambda store: store.put_jobs([job]))
    (mine,) = await subject.do(lambda store: store.claim([job.job_id], ONE, NOW, LATER))
    (theirs,) = await subject.do(
        lambda store: store.claim([job.job_id], OTHER, LATER, LATER + timedelta(minutes=1))
    )

    late = msgspec.structs.replace(mine, state=port.FAILED, due_at=None)
    done = msgspec.structs.replace(theirs, state=port.SENT, reason="sms", due_at=None)
    assert not await subject.do(lambda store: store.close(late))
    assert await subject.do(lambda store: store.close(done))

    (stands,) = await subject.do(lambda store: store.jobs())
    assert (stands.state, stands.reason, stands.lease_owner) == (port.SENT, "sms", None)
    assert await subject.due(LATER + timedelta(days=1)) == []


async def test_planning_leaves_a_claimed_job_alone(subject):
    """Whoever looks at it does not lose it."""
    job = subject.job()
    await subject.do(lambda store: store.put_jobs([job]))
    await subject.do(lambda store: store.claim([job.job_id], ONE, NOW, LATER))

    again = msgspec.structs.replace(job, state=port.CANCELLED, due_at=None)
    await subject.do(lambda store: store.put_jobs([again]))

    (stands,) = await subject.do(lambda store: store.jobs())
    assert (stands.state, stands.lease_owner) == (port.LEASED, ONE)


async def test_planning_changes_a_job_that_nobody_has(subject):
    """Moved, or called off."""
    job = subject.job()
    await subject.do(lambda store: store.put_jobs([job]))
    moved = msgspec.structs.replace(job, ring_at=LATER, due_at=LATER)
    await subject.do(lambda store: store.put_jobs([moved, subject.job()]))

    assert moved in await subject.do(lambda store: store.jobs())


async def test_a_delivery_is_in_the_books_once(subject):
    """Booked again, it is the same one, further on."""
    job = subject.job()
    booked = subject.booked(job)
    answered = msgspec.structs.replace(booked, state=port.DELIVERED, tries=2, reason="ok")
    await subject.do(lambda store: store.book([booked]))
    await subject.do(lambda store: store.book([answered]))

    assert await subject.do(lambda store: store.deliveries([job.job_id])) == [answered]
    assert await subject.do(lambda store: store.deliveries([uuid4()])) == []


async def test_what_may_have_left_since_an_instant_is_told(subject):
    """Not what was refused, nor what is older."""
    sent = subject.booked(subject.job(), state=port.DELIVERED)
    leaving = subject.booked(subject.job(), booked_at=LATER)
    refused = subject.booked(subject.job(), state=port.REFUSED)
    old = subject.booked(subject.job(), state=port.DELIVERED, booked_at=NOW - timedelta(seconds=1))
    await subject.do(lambda store: store.book([sent, leaving, refused, old]))

    found = await subject.do(lambda store: store.booked_since(NOW))

    assert sorted(one.delivery_id for one in found) == sorted(
        one.delivery_id for one in (sent, leaving)
    )


async def test_a_reminder_that_goes_takes_its_jobs_along(subject):
    """And what was delivered of it."""
    gone, kept = subject.job(), subject.job()
    await subject.do(lambda store: store.put_jobs([gone, kept]))
    await subject.do(lambda store: store.book([subject.booked(gone)]))
    await subject.do(lambda store: store.drop_jobs([gone.reminder_id]))

    assert await subject.do(lambda store: store.jobs()) == [kept]
    assert await subject.do(lambda store: store.deliveries([gone.job_id])) == []


async def test_a_plan_remembers_since_when_it_waits(subject):
    """The first mark counts, until it is planned."""
    assert await subject.do(lambda store: store.plan()) is None
    await subject.do(lambda store: store.mark(NOW))
    await subject.do(lambda store: store.mark(LATER))
    waits = await subject.do(lambda store: store.plan())
    await subject.do(lambda store: store.planned(None))
    rests = await subject.do(lambda store: store.plan())
    await subject.do(lambda store: store.mark(LATER))
    again = await subject.do(lambda store: store.plan())

    assert waits.marked_at == NOW
    assert (rests.due_at, rests.marked_at) == (None, None)
    assert again.marked_at == again.due_at == LATER


async def test_a_plan_that_is_put_off_still_knows_since_when_it_waits(subject):
    """What comes meanwhile is not lost."""
    await subject.do(lambda store: store.put_off(LATER))  # Of no plan: nothing happens.
    await subject.do(lambda store: store.mark(NOW))
    await subject.do(lambda store: store.put_off(LATER))

    plan = await subject.do(lambda store: store.plan())
    assert (plan.due_at, plan.marked_at) == (LATER, NOW)


@pytest.mark.parametrize("subject", chosen_kinds(), indirect=True)
async def test_spaces_that_rest_are_not_due(subject):
    """However many there are."""
    other = Subject(subject._database)
    await subject.do(lambda store: store.mark(NOW))
    await other.do(lambda store: store.mark(NOW))
    await other.do(lambda store: store.planned(None))

    due = await subject._database.read(lambda sql: plans_due(sql, LATER, 10))
    assert due == [subject.space_id]


async def test_many_jobs_are_claimed_at_once(subject):
    """More than one statement takes."""
    jobs = [subject.job() for _ in range(1200)]
    await subject.do(lambda store: store.put_jobs(jobs))
    ids = [job.job_id for job in jobs]

    found = await subject.do(lambda store: store.claim(ids, ONE, NOW, LATER))

    assert {job.job_id for job in found} == set(ids)
