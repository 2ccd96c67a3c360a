"""A space that cannot be read stops nobody else's reminders, neither their plan nor their ring."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import bindparam, update

from notifications.storage.sql import SqlJobStore, plans_due
from sync.storage.tables import records
from tests.integration.reminders.agenda import Agenda, appointment, reminders, soon

_SPOIL = (
    update(records)
    .where(records.c.space_id == bindparam("in_space"), records.c.collection == bindparam("name"))
    .values(sealed=b"not a sealed body")
)


async def spoil(agenda: Agenda, space_id: str, collection: str) -> None:
    """Break what is stored of a space."""
    await agenda.office.write(
        lambda work: work.db.run(_SPOIL, in_space=UUID(space_id), name=collection)
    )


async def test_a_space_that_cannot_be_planned_lets_others_by(
    agenda: Agenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is due longest, as many as are planned at once; and it is tried again."""
    monkeypatch.setattr("backend.reminders.planner.SPACES_AT_ONCE", 1)
    broken, broken_id = await agenda.patient()
    other, other_id = await agenda.patient("paul.martin")
    for phone, space_id in ((broken, broken_id), (other, other_id)):
        await phone.push(appointment(space_id, soon(days=20)))
        await agenda.quiet(space_id)
    await spoil(agenda, broken_id, "appointments")
    for space_id in (broken_id, other_id):
        await agenda.office.write(
            lambda work, i=space_id: SqlJobStore(work.db, UUID(i)).mark(work.now)
        )

    await agenda.clockwork.planner.run_due()
    await agenda.clockwork.planner.run_due()

    due = await agenda.office.read(lambda work: plans_due(work.db, work.now, 9))
    with agenda.later(hours=1):
        again = await agenda.office.read(lambda work: plans_due(work.db, work.now, 9))
    assert due == []
    assert again == [UUID(broken_id)]
    assert len(await reminders(other, other_id)) == 1


async def test_a_space_that_cannot_be_looked_at_lets_others_ring(
    agenda: Agenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rings are due first, as many as are looked at in one tick."""
    monkeypatch.setattr("notifications.dispatch.JOBS_AT_ONCE", 1)
    broken, broken_id = await agenda.patient()
    other, other_id = await agenda.patient("paul.martin")
    starts_at = soon(days=20)
    await broken.push(appointment(broken_id, starts_at - timedelta(minutes=2)))
    await other.push(appointment(other_id, starts_at))
    await agenda.tick()
    await spoil(agenda, broken_id, "reminders")

    with agenda.at(starts_at - timedelta(days=7) + timedelta(minutes=15)):
        for _ in range(3):
            await agenda.clockwork.send_due()

    assert len(agenda.told()) == 1
