"""Counters hold in any order of calls, with the arithmetic of the real database."""

import asyncio
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.identity import limits
from backend.identity.counters import charge, held, refund
from backend.identity.rules.counters import Limit
from backend.kernel.work import Work
from tests.databases import open_test_database
from tests.people import START, Town

LIMITS = [
    *limits.ATTEMPTS,
    *limits.FAILURES,
    *limits.SENDS,
    *limits.ATTEMPTS_ON_FILE,
    *limits.SENDS_ON_FILE,
    limits.SENDS_PER_NUMBER,
    limits.ACTIVATIONS_PER_ADDRESS,
    limits.ATTEMPTS_PER_ADDRESS,
]
# Waits around the lengths that matter: nothing, moments, an interval, a window.
waits = st.lists(
    st.one_of(
        st.just(0.0),
        st.floats(0, 5),
        st.floats(0, 4000),
        st.floats(0, 90_000),
        st.sampled_from([59.0, 60.0, 1800.0, 3599.0, 3600.0, 17280.0]),
    ),
    min_size=1,
    max_size=60,
)


class Bench:
    """A database that stays open between examples, and its loop."""

    def __init__(self, folder: Path, cache_folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self._opened = open_test_database("sqlite", folder / "data", cache_folder)
        self.town = Town(self.loop.run_until_complete(self._opened.__aenter__()), folder)

    def close(self) -> None:
        """Close the database."""
        self.town.passwords.close()
        self.loop.run_until_complete(self._opened.__aexit__(None, None, None))
        self.loop.close()

    def events(self, counted: list[Limit], asked_after: list[float]) -> list[datetime]:
        """Ask one counter again and again; return when an event was counted."""
        subject = uuid.uuid4().hex

        async def ask(work: Work) -> list[datetime]:
            now, taken = START, []
            for wait in asked_after:
                now += timedelta(seconds=wait)
                at = msgspec.structs.replace(work, now=now)
                if await charge(at, subject, counted) == 0:
                    taken.append(now)
            return taken

        return self.loop.run_until_complete(self.town.office.write(ask))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, cache_folder: Path) -> Iterator[Bench]:
    """One database for all examples: each counts under a name of its own."""
    opened = Bench(tmp_path_factory.mktemp("counters"), cache_folder)
    yield opened
    opened.close()


def most_within(taken: list[datetime], span: timedelta) -> int:
    """Return the largest number of events in any half-open span."""
    return max((sum(start <= one < start + span for one in taken) for start in taken), default=0)


@settings(max_examples=60)
@given(limit=st.sampled_from(LIMITS), asked_after=waits)
def test_no_order_of_calls_exceeds_a_limit(
    bench: Bench, limit: Limit, asked_after: list[float]
) -> None:
    """In any span of its length there are at most as many events as the limit says."""
    taken = bench.events([limit], asked_after)

    assert most_within(taken, limit.per) <= limit.most
    assert taken[0] == START + timedelta(seconds=asked_after[0])


@settings(max_examples=40)
@given(asked_after=waits)
def test_limits_that_are_charged_together_all_hold(bench: Bench, asked_after: list[float]) -> None:
    """A refusal by one leaves the others uncharged, and none is exceeded."""
    taken = bench.events(list(limits.FAILURES), asked_after)

    for limit in limits.FAILURES:
        assert most_within(taken, limit.per) <= limit.most


@settings(max_examples=60)
@given(limit=st.sampled_from(LIMITS), asked_after=waits)
def test_the_wait_that_is_answered_is_enough(
    bench: Bench, limit: Limit, asked_after: list[float]
) -> None:
    """Whoever comes back after `Retry-After` seconds is let in, and never a day late."""
    subject = uuid.uuid4().hex

    async def ask(work: Work) -> None:
        now = START
        for wait in asked_after:
            now += timedelta(seconds=wait)
            at = msgspec.structs.replace(work, now=now)
            seconds = await charge(at, subject, [limit])
            if seconds:
                assert seconds <= limit.per.total_seconds()
                later = msgspec.structs.replace(at, now=now + timedelta(seconds=seconds))
                assert await charge(later, subject, [limit]) == 0
                now = later.now

    bench.loop.run_until_complete(bench.town.office.write(ask))


@settings(max_examples=30)
@given(limit=st.sampled_from(LIMITS), kept=st.integers(0, 3), returned=st.integers(0, 20))
def test_what_is_taken_back_was_never_counted(
    bench: Bench, limit: Limit, kept: int, returned: int
) -> None:
    """Right codes, however many, use up no try of the wrong ones."""
    subject = uuid.uuid4().hex
    kept = min(kept, limit.burst - 1)

    async def ask(work: Work) -> int:
        at = msgspec.structs.replace(work, now=START)
        for _ in range(kept):
            assert await charge(at, subject, [limit]) == 0
        for _ in range(returned):
            assert await charge(at, subject, [limit]) == 0
            await refund(at, subject, [limit])
        return await held(at, subject, limit)

    assert bench.loop.run_until_complete(bench.town.office.write(ask)) == kept


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_a_limit_lets_its_burst_in_at_once_and_no_more(bench: Bench, limit: Limit) -> None:
    """The numbers in `limits.py` mean what they say."""
    taken = bench.events([limit], [0.0] * (limit.burst + 3))

    assert len(taken) == limit.burst
    interval = limit.interval / 1_000_000
    steady = bench.events([limit], [0.0] * limit.burst + [interval] * limit.most)
    assert most_within(steady, limit.per) == limit.most
