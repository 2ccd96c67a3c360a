"""Tasks that must never end: started again, counted, and missed meanwhile."""

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncIterator, Callable

import pytest

from backend.kernel.metrics import Metrics
from backend.kernel.supervision import Supervisor, Up


@pytest.fixture
async def metrics() -> Metrics:
    """Count in one process."""
    return Metrics()


@pytest.fixture
async def supervisor(metrics: Metrics) -> AsyncIterator[Supervisor]:
    """Start again almost at once."""
    opened = Supervisor(metrics, pauses=[0.01, 0.02])
    yield opened
    await opened.close()


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for something to become so."""
    for _ in range(2000):
        if is_so():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("It did not become so.")


@pytest.mark.parametrize("end", [ValueError("of a person"), KeyError(), None])
async def test_work_that_ends_is_started_again(
    supervisor: Supervisor, end: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Of an error or of nothing: it is down in between, and up when it works again."""
    began = 0

    async def work(up: Up) -> None:
        nonlocal began
        began += 1
        if began < 3:
            if end is not None:
                raise end
            return
        up()
        await asyncio.Event().wait()

    with caplog.at_level(logging.ERROR, logger="carnet"):
        supervisor.keep("work", work)
        down_at_first = supervisor.down
        await until(lambda: not supervisor.down)

    assert down_at_first == {"work"}
    assert began == 3
    assert [one.message for one in caplog.records] == ["task ended", "task ended"]


async def test_work_that_is_cancelled_from_outside_is_started_again(
    supervisor: Supervisor,
) -> None:
    """A stray cancellation is no order to stop."""
    running: list[asyncio.Task[None]] = []

    async def work(up: Up) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.append(task)
        up()
        await asyncio.Event().wait()

    supervisor.keep("work", work)
    await until(lambda: len(running) == 1)
    running[0].cancel()

    await until(lambda: len(running) == 2)


async def test_closing_ends_the_work(supervisor: Supervisor) -> None:
    """And does not start it again."""
    began: list[int] = []
    ended = asyncio.Event()

    async def work(up: Up) -> None:
        began.append(1)
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    supervisor.keep("work", work)
    await until(lambda: bool(began))
    await supervisor.close()
    await asyncio.sleep(0.05)

    assert ended.is_set()
    assert began == [1]


async def test_the_pause_grows_with_each_end_in_a_row() -> None:
    """A database that is away is not asked a thousand times a second."""
    began: list[float] = []

    async def work(up: Up) -> None:
        began.append(time.monotonic())

    supervisor = Supervisor(pauses=[0.01, 0.05, 0.1])
    supervisor.keep("work", work)
    await until(lambda: len(began) == 4)
    await supervisor.close()

    gaps = [later - one for one, later in itertools.pairwise(began)]
    assert gaps[0] >= 0.01
    assert gaps[1] >= 0.05
    assert gaps[2] >= 0.1


async def test_the_metrics_tell_of_it(supervisor: Supervisor, metrics: Metrics) -> None:
    """How often it ended, and whether it is away now."""
    again = asyncio.Event()
    began = 0

    async def work(up: Up) -> None:
        nonlocal began
        began += 1
        if began > 1:
            await again.wait()
        up()
        if began > 1:
            await asyncio.Event().wait()

    supervisor.keep("listener", work)
    await until(lambda: began == 2)
    away = metrics.text().decode()
    again.set()
    await until(lambda: not supervisor.down)
    back = metrics.text().decode()

    assert 'carnet_task_ends_total{task="listener"} 1.0' in away
    assert 'carnet_task_down{task="listener"} 1.0' in away
    assert 'carnet_task_down{task="listener"} 0.0' in back
