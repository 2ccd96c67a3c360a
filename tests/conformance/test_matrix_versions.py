"""Versions of the rights matrix: the one in force is the same in every process, at once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from backend.access.matrices import service
from backend.access.matrices.errors import (
    MatrixChanged,
    MatrixDateInvalid,
    MatrixInvalid,
    MatrixNotFound,
)
from backend.access.matrices.model import MatrixImported, MatrixOrder
from backend.access.matrices.service import current_matrix, import_matrix, matrix_version
from backend.access.reference import shipped_matrix
from backend.access.rules.matrix import may_read
from backend.kernel.db import Database
from backend.kernel.work import Work
from tests.hosts import SilentGuard
from tests.unit.access.test_matrix import HEADING

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
NURSES = f"{HEADING}\n60,SYNTH,yes,somebody,2026-01-01,\n"
NOBODY = f"{HEADING}\n60,SYNTH,no,somebody,2026-01-01,\n"


class Process:
    """One process at work on a database, at an instant that a test chooses."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW

    def work(self, sql: object) -> Work:
        return Work(
            db=sql,  # type: ignore[arg-type]
            keys=None,  # type: ignore[arg-type]  # Nothing here is sealed.
            now=self.now,
            new_id=None,  # type: ignore[arg-type]
            messages=[],
            messages_leave=False,
            news=set(),
            after_commit=[],
            guard=SilentGuard(),
        )

    async def imports(self, text: str, effective_at: datetime | None = None) -> MatrixImported:
        order = MatrixOrder(text=text, effective_at=effective_at)
        return await self.database.write(lambda sql: import_matrix(self.work(sql), order))

    async def nurse_reads(self) -> tuple[int, bool]:
        """Return the version in force, and whether a nurse reads a summary by it."""
        number, matrix = await self.database.look(lambda sql: current_matrix(self.work(sql)))
        return number, may_read(matrix, "60", "SYNTH", self.now.date())

    async def text_of(self, number: int | None = None) -> str:
        found = await self.database.look(lambda sql: matrix_version(self.work(sql), number))
        return found.text


@pytest.fixture
def process(database: Database) -> Process:
    return Process(database)


@pytest.fixture
def forget(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what makes this process one that has just started."""
    return lambda: monkeypatch.setattr(service, "_parsed", {})


async def test_without_an_import_the_shipped_matrix_rules(process: Process) -> None:
    """It is version 0, and it can be read like any other."""
    assert await process.nurse_reads() == (0, False)
    assert await process.text_of() == shipped_matrix()


async def test_an_import_rules_at_once_and_the_earlier_version_is_kept(
    process: Process, forget: Callable[[], None]
) -> None:
    """For who had the former one ready, and for who has just started."""
    before = await process.nurse_reads()
    first = await process.imports(NURSES)
    during = await process.nurse_reads()
    second = await process.imports(NOBODY)
    after = await process.nurse_reads()
    forget()

    assert (before, during, after) == ((0, False), (1, True), (2, False))
    assert await process.nurse_reads() == after
    assert (await process.text_of(1), await process.text_of()) == (NURSES, NOBODY)
    assert [(one.profession, one.widened, one.narrowed) for one in second.shifts] == [("60", 0, 1)]
    gained = {one.profession: one.widened for one in first.shifts}
    assert gained == {"10": 0, "60": 1}
    assert await process.imports(NURSES) != first
    assert await process.nurse_reads() == (3, True)


async def test_the_same_matrix_again_changes_nothing(process: Process) -> None:
    """A command that is repeated makes no second version."""
    await process.imports(NURSES)

    again = await process.imports(NURSES)

    assert (again.status, again.version, again.shifts) == ("unchanged", 1, ())
    assert await process.nurse_reads() == (1, True)
    with pytest.raises(MatrixNotFound):
        await process.text_of(2)


async def test_a_matrix_waits_for_its_day(process: Process) -> None:
    """Not a moment before; and what is imported meanwhile does not put it off."""
    begins_at = NOW + timedelta(days=3)
    await process.imports(NURSES, begins_at)
    await process.imports(NOBODY)

    process.now = begins_at - timedelta(microseconds=1)
    before = await process.nurse_reads()
    process.now = begins_at
    after = await process.nurse_reads()

    assert (before, after) == ((2, False), (1, True))


async def test_a_matrix_that_is_wrong_is_refused_whole(process: Process) -> None:
    """One line that cannot be read is enough; a day in the past is another reason."""
    with pytest.raises(MatrixInvalid, match="line 3"):
        await process.imports(f"{NURSES}60,SYNTH,yes,again,2026-02-01,\n")
    with pytest.raises(MatrixDateInvalid):
        await process.imports(NURSES, NOW - timedelta(seconds=1))

    assert await process.nurse_reads() == (0, False)


async def test_two_imports_at_one_moment_do_not_both_count(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes second is told, and overwrites nothing."""
    await process.imports(NURSES)

    async def outdated(_: object) -> int:
        return 0

    monkeypatch.setattr("backend.access.matrices.store.last_number", outdated)

    with pytest.raises(MatrixChanged):
        await process.imports(NOBODY)
    assert await process.nurse_reads() == (1, True)


async def test_the_matrix_in_force_is_dated_by_the_day(process: Process) -> None:
    """A line of a version in force still waits for its own day."""
    await process.imports(f"{HEADING}\n60,SYNTH,yes,x,2026-11-23,\n")

    today = await process.nurse_reads()
    process.now += timedelta(days=1)

    assert process.now.date() == date(2026, 11, 23)
    assert (today, await process.nurse_reads()) == ((1, False), (1, True))
