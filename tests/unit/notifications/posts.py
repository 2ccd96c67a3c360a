"""A dispatcher over memory: a book of one space, a directory, channels that a test can break."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from notifications.core.reminder import Reminder, State
from notifications.customs import customs
from notifications.dispatch import Dispatcher
from notifications.jobs import Telling, jobs_of
from notifications.ports import (
    Book,
    ChannelName,
    Delivery,
    Notice,
    Outcome,
    Receipt,
    Route,
    Routing,
    Sight,
)
from notifications.storage.memory import MemoryJobStore
from notifications.storage.port import Booked, Due, Job

SPACE, PARTY, PHONE = UUID(int=7), UUID(int=8), UUID(int=9)


class Crash(BaseException):
    """The process dies here: nothing catches it."""


class Provider:
    """A channel whose provider keeps to the idempotency key, and remembers what people saw."""

    def __init__(self, name: ChannelName, *, repeats_safely: bool = True) -> None:
        self.name = name
        self.repeats_safely = repeats_safely
        self.answers: list[Receipt | type[BaseException]] = []
        self.asked: list[UUID] = []
        self.seen: list[UUID] = []

    async def send(self, delivery: Delivery) -> Receipt:
        self.asked.append(delivery.delivery_id)
        answer = self.answers.pop(0) if self.answers else Receipt(outcome=Outcome.DELIVERED)
        if not isinstance(answer, Receipt):
            self._show(delivery.delivery_id)
            raise answer
        if answer.outcome is Outcome.DELIVERED:
            self._show(delivery.delivery_id)
        return answer

    def _show(self, delivery_id: UUID) -> None:
        if delivery_id not in self.seen or not self.repeats_safely:
            self.seen.append(delivery_id)


class Post:
    """One space with its reminders, and everything that is asked to send them."""

    def __init__(self, *reminders: Reminder, now: datetime) -> None:
        self.now = now
        self.reminders = {one.reminder_id: one for one in reminders}
        self.jobs = MemoryJobStore(SPACE)
        self.visible = True
        self.heard_at: dict[UUID, datetime] = {}
        self.routing_answer: Routing | None = None
        self.push = Provider(ChannelName.PUSH)
        self.sms = Provider(ChannelName.SMS)
        self.email = Provider(ChannelName.EMAIL, repeats_safely=False)
        self.ways = [ChannelName.PUSH, ChannelName.SMS]
        self.dropped: list[ChannelName] = []
        self.journal: list[Booked] = []
        self.counted: list[tuple[str, str]] = []

    async def plan(self) -> None:
        """Plan jobs for every reminder."""
        tellings = [
            Telling(space_id=SPACE, reminder=one, parties=(PARTY,))
            for one in self.reminders.values()
        ]
        standing = await self.jobs.jobs()
        await self.jobs.put_jobs(
            jobs_of(tellings, standing, customs=customs(), since=self.now, now=self.now)
        )

    async def run(self, owner: int = 1) -> int:
        """Be one process that sends what is due."""
        return await Dispatcher(
            self,
            self,
            self,
            (self.push, self.sms, self.email),
            self,
            owner=UUID(int=owner),
            customs=customs(),
            clock=lambda: self.now,
            chance=lambda: 0.5,
        ).run_due()

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def move(self, state: State) -> None:
        """Let every reminder be moved."""
        self.reminders = {
            key: msgspec.structs.replace(one, state=state) for key, one in self.reminders.items()
        }

    async def state(self) -> list[tuple[str, str | None]]:
        """Return what became of each job, the first ring first."""
        jobs = sorted(await self.jobs.jobs(), key=lambda job: job.ring_at)
        return [(job.state, job.reason) for job in jobs]

    # What dispatch asks.

    async def due(self, now: datetime, limit: int) -> Sequence[Due]:
        return self.jobs.due(now)[:limit]

    async def write(self, space_id: UUID, work: Callable[[Book], Awaitable[object]]) -> object:
        return await work(self)

    async def sights(self, jobs: Sequence[Job]) -> Mapping[UUID, Sight]:
        return {
            job.job_id: Sight(reminder=self.reminders.get(job.reminder_id), may_see=self.visible)
            for job in jobs
        }

    async def tell(self, booked: Sequence[Booked]) -> None:
        self.journal.extend(booked)

    async def sent(self, reminder_ids: Collection[UUID]) -> None:
        for key in reminder_ids:
            self.reminders[key] = msgspec.structs.replace(self.reminders[key], state=State.SENT)

    async def routing(self, notice: Notice, now: datetime) -> Routing:
        if self.routing_answer is not None:
            return self.routing_answer
        return Routing(routes=tuple(Route(channel=way, address="x") for way in self.ways))

    async def drop(self, party_id: UUID, route: Route) -> None:
        self.dropped.append(route.channel)
        self.ways.remove(route.channel)

    async def heard(self, party_id: UUID) -> Mapping[UUID, datetime]:
        return self.heard_at

    def job(self, state: str, reason: str) -> None:
        self.counted.append((state, reason))

    def delivery(self, channel: str, outcome: str) -> None:
        self.counted.append((channel, outcome))
