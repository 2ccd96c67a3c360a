"""Noticing that a fact has changed, in the transaction that changes it."""

from collections.abc import Callable, Sequence
from uuid import UUID

from backend.access.rules.visibility import REMINDERS
from backend.kernel.work import Guard, Work
from backend.reminders.facts import Reads
from backend.reminders.shelf import SERVER
from notifications.storage.sql import SqlJobStore
from sync.core.audience import Viewer
from sync.storage.port import Deed, Record


class PlanningGuard:
    """The rights and the journal of a host, and an eye on what its plans follow from."""

    def __init__(self, guard: Guard, reads: Reads, nudge: Callable[[UUID], None]) -> None:
        self._guard = guard
        self._reads = reads
        self._nudge = nudge

    async def prepare(self, work: Work) -> None:
        await self._guard.prepare(work)

    def must_trace(self, work: Work, space_id: UUID, viewer: Viewer, device_id: UUID) -> bool:
        return self._guard.must_trace(work, space_id, viewer, device_id)

    async def trace(self, work: Work, space_id: UUID, deed: Deed) -> None:
        await self._guard.trace(work, space_id, deed)

    async def written(self, work: Work, space_id: UUID, records: Sequence[Record]) -> None:
        await self._guard.written(work, space_id, records)
        if any(self._is_fact(record) for record in records):
            await SqlJobStore(work.db, space_id).mark(work.now)
            work.after_commit.append(lambda: self._nudge(space_id))

    def _is_fact(self, record: Record) -> bool:
        if record.collection == REMINDERS and record.author_id == SERVER:
            return False  # What the plan itself says, or the dispatcher.
        return self._reads.follows_from(record)
