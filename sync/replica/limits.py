"""The bounds a client keeps by itself; those of the protocol are in `sync.core.limits`."""

from datetime import timedelta

ATTEMPTS_MAX = 6
BACKOFF_BASE_SECONDS = 1.0
BACKOFF_CAP_SECONDS = 60.0
RETRY_AFTER_SECONDS_MAX = 300.0
"""A server that asks for more is asked again at another sync."""

ROUNDS_MAX = 10_000
"""Requests in one sync: more than any record needs, and an end to a server that never has one."""

OPS_BYTES_MAX = 1000 * 1024
"""Leaves room, under the limit of a request, for what asks for fifty spaces."""

RESTART_AGAIN_AFTER = timedelta(days=1)
"""A copy that starting again did not make equal is not fetched again at every sync."""

JSON_DEPTH_MAX = 32
INTEGER_MAX = 2**53 - 1
"""Past this, a client written in JavaScript reads another number."""
