"""Who opens records without consent far more often than their peers."""

import pytest

from backend.access.rules.peers import is_far_above


@pytest.mark.parametrize(
    ("own", "peers", "answer"),
    [
        (3, [1, 1, 1], False),
        (4, [1, 1, 1], True),
        (7, [1, 2, 9], True),
        (6, [1, 2, 9], False),
        (8, [1, 4], True),
        (30, [], False),
    ],
)
def test_more_than_three_times_the_median_is_far_above(
    own: int, peers: list[int], *, answer: bool
) -> None:
    """One who does it often among those who seldom do; alone, there is nobody to compare with."""
    assert is_far_above(own, peers) is answer
