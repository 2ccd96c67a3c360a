"""The storage of plans, jobs and deliveries on a SQL database."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec
from sqlalchemy import (
    BindParameter,
    Executable,
    Insert,
    Table,
    bindparam,
    delete,
    func,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import Insert as Upsert
from sqlalchemy.dialects.postgresql import insert

from notifications.storage.port import DELIVERED, LEASED, SENDING, Booked, Due, Job, Plan
from notifications.storage.tables import deliveries, jobs, plans

# Below what either database takes of values in one statement.
IDS_AT_ONCE = 1000


class Sql(Protocol):
    """The statements that notifications ask of their host, inside one transaction."""

    async def rows(self, statement: Executable, **params: object) -> list[tuple[Any, ...]]:
        """Return every row."""

    async def row(self, statement: Executable, **params: object) -> tuple[Any, ...] | None:
        """Return the first row, or None."""

    async def run(self, statement: Executable, **params: object) -> int:
        """Write, and return how many rows it touched."""

    async def run_many(self, statement: Insert, rows: Sequence[dict[str, object]]) -> None:
        """Insert many rows at once."""


def _replacing(table: Table, *keys: str) -> Upsert:
    statement = insert(table)
    replaced = {c.name: statement.excluded[c.name] for c in table.c if c.name not in keys}
    # Whoever looks at a job is not to lose it. No value: an insert of many rows has them in rows.
    where = table.c.state != literal_column(f"'{LEASED}'") if table is jobs else None
    return statement.on_conflict_do_update(index_elements=list(keys), set_=replaced, where=where)


_IN_SPACE: BindParameter[UUID] = bindparam("space_id")
_MARK_NEW = insert(plans)
_MARK = _MARK_NEW.on_conflict_do_update(
    index_elements=["space_id"],
    set_={
        "due_at": _MARK_NEW.excluded.due_at,
        "marked_at": func.coalesce(plans.c.marked_at, _MARK_NEW.excluded.marked_at),
    },
)
_PLAN = select(plans.c.due_at, plans.c.marked_at).where(plans.c.space_id == _IN_SPACE)
_PLANNED = _replacing(plans, "space_id")
_PUT_OFF = (
    update(plans)
    .where(plans.c.space_id == bindparam("in_space"))
    .values(due_at=bindparam("new_due_at"))
)
_PLANS_DUE = (
    select(plans.c.space_id)
    .where(plans.c.due_at <= bindparam("now"))
    .order_by(plans.c.due_at)
    .limit(bindparam("limit"))
    .execution_options(all_spaces=True)
)
_JOB = tuple(jobs.c[name] for name in Job.__struct_fields__)
_JOBS = select(*_JOB).where(jobs.c.space_id == _IN_SPACE)
_PUT_JOBS = _replacing(jobs, "space_id", "job_id")
_JOBS_DUE = (
    select(jobs.c.space_id, jobs.c.job_id)
    .where(jobs.c.due_at <= bindparam("now"))
    .order_by(jobs.c.due_at)
    .limit(bindparam("limit"))
    .execution_options(all_spaces=True)
)
_CLAIM = (
    update(jobs)
    .where(
        jobs.c.space_id == bindparam("in_space"),
        jobs.c.job_id.in_(bindparam("job_ids", expanding=True)),
        jobs.c.due_at <= bindparam("now"),
    )
    .values(state=bindparam("leased"), lease_owner=bindparam("owner"), due_at=bindparam("until"))
    .returning(*_JOB)
)
_CLOSE = (
    update(jobs)
    .where(
        jobs.c.space_id == bindparam("in_space"),
        jobs.c.job_id == bindparam("job"),
        jobs.c.lease_owner == bindparam("owner"),
    )
    .values(
        state=bindparam("new_state"),
        reason=bindparam("new_reason"),
        attempts=bindparam("new_attempts"),
        due_at=bindparam("new_due_at"),
        lease_owner=null(),
    )
)
_DELIVERY = tuple(deliveries.c[name] for name in Booked.__struct_fields__)
_DELIVERIES = select(*_DELIVERY).where(
    deliveries.c.space_id == _IN_SPACE,
    deliveries.c.job_id.in_(bindparam("job_ids", expanding=True)),
)
_BOOKED_SINCE = select(*_DELIVERY).where(
    deliveries.c.space_id == _IN_SPACE,
    deliveries.c.booked_at >= bindparam("instant"),
    deliveries.c.state.in_(bindparam("states", expanding=True)),
)
_BOOK = _replacing(deliveries, "space_id", "delivery_id")
_DROP_JOBS = delete(jobs).where(
    jobs.c.space_id == bindparam("in_space"),
    jobs.c.reminder_id.in_(bindparam("reminder_ids", expanding=True)),
)
_DROP_DELIVERIES = delete(deliveries).where(
    deliveries.c.space_id == bindparam("in_space"),
    deliveries.c.reminder_id.in_(bindparam("reminder_ids", expanding=True)),
)


class SqlJobStore:
    """The plan, the jobs and the deliveries of one space, in one transaction."""

    def __init__(self, sql: Sql, space_id: UUID) -> None:
        self._sql = sql
        self._space_id = space_id

    async def mark(self, now: datetime) -> None:
        await self._sql.run(_MARK, space_id=self._space_id, due_at=now, marked_at=now)

    async def plan(self) -> Plan | None:
        row = await self._sql.row(_PLAN, space_id=self._space_id)
        return None if row is None else Plan(due_at=row[0], marked_at=row[1])

    async def planned(self, due_at: datetime | None) -> None:
        await self._sql.run(_PLANNED, space_id=self._space_id, due_at=due_at, marked_at=None)

    async def put_off(self, until: datetime) -> None:
        await self._sql.run(_PUT_OFF, in_space=self._space_id, new_due_at=until)

    async def jobs(self) -> list[Job]:
        return [_job(row) for row in await self._sql.rows(_JOBS, space_id=self._space_id)]

    async def put_jobs(self, jobs: Sequence[Job]) -> None:
        if jobs:
            await self._sql.run_many(_PUT_JOBS, [msgspec.structs.asdict(job) for job in jobs])

    async def drop_jobs(self, reminder_ids: Collection[UUID]) -> None:
        for some in _cut(reminder_ids):
            await self._sql.run(_DROP_JOBS, in_space=self._space_id, reminder_ids=some)
            await self._sql.run(_DROP_DELIVERIES, in_space=self._space_id, reminder_ids=some)

    async def claim(
        self, job_ids: Collection[UUID], owner: UUID, now: datetime, until: datetime
    ) -> list[Job]:
        found = []
        for some in _cut(job_ids):
            rows = await self._sql.rows(
                _CLAIM,
                in_space=self._space_id,
                job_ids=some,
                now=now,
                owner=owner,
                until=until,
                leased=LEASED,
            )
            found += [_job(row) for row in rows]
        return sorted(found, key=lambda job: (job.ring_at, job.job_id))

    async def close(self, job: Job) -> bool:
        assert job.lease_owner is not None
        closed = await self._sql.run(
            _CLOSE,
            in_space=self._space_id,
            job=job.job_id,
            owner=job.lease_owner,
            new_state=job.state,
            new_reason=job.reason,
            new_attempts=job.attempts,
            new_due_at=job.due_at,
        )
        return closed == 1

    async def deliveries(self, job_ids: Collection[UUID]) -> list[Booked]:
        found = []
        for some in _cut(job_ids):
            rows = await self._sql.rows(_DELIVERIES, space_id=self._space_id, job_ids=some)
            found += [_booked(row) for row in rows]
        return found

    async def booked_since(self, instant: datetime) -> list[Booked]:
        states = [SENDING, DELIVERED]
        rows = await self._sql.rows(
            _BOOKED_SINCE, space_id=self._space_id, instant=instant, states=states
        )
        return [_booked(row) for row in rows]

    async def book(self, booked: Sequence[Booked]) -> None:
        if booked:
            await self._sql.run_many(_BOOK, [msgspec.structs.asdict(one) for one in booked])


def _booked(row: Sequence[Any]) -> Booked:
    return Booked(**dict(zip(Booked.__struct_fields__, row, strict=True)))


async def jobs_due(sql: Sql, now: datetime, limit: int) -> list[Due]:
    """Return jobs that are due in any space, the longest due first."""
    rows = await sql.rows(_JOBS_DUE, now=now, limit=limit)
    return [Due(space_id=space_id, job_id=job_id) for space_id, job_id in rows]


async def plans_due(sql: Sql, now: datetime, limit: int) -> list[UUID]:
    """Return spaces that are to be planned, the longest due first."""
    return [row[0] for row in await sql.rows(_PLANS_DUE, now=now, limit=limit)]


def _job(row: tuple[Any, ...]) -> Job:
    return Job(**dict(zip(Job.__struct_fields__, row, strict=True)))


def _cut(ids: Collection[UUID]) -> list[list[UUID]]:
    whole = list(ids)
    return [whole[i : i + IDS_AT_ONCE] for i in range(0, len(whole), IDS_AT_ONCE)]
