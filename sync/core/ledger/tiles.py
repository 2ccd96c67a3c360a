"""A tree kept as tiles of 256 hashes: what is full never changes again.

Tile `(level, n)` holds the hashes of up to 256 neighbours; each of them is the
root of 256^level leaves. Source: the form of c2sp.org/tlog-tiles.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sync.core.ledger.chain import HASH_BYTES
from sync.core.ledger.tree import Span, fold, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT

TileKey = tuple[int, int]
Tiles = Mapping[TileKey, bytes]
_Node = tuple[int, int]  # Level and index of a complete subtree.


def edge(size: int) -> list[TileKey]:
    """Return the tiles that a tree of this size goes on in, where they hold anything."""
    keys = []
    for level in range(64 // HEIGHT):
        count = size >> (HEIGHT * level)
        if count == 0:
            break
        if count % WIDTH:
            keys.append((level, count // WIDTH))
    return keys


def append(size: int, tiles: Tiles, leaves: Iterable[bytes]) -> dict[TileKey, bytes]:
    """Add leaf hashes to a tree of *size* leaves.

    Args:
        size: Before.
        tiles: At least those of `edge(size)`.
        leaves: Hashes.

    Returns:
        The tiles that are new or longer, whole.
    """
    grown: dict[TileKey, bytearray] = {}
    for index, leaf in enumerate(leaves, start=size):
        _put(grown, tiles, (0, index), leaf)
    return {key: bytes(tile) for key, tile in grown.items()}


def _put(grown: dict[TileKey, bytearray], tiles: Tiles, place: _Node, hashed: bytes) -> None:
    """Put a hash at the end of its tile; a tile that is full gives one to the level above."""
    level, index = place
    key = (level, index // WIDTH)
    tile = grown.get(key)
    if tile is None:
        tile = grown[key] = bytearray(tiles.get(key, b"") if index % WIDTH else b"")
    assert len(tile) == index % WIDTH * HASH_BYTES, "A tile does not end where the tree does."
    tile += hashed
    if len(tile) == WIDTH * HASH_BYTES:
        _put(grown, tiles, (level + 1, key[1]), _root(bytes(tile)))


def needed(spans: Sequence[Span]) -> set[TileKey]:
    """Return the tiles in which the hashes of these spans are found."""
    return {_tile_of(node) for span in spans for node in _nodes(span)}


def hashes(tiles: Tiles, spans: Sequence[Span]) -> list[bytes]:
    """Return the hash of each span.

    Raises:
        KeyError: A tile of `needed(spans)` is missing.
    """
    return [fold([_hash(tiles, node) for node in _nodes(span)]) for span in spans]


def root(tiles: Tiles, size: int) -> bytes:
    """Return the root of the first *size* leaves, found in the tiles of `needed([(0, size)])`."""
    return hashes(tiles, [(0, size)])[0]


def _nodes(span: Span) -> Iterator[_Node]:
    """Yield the complete subtrees that a span is made of, the largest first."""
    start, end = span
    while start < end:
        level = (end - start).bit_length() - 1
        assert start % (1 << level) == 0, "A span of a proof begins where a subtree does."
        yield level, start >> level
        start += 1 << level


def _tile_of(node: _Node) -> TileKey:
    level, index = node
    return level // HEIGHT, (index << level % HEIGHT) // WIDTH


def _hash(tiles: Tiles, node: _Node) -> bytes:
    level, index = node
    count = 1 << level % HEIGHT
    start = (index * count) % WIDTH * HASH_BYTES
    found = tiles[_tile_of(node)][start : start + count * HASH_BYTES]
    assert len(found) == count * HASH_BYTES, "A tile is shorter than its tree."
    return _root(found)


def _root(row: bytes) -> bytes:
    """Return the root over a power of two of neighbouring hashes."""
    level = [row[i : i + HASH_BYTES] for i in range(0, len(row), HASH_BYTES)]
    while len(level) > 1:
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]
