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


class RequestLimits:
    """A generic cell rate: `per_minute` requests a minute, in bursts of as many.

    Source: ITU-T I.371, GCRA.
    """

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._step = 60.0 / per_minute
        self._burst = 60.0
        self._clock = clock
        self._arrivals: OrderedDict[Hashable, float] = OrderedDict()

    def charge(self, key: Hashable) -> None:
        """Count one request.

        Raises:
            TooManyRequests: The bucket is full; it says when there is room.
        """
        now = self._clock()
        expected = max(self._arrivals.get(key, now), now) + self._step
        if expected - now > self._burst:
            refusal = TooManyRequests("This device asks too often.")
            refusal.retry_after_seconds = int(expected - now - self._burst) + 1
            raise refusal
        self._arrivals[key] = expected
        self._arrivals.move_to_end(key)
        if len(self._arrivals) > KEYS_MAX:
            self._arrivals.popitem(last=False)
