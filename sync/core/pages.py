"""How much goes on one page."""

from collections.abc import Sequence

from sync.core.limits import PAGE_BYTES_MAX

# What a change takes beside its body.
ENVELOPE_BYTES = 130


def fitting(sizes: Sequence[int], *, beside: int = 0, most: int = PAGE_BYTES_MAX) -> int:
    """Say how many items of these sizes fit a page, at least one of them.

    Args:
        sizes: Of each item, in bytes.
        beside: What an item takes beside.
        most: Bytes of a page.
    """
    if sum(sizes) + len(sizes) * beside <= most:
        return len(sizes)
    size = 0
    for count, one in enumerate(sizes):
        size += one + beside
        if count and size > most:
            return count
    return len(sizes)


def fitting_changes(sizes: Sequence[int]) -> int:
    """Say how many changes with bodies of these sizes fit a page, at least one."""
    return fitting(sizes, beside=ENVELOPE_BYTES)
