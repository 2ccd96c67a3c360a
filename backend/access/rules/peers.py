"""Whether somebody opens records without consent far more often than their peers."""

from collections.abc import Collection
from statistics import median

TIMES_THE_MEDIAN = 3


def median_of(counts: Collection[int]) -> float | None:
    """Return the median of what peers declared; None when there are none."""
    return float(median(counts)) if counts else None


def is_far_above(own: int, peers: Collection[int]) -> bool:
    """Say whether one's own count is more than three times the median of one's peers.

    Where nobody else declared any, there is nothing to compare with.

    Source: reference notes on trust, 3-C; docs/decisions/0035-rights-by-hand.md.
    """
    middle = median_of(peers)
    return middle is not None and own > TIMES_THE_MEDIAN * middle
