"""Schedulers that are killed at any instant: each ring once, and none late for long."""

import asyncio
import functools
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Work
from notifications.storage.port import Job
from notifications.storage.sql import SqlJobStore
from sync.core.audience import Viewer
from sync.edit import Entry, SpaceEdit
from sync.storage.spaces import add_viewer, open_space
from tests.databases import settings_on
from tests.integration.reminders.scheduler import LEASE_SECONDS, PROVIDER, Standing, standing_on

OCCURRENCES = int(os.environ.get("CARNET_TEST_OCCURRENCES", "240"))
RINGING_SECONDS = float(os.environ.get("CARNET_TEST_RINGING_SECONDS", "10"))
KILL_SECONDS = (1.0, float(os.environ.get("CARNET_TEST_KILL_SECONDS_MAX", "3")))
PER_SPACE = 100
FIRST_SECONDS = 6.0
LATE_SECONDS = 60.0
# Who was killed between sending and saying so is sent again once its claim has ended.
SETTLING_SECONDS = LEASE_SECONDS + 2 + OCCURRENCES / 200


class Handed(NamedTuple):
    """One message as the provider was handed it."""

    key: str
    reminder_id: UUID
    at: float


async def test_killed_schedulers_tell_each_once_and_none_late(
    database_kind: str, tmp_path: Path, cache_folder: Path
) -> None:
    """Two processes on PostgreSQL, one on SQLite, killed with -9 while everything rings."""
    folder = tmp_path / "data"
    async with settings_on(database_kind, folder, cache_folder) as settings:
        url = settings.database_url
        async with standing_on(url, folder) as standing:
            spaces = await _ask_for_reminders(standing)
        crew = Crew(url, folder, 1 if database_kind == "sqlite" else 2)
        try:
            kills = await crew.be_killed(FIRST_SECONDS + RINGING_SECONDS)
            recovered = time.time()
            await crew.hire()
            handed = await _until_told(folder, recovered + LATE_SECONDS + LEASE_SECONDS)
        finally:
            await crew.dismiss()
        async with standing_on(url, folder) as standing:
            jobs = [job for space_id in spaces for job in await _jobs(standing, space_id)]

    told = {one.reminder_id for one in handed}
    assert kills > 2
    assert len(jobs) == len({job.reminder_id for job in jobs}) == OCCURRENCES
    assert {job.state for job in jobs} == {"sent"}
    assert len({one.key for one in handed}) == len(told) == OCCURRENCES
    late = _late(handed, jobs, recovered)
    assert not late, f"{len(late)} of {OCCURRENCES} came late, by up to {max(late):.0f} s"


async def _ask_for_reminders(standing: Standing) -> list[UUID]:
    """Let people ask to be reminded once each, all within the next seconds."""
    spaces = []
    first = datetime.now(UTC) + timedelta(seconds=FIRST_SECONDS)
    step = timedelta(seconds=RINGING_SECONDS / OCCURRENCES)
    for start in range(0, OCCURRENCES, PER_SPACE):
        numbers = range(start, min(start + PER_SPACE, OCCURRENCES))
        instants = [first + n * step for n in numbers]
        fill = functools.partial(_fill, standing, instants)
        spaces.append(await standing.office.write(fill))
    return spaces


async def _fill(standing: Standing, instants: Sequence[datetime], work: Work) -> UUID:
    space_id, party_id = uuid4(), uuid4()
    await work.keys.create(work.db, space_id)
    await open_space(work.db, space_id)
    await add_viewer(work.db, space_id, Viewer(viewer_id=uuid4(), party_id=party_id, role="holder"))
    edit: SpaceEdit = await edit_space(work, standing.host, space_id)
    ids = [uuid4() for _ in instants]
    await edit.load(ids)
    for record_id, at in zip(ids, instants, strict=True):
        edit.put(
            Entry(
                record_id=record_id,
                collection=standing.host.collections["reminder_rules"],
                author_id=party_id,
                fields={
                    "title": "Rappel",
                    "starts_at": at.isoformat(),
                    "time_zone": "Europe/Paris",
                },
            )
        )
    await save_space(work, space_id, edit)
    return space_id


async def _jobs(standing: Standing, space_id: UUID) -> list[Job]:
    return await standing.office.read(lambda work: SqlJobStore(work.db, space_id).jobs())


class Crew:
    """Processes that plan and send."""

    def __init__(self, url: str, folder: Path, size: int) -> None:
        self._command = (sys.executable, "-m", "tests.integration.reminders.scheduler", url, folder)
        self._size = size
        self._at_work: list[asyncio.subprocess.Process] = []
        self._chance = random.Random(20270328)

    async def hire(self) -> None:
        """Let as many be at work as there should be."""
        while len(self._at_work) < self._size:
            self._at_work.append(await asyncio.create_subprocess_exec(*self._command))

    async def be_killed(self, seconds: float) -> int:
        """Work for a while, one after the other being killed; return how often."""
        kills, until = 0, time.monotonic() + seconds
        while time.monotonic() < until:
            await self.hire()
            await asyncio.sleep(self._chance.uniform(*KILL_SECONDS))
            victim = self._at_work.pop(0)
            assert victim.returncode is None, "It works until it is killed."
            victim.send_signal(signal.SIGKILL)
            await victim.wait()
            kills += 1
        return kills

    async def dismiss(self) -> None:
        """End everybody."""
        for one in self._at_work:
            if one.returncode is None:
                one.kill()
            await one.wait()


async def _until_told(folder: Path, until: float) -> list[Handed]:
    """Wait until every reminder was handed over, then a moment more for what comes twice."""
    while time.time() < until:
        handed = await asyncio.to_thread(_handed, folder)
        if len({one.reminder_id for one in handed}) >= OCCURRENCES:
            break
        await asyncio.sleep(0.5)
    await asyncio.sleep(SETTLING_SECONDS)
    return await asyncio.to_thread(_handed, folder)


def _handed(folder: Path) -> list[Handed]:
    path = folder / PROVIDER
    if not path.exists():
        return []
    lines = (line.split() for line in path.read_text().splitlines())
    return [Handed(key, UUID(reminder), float(at)) for key, reminder, _, at in lines]


def _late(handed: Sequence[Handed], jobs: Sequence[Job], recovered: float) -> list[float]:
    """Return by how much reminders came late that did, counted from when nobody was killed."""
    first: dict[UUID, float] = {}
    for one in handed:
        first.setdefault(one.reminder_id, one.at)
    waits = [first[job.reminder_id] - max(job.ring_at.timestamp(), recovered) for job in jobs]
    return [wait for wait in waits if wait > LATE_SECONDS]
