"""One clock for all that a command shows: the one of the machine it runs on."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from backend.cli import clock, review


@pytest.fixture(autouse=True)
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine eleven hours ahead of UTC."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "Pacific/Noumea")
        time.tzset()
        yield
    time.tzset()


def test_an_instant_is_told_by_the_clock_of_this_machine() -> None:
    """Whether a server wrote it or it was read before, and its day with it."""
    at = datetime(2026, 11, 21, 20, 5, 7, tzinfo=UTC)

    for one in (at, "2026-11-21T20:05:07Z", "2026-11-21T21:05:07+01:00"):
        assert clock.moment(one) == "2026-11-22 07:05"
        assert clock.day(one) == "2026-11-22"
        assert clock.second(one) == "07:05:07"


def test_what_a_review_is_about_has_instants_in_it() -> None:
    """They are told as every other one; what else is there stays as it is."""
    assert review.told("until", "2026-11-21T20:05:07Z") == "2026-11-22 07:05"
    assert review.told("comment", "2026-11-21T20:05:07Z") == "2026-11-21T20:05:07Z"
