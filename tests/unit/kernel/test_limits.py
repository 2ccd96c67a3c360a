"""How often one device may ask, and how much in a day."""

import pytest

from backend.kernel.limits import RequestLimits, TooManyChanges, TooManyRequests

DAY = 86_400.0


class Watch:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_day_of_changes_is_taken_and_no_more() -> None:
    """Several at once count as many; refused ones count for nothing."""
    watch = Watch()
    limits = RequestLimits(1_000, window_seconds=DAY, refusal=TooManyChanges, clock=watch)

    limits.charge("phone", 600)
    limits.charge("phone", 400)
    with pytest.raises(TooManyChanges) as refused:
        limits.charge("phone", 100)
    limits.charge("other", 1_000)
    watch.now += refused.value.retry_after_seconds
    limits.charge("phone", 100)

    assert DAY / 10 - 1 <= refused.value.retry_after_seconds <= DAY / 10 + 1


def test_a_device_that_loops_is_told_when_to_come_again() -> None:
    """A minute's worth in one burst, then as many as time brings."""
    watch = Watch()
    limits = RequestLimits(60, clock=watch)
    for _ in range(60):
        limits.charge("phone")

    with pytest.raises(TooManyRequests) as refused:
        limits.charge("phone")

    assert 1 <= refused.value.retry_after_seconds <= 2
