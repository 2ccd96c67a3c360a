"""Due rings to a channel: each once, whoever dies on the way.

A job is claimed by compare-and-set for a while. What is to leave is booked
before it leaves, under an identifier that the provider takes for a key; whoever
finds such a booking after a crash sends the same message again under the same
key, or, where no provider keeps to it, does not.

Source: docs/decisions/0030-reminders-are-records.md.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from notifications.core.customs import Customs
from notifications.core.reminder import Reminder, Ring, delivery_id
from notifications.core.sending import (
    TRIES_PER_CHANNEL,
    Go,
    Skip,
    Wait,
    backoff,
    next_way,
    phones_of,
    refusal,
    verdict,
)
from notifications.ports import (
    Book,
    Books,
    Channel,
    ChannelName,
    Counts,
    Delivery,
    Devices,
    Directory,
    Notice,
    Outcome,
    Receipt,
    Route,
    Routing,
    Sight,
)
from notifications.storage import port
from notifications.storage.port import Booked, Job

log = logging.getLogger("carnet")

JOBS_AT_ONCE = 500
SPACES_AT_ONCE = 8
LEASE_SECONDS = 45
SEND_SECONDS_MAX = 30
# A space whose jobs cannot be looked at makes room for the others, and is tried again.
PUT_OFF_SECONDS = 600
_DAY = timedelta(days=1)


Spent = Counter[tuple[UUID, str]]
"""How many messages a party had by a channel within a day, about one space."""


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A job that is ours for a while, what it is about, and what was sent of it.

    `spent` is one for all jobs that were claimed together, and grows as they are judged.
    """

    job: Job
    sight: Sight
    booked: tuple[Booked, ...]
    spent: Spent


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """A job as it is to be left."""

    job: Job


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is to leave, and its place in the books."""

    job: Job
    booked: Booked
    delivery: Delivery
    routes: tuple[Route, ...]


class Dispatcher:
    """Sends what is due. Any number of processes may have one."""

    def __init__(  # noqa: PLR0913  # The parts of a clockwork; only compositions call this.
        self,
        books: Books,
        directory: Directory,
        devices: Devices,
        channels: Iterable[Channel],
        counts: Counts,
        *,
        owner: UUID,
        customs: Customs,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
    ) -> None:
        self._books = books
        self._directory = directory
        self._devices = devices
        self._channels: Mapping[ChannelName, Channel] = {one.name: one for one in channels}
        self._counts = counts
        self._owner = owner
        self._customs = customs
        self._clock = clock
        self._chance = chance

    async def run_due(self) -> int:
        """Send what is due now; return how many jobs were looked at."""
        due = await self._books.due(self._clock(), JOBS_AT_ONCE)
        by_space: dict[UUID, list[UUID]] = {}
        for one in due:
            by_space.setdefault(one.space_id, []).append(one.job_id)
        # Each process in an order of its own: they meet less often.
        order = sorted(by_space, key=lambda space_id: space_id.int ^ self._owner.int)
        gate = asyncio.Semaphore(SPACES_AT_ONCE)

        async def one_space(space_id: UUID) -> int:
            async with gate:
                return await self._space(space_id, by_space[space_id])

        return sum(await asyncio.gather(*map(one_space, order)))

    async def _space(self, space_id: UUID, job_ids: Sequence[UUID]) -> int:
        try:
            claimed = await self._claim(space_id, job_ids)
            judged = [await self._judged(one) for one in claimed]
            sending = [one for one in judged if isinstance(one, Sending)]
            await self._book(space_id, judged)
            receipts = await asyncio.gather(*(self._send(one) for one in sending))
            if sending:
                await self._note(space_id, list(zip(sending, receipts, strict=True)))
        except Exception:  # The edge of a clockwork: other spaces wait behind this one.
            log.exception("reminders not sent", extra={"space_id": str(space_id)})
            await self._put_off(space_id, job_ids)
            return 0
        return len(claimed)

    async def _put_off(self, space_id: UUID, job_ids: Sequence[UUID]) -> None:
        """Let jobs that nobody can look at wait: those that are due longest come first."""
        now = self._clock()
        until = now + timedelta(seconds=PUT_OFF_SECONDS)
        try:
            await self._books.write(
                space_id, lambda book: book.jobs.claim(job_ids, self._owner, now, until)
            )
        except Exception:  # The storage itself is gone: it is all the same for every space.
            log.exception("reminders not put off", extra={"space_id": str(space_id)})

    async def _claim(self, space_id: UUID, job_ids: Sequence[UUID]) -> list[Claimed]:
        async def work(book: Book) -> list[Claimed]:
            now = self._clock()
            until = now + timedelta(seconds=LEASE_SECONDS)
            jobs = await book.jobs.claim(job_ids, self._owner, now, until)
            if not jobs:
                return []
            sights = await book.sights(jobs)
            booked = await book.jobs.deliveries([job.job_id for job in jobs])
            today = await book.jobs.booked_since(now - _DAY)
            spent = Counter((one.party_id, one.channel) for one in today)
            return [
                Claimed(
                    job=job,
                    sight=sights[job.job_id],
                    booked=tuple(one for one in booked if one.job_id == job.job_id),
                    spent=spent,
                )
                for job in jobs
            ]

        return await self._books.write(space_id, work)

    async def _judged(self, one: Claimed) -> Closing | Sending:
        """Say what becomes of a claimed job; one that cannot be judged waits, alone."""
        try:
            return await self._judge(one)
        except Exception:  # One party's preferences must not silence all others of a space.
            log.exception("reminder not judged", extra={"job_id": str(one.job.job_id)})
            job = msgspec.structs.replace(one.job, attempts=one.job.attempts + 1)
            wait = backoff(job.attempts, None, self._chance())
            return _closing(job, port.PLANNED, "bug", self._clock() + wait)

    async def _judge(self, one: Claimed) -> Closing | Sending:
        """Say what becomes of a claimed job."""
        job, sight = one.job, one.sight
        if any(booked.state == port.DELIVERED for booked in one.booked):
            return _closing(job, port.SENT, None)
        now = self._clock()
        ring = Ring(lead_minutes=job.lead_minutes, ring_at=job.ring_at)
        reminder = sight.reminder
        why = refusal(reminder, ring, customs=self._customs, now=now)
        if why is None and not sight.may_see:
            why = Skip.NOT_SEEN
        if why is not None or reminder is None:
            return _closing(job, port.SKIPPED, (why or Skip.GONE).value)
        notice = _notice(job, reminder)
        routing = await self._directory.routing(notice, now)
        if not routing.routes:
            return _closing(job, port.SKIPPED, routing.reason)
        heard = await self._devices.heard(job.party_id)
        phones = phones_of(reminder, heard, customs=self._customs, now=now)
        said = verdict(ring, phones, routing.send_at, customs=self._customs, now=now)
        if isinstance(said, Wait):
            return _closing(job, port.PLANNED, "waits", said.until)
        if isinstance(said, Go):
            return self._sending(one, notice, routing, now)
        return _closing(job, port.SKIPPED, said.value)

    def _sending(
        self, one: Claimed, notice: Notice, routing: Routing, now: datetime
    ) -> Closing | Sending:
        """Choose the way: the one that a crash has left open, or the first that is left."""
        job = one.job
        begun = {booked.channel: booked for booked in one.booked}
        for booked in one.booked:
            channel = self._channels.get(ChannelName(booked.channel))
            if booked.state == port.SENDING and channel and not channel.repeats_safely:
                return _closing(job, port.SENT, "unsure")
        known = {route.channel.value: route for route in routing.routes}
        served = [way for way in known if ChannelName(way) in self._channels]
        ways = [way for way in served if way in begun or self._may_afford(one, way)]
        if served and not ways:
            return _closing(job, port.SKIPPED, Skip.ENOUGH.value)
        open_ways = [way for way in ways if way in begun and begun[way].state == port.SENDING]
        tries = {way: booked.tries for way, booked in begun.items()}
        dead = frozenset(way for way, booked in begun.items() if booked.state == port.DEAD)
        way = next(iter(open_ways), None) or next_way(ways, tries, dead)
        if way is None:
            return _closing(job, port.FAILED, "every-way-failed" if ways else "no-channel")
        if way not in begun:
            one.spent[job.party_id, way] += 1
        before = tries.get(way, 0)
        booked = Booked(
            space_id=job.space_id,
            delivery_id=delivery_id(job.job_id, way),
            job_id=job.job_id,
            reminder_id=job.reminder_id,
            party_id=job.party_id,
            lead_minutes=job.lead_minutes,
            channel=way,
            state=port.SENDING,
            # A try that a crash has cut off counts as the one that is made again.
            tries=before if way in open_ways else before + 1,
            booked_at=now,
        )
        delivery = Delivery(delivery_id=booked.delivery_id, notice=notice, route=known[way])
        return Sending(job=job, booked=booked, delivery=delivery, routes=routing.routes)

    def _may_afford(self, one: Claimed, way: str) -> bool:
        most = self._customs.settings.most_a_day.get(way)
        return most is None or one.spent[one.job.party_id, way] < most

    async def _book(self, space_id: UUID, judged: Sequence[Closing | Sending]) -> None:
        closing = [one.job for one in judged if isinstance(one, Closing)]
        booked = [one.booked for one in judged if isinstance(one, Sending)]
        if not judged:
            return

        async def work(book: Book) -> list[Job]:
            if booked:
                await book.jobs.book(booked)
                await book.tell([one for one in booked if one.tries == 1])
            return [job for job in closing if await book.jobs.close(job)]

        self._count(await self._books.write(space_id, work))

    async def _send(self, one: Sending) -> Receipt:
        channel = self._channels[one.delivery.route.channel]
        try:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                receipt = await channel.send(one.delivery)
        except TimeoutError:
            receipt = Receipt(outcome=Outcome.RETRY, reason="timeout")
        except Exception:  # A bug of one channel: the next one is tried in the end.
            log.exception("channel failed", extra={"channel": channel.name.value})
            receipt = Receipt(outcome=Outcome.RETRY, reason="bug")
        self._counts.delivery(channel.name.value, receipt.outcome.value)
        return receipt

    async def _note(self, space_id: UUID, answered: Sequence[tuple[Sending, Receipt]]) -> None:
        for one, receipt in answered:
            if receipt.outcome is Outcome.DEAD:
                await self._directory.drop(one.job.party_id, one.delivery.route)
        after = [(self._closed(one, receipt), one, receipt) for one, receipt in answered]
        told = {one.job.reminder_id for job, one, _ in after if job.state == port.SENT}

        async def work(book: Book) -> list[Job]:
            await book.jobs.book([_answered(one, receipt) for _, one, receipt in after])
            closed = [job for job, _, _ in after if await book.jobs.close(job)]
            if told:
                await book.sent(told)
            return closed

        self._count(await self._books.write(space_id, work))

    def _closed(self, one: Sending, receipt: Receipt) -> Job:
        """Say how a job stands once its message was handed over, or was not."""
        if receipt.outcome is Outcome.DELIVERED:
            return _closed(one.job, port.SENT, one.booked.channel)
        now = self._clock()
        attempts = one.job.attempts + 1
        wait = backoff(one.booked.tries, receipt.retry_after_seconds, self._chance())
        # The next way need not wait for the last one to recover.
        if receipt.outcome is Outcome.DEAD or one.booked.tries >= TRIES_PER_CHANNEL:
            wait = timedelta()
        again = _closed(one.job, port.PLANNED, receipt.reason or "retry", now + wait)
        return msgspec.structs.replace(again, attempts=attempts)

    def _count(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            self._counts.job(job.state, job.reason or "")


def _answered(one: Sending, receipt: Receipt) -> Booked:
    states = {
        Outcome.DELIVERED: port.DELIVERED,
        Outcome.RETRY: port.REFUSED,
        Outcome.DEAD: port.DEAD,
    }
    return msgspec.structs.replace(
        one.booked, state=states[receipt.outcome], reason=receipt.reason or None
    )


def _notice(job: Job, reminder: Reminder) -> Notice:
    return Notice(
        space_id=job.space_id,
        reminder_id=job.reminder_id,
        party_id=job.party_id,
        kind=reminder.wanted.kind,
        lead_minutes=job.lead_minutes,
        ring_at=job.ring_at,
        due_at=reminder.wanted.due_at,
        time_zone=reminder.wanted.time_zone,
    )


def _closing(job: Job, state: str, reason: str | None, due_at: datetime | None = None) -> Closing:
    return Closing(job=_closed(job, state, reason, due_at))


def _closed(job: Job, state: str, reason: str | None, due_at: datetime | None = None) -> Job:
    return msgspec.structs.replace(job, state=state, reason=reason, due_at=due_at)
