"""How often one device may ask: a leaky bucket in memory, one for each device.

Limits on sign-in are kept in the database, by identity. This one protects the
process from a client that loops, so that it need not outlive the process; with
several processes each takes its share.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from backend.kernel.errors import Refusal

KEYS_MAX = 100_000


class TooManyRequests(Refusal):
    """This device asks too often."""

    code = "too-many-requests"
    status = 429


class TooManyChanges(Refusal):
    """This device sent more changes in a day than anybody makes."""

    code = "too-many-changes"
    status = 429


class RequestLimits:
    """A generic cell rate: so many in a window of time, in bursts of as many.

    Source: ITU-T I.371, GCRA.
    """

    def __init__(
        self,
        per_window: int,
        *,
        window_seconds: float = 60.0,
        refusal: type[Refusal] = TooManyRequests,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._step = window_seconds / per_window
        self._burst = window_seconds
        self._refusal = refusal
        self._clock = clock
        self._arrivals: OrderedDict[Hashable, float] = OrderedDict()

    def charge(self, key: Hashable, count: int = 1) -> None:
        """Count one request, or several at once: all of them or none.

        Raises:
            Refusal: The bucket is full; it says when there is room.
        """
        now = self._clock()
        expected = max(self._arrivals.get(key, now), now) + count * self._step
        if expected - now > self._burst:
            refusal = self._refusal("This device asks too often.")
            refusal.retry_after_seconds = int(expected - now - self._burst) + 1
            raise refusal
        self._arrivals[key] = expected
        self._arrivals.move_to_end(key)
        if len(self._arrivals) > KEYS_MAX:
            self._arrivals.popitem(last=False)

    def give_back(self, key: Hashable) -> None:
        """Take back one request that was counted and will be counted again."""
        if key in self._arrivals:
            self._arrivals[key] -= self._step
