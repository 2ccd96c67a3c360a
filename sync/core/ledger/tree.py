"""A Merkle tree: hashes, appending, proofs and the checking of proofs.

Source: RFC 9162, section 2.1.
"""

import hashlib
from collections.abc import Sequence

_LEAF = b"\x00"
_NODE = b"\x01"
EMPTY_ROOT = hashlib.sha256().digest()

Span = tuple[int, int]
"""The leaves from the first index up to, but not including, the second."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf."""
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees, side by side."""
    return hashlib.sha256(_NODE + left + right).digest()


class CompactRange:
    """The roots of the complete subtrees that a tree is made of: enough to go on."""

    __slots__ = ("_peaks", "size")

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add the hash of one leaf."""
        sha256, peaks, size = hashlib.sha256, self._peaks, self.size
        while size & 1:
            leaf = sha256(_NODE + peaks.pop() + leaf).digest()
            size >>= 1
        peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the hash of the whole tree."""
        return fold(self._peaks)


def fold(peaks: Sequence[bytes]) -> bytes:
    """Return the root over complete subtrees that shrink from left to right."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Return what an inclusion proof is made of: spans of leaves, from the leaf up.

    Args:
        index: From 0 to *size* - 1.
        size: Of the tree.

    Source: RFC 9162, 2.1.3.1.
    """
    assert 0 <= index < size
    start, end, spans = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(first: int, second: int) -> list[Span]:
    """Return what a consistency proof between two sizes is made of.

    Args:
        first: From 1 to *second*.
        second: Of the larger tree.

    Source: RFC 9162, 2.1.4.1.
    """
    assert 0 < first <= second
    start, end, spans, is_whole = 0, second, [], True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start, is_whole = middle, False
    if not is_whole:
        spans.append((start, end))
    return spans[::-1]


def _split(size: int) -> int:
    """Return the largest power of two below *size*, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def proves_inclusion(
    leaf: bytes, index: int, size: int, *, proof: Sequence[bytes], root: bytes
) -> bool:
    """Say whether a proof shows that a leaf hash stands at an index of a tree.

    Source: RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    place, last, hashed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            hashed = node_hash(sibling, hashed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            hashed = node_hash(hashed, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and hashed == root


def proves_consistency(
    before: tuple[int, bytes], after: tuple[int, bytes], proof: Sequence[bytes]
) -> bool:
    """Say whether a proof shows that one tree begins with another.

    Args:
        before: Size and root of the smaller tree.
        after: Size and root of the larger one.
        proof: As `consistency_spans` orders it; empty when the sizes are equal or
            the smaller tree is empty.

    Source: RFC 9162, 2.1.4.2.
    """
    (first, first_root), (second, second_root) = before, after
    if not 0 <= first <= second:
        return False
    if first in (0, second):
        expected = EMPTY_ROOT if first == 0 else second_root
        return not proof and first_root == expected
    # A complete smaller tree is a node of the larger one: the proof leaves it out.
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    return bool(path) and _climb(path, first - 1, second - 1) == (first_root, second_root)


def _climb(path: Sequence[bytes], place: int, last: int) -> tuple[bytes, bytes] | None:
    """Compute both roots of a consistency proof; None when it is too long or too short."""
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None
