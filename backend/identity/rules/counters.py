"""How often something may happen: one number for each counter, and no window to reset.

The number is a *theoretical arrival time*: when the counter would be empty
again. Each event moves it on by one interval; an event is refused while it lies
too far ahead. That is one row, one arithmetic step, and it survives restarts.

Source: ITU-T I.371, generic cell rate algorithm.
"""

from datetime import UTC, datetime, timedelta

import msgspec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """At most `most` events in any span of `per`, of which `burst` at once."""

    name: str
    most: int
    per: timedelta
    burst: int

    def __post_init__(self) -> None:
        # A burst above `most` would make an interval of no length, or a negative one.
        assert 1 <= self.burst <= self.most, f"The limit {self.name} contradicts itself."

    @property
    def interval(self) -> int:
        """Microseconds that one event costs."""
        # Any `most + 1` events then span at least `per`, whatever their order.
        return -(-(self.per // _MICROSECOND) // (self.most - self.burst + 1))

    @property
    def tolerance(self) -> int:
        """Microseconds that the counter may lie ahead when an event comes."""
        return (self.burst - 1) * self.interval


def microseconds(instant: datetime) -> int:
    """Write an instant as whole microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


def wait_seconds(limit: Limit, tat: int, now: int) -> int:
    """Say in how many whole seconds the next event may come; 0 when it may come now."""
    return max(0, -(-(tat - limit.tolerance - now) // 1_000_000))


def events_held(limit: Limit, tat: int, now: int) -> int:
    """Say how many events a counter still remembers."""
    return max(0, -(-(tat - now) // limit.interval))
