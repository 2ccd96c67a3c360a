"""Dispatch in the transactions of this host."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from backend.access.collection import terms_in
from backend.access.guard import kind_of
from backend.access.journal import service as journal
from backend.access.journal.model import Action, Actor, ActorKind, Object, Trace
from backend.access.rules.visibility import REMINDERS
from backend.identity.sessions import store as sessions
from backend.kernel.ids import PartyId
from backend.kernel.metrics import Metrics
from backend.kernel.spaces import open_store
from backend.kernel.work import Office, Work
from backend.reminders.records import reminder_in
from backend.reminders.service import is_told, note_sent, told_parties
from notifications.ports import Book, Sight
from notifications.storage.port import Booked, Due, Job
from notifications.storage.sql import SqlJobStore, jobs_due
from sync.core.audience import Viewer
from sync.errors import SpaceNotFound
from sync.ports import Host

T = TypeVar("T")

_NOTHING = Sight(reminder=None, may_see=False)


class SpaceBook:
    """The jobs and the reminders of one space, in one transaction."""

    def __init__(self, work: Work, host: Host, space_id: UUID) -> None:
        self._work = work
        self._host = host
        self._space_id = space_id
        self.jobs = SqlJobStore(work.db, space_id)

    async def sights(self, jobs: Sequence[Job]) -> Mapping[UUID, Sight]:
        try:
            store = await open_store(self._work, self._space_id)
        except SpaceNotFound:
            return {job.job_id: _NOTHING for job in jobs}
        space = await store.look()
        if space is None or not space.is_open:
            return {job.job_id: _NOTHING for job in jobs}
        await self._work.guard.prepare(self._work)
        viewers = [one for one in await store.viewers() if is_told(one)]
        records = await store.records({job.reminder_id for job in jobs})
        told = {
            record_id: told_parties(self._host, record, viewers, self._work.now)
            for record_id, record in records.items()
        }
        reminders = {
            record_id: reminder_in(record)
            for record_id, record in records.items()
            if record.body is not None and record.collection == REMINDERS
        }
        return {
            job.job_id: Sight(
                reminder=reminders.get(job.reminder_id),
                may_see=job.party_id in told.get(job.reminder_id, ()),
            )
            for job in jobs
        }

    async def tell(self, booked: Sequence[Booked]) -> None:
        if not booked:
            return
        store = await open_store(self._work, self._space_id)
        viewers = {viewer.party_id: viewer for viewer in await store.viewers()}
        traces = [self._trace(one, viewers.get(one.party_id)) for one in booked]
        await journal.write_all(self._work, self._space_id, traces)

    def _trace(self, one: Booked, viewer: Viewer | None) -> Trace:
        """Say who was reminded, and by what: never of what."""
        told = Actor(
            kind=ActorKind.SYSTEM if viewer is None else kind_of(viewer.role),
            party_id=PartyId(one.party_id),
            name=None if viewer is None else terms_in(viewer.grant).name or None,
        )
        return Trace(
            at=self._work.now,
            actor=Actor(kind=ActorKind.SYSTEM),
            on_behalf_of=told,
            action=Action(f"reminded-{one.channel}"),
            objects=(Object(collection=REMINDERS, record_id=one.reminder_id),),
        )

    async def sent(self, reminder_ids: Collection[UUID]) -> None:
        await note_sent(self._work, self._host, self._space_id, reminder_ids)


class SpaceBooks:
    """The transactions of this host, as dispatch needs them."""

    def __init__(self, office: Office, host: Host) -> None:
        self._office = office
        self._host = host

    async def due(self, now: datetime, limit: int) -> Sequence[Due]:
        return await self._office.read(lambda work: jobs_due(work.db, now, limit))

    async def write(self, space_id: UUID, work: Callable[[Book], Awaitable[T]]) -> T:
        return await self._office.write(lambda unit: work(SpaceBook(unit, self._host, space_id)))


class AccountDevices:
    """When the phones of accounts were last heard from."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def heard(self, party_id: UUID) -> Mapping[UUID, datetime]:
        return await self._office.look(lambda work: sessions.heard(work, party_id))


class ReminderCounts:
    """What became of jobs, in the metrics of this process."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def job(self, state: str, reason: str) -> None:
        self._metrics.count_reminder(state, reason)

    def delivery(self, channel: str, outcome: str) -> None:
        self._metrics.count_delivery(channel, outcome)
