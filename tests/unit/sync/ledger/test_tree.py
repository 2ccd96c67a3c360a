"""The Merkle tree: the known answers, a second implementation, and every false proof refused."""

import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from sync.core.ledger import tiles, tree
from sync.core.ledger.tree import (
    CompactRange,
    consistency_spans,
    inclusion_spans,
    leaf_hash,
    node_hash,
    proves_consistency,
    proves_inclusion,
)

# Inputs and roots that the reference implementations of RFC 6962 and RFC 9162 share.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZE = 77


def leaves(count: int) -> list[bytes]:
    """Make the hashes of so many leaves."""
    return [leaf_hash(i.to_bytes(4)) for i in range(count)]


def naive_root(hashes: list[bytes]) -> bytes:
    """Compute a root as the definition says, from nothing."""
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return node_hash(naive_root(hashes[:half]), naive_root(hashes[half:]))


def tiled(count: int) -> dict[tiles.TileKey, bytes]:
    """Put so many leaves into tiles at once."""
    return tiles.append(0, {}, leaves(count))


def inclusion(count: int, index: int) -> list[bytes]:
    """Prove one leaf."""
    return tiles.hashes(tiled(count), inclusion_spans(index, count))


def test_the_known_roots_come_out() -> None:
    """What every implementation of the RFC computes, from one leaf to eight."""
    grown = CompactRange()
    assert grown.root() == tree.EMPTY_ROOT

    for data, root in zip(INPUTS, ROOTS, strict=True):
        grown.append(leaf_hash(data))
        assert grown.root().hex() == root


def test_the_known_proofs_come_out() -> None:
    """The paths that the RFC draws for its tree of seven leaves."""
    assert inclusion_spans(0, 7) == [(1, 2), (2, 4), (4, 7)]
    assert inclusion_spans(3, 7) == [(2, 3), (0, 2), (4, 7)]
    assert inclusion_spans(6, 7) == [(4, 6), (0, 4)]
    assert consistency_spans(3, 7) == [(2, 3), (3, 4), (0, 2), (4, 7)]
    assert consistency_spans(4, 7) == [(4, 7)]
    assert consistency_spans(6, 7) == [(4, 6), (6, 7), (0, 4)]


def test_another_library_agrees_on_roots_and_paths() -> None:
    """Pymerkle, which shares no line with this, computes the same."""
    oracle, ours = InmemoryTree(algorithm="sha256"), CompactRange()

    for i in range(300):
        oracle.append_entry(i.to_bytes(4))
        ours.append(leaf_hash(i.to_bytes(4)))
        assert ours.root() == oracle.get_root()

    held = tiled(300)
    for index in (1, 2, 150, 256, 257, 300):  # It counts from one.
        theirs = oracle.prove_inclusion(index, 300).path[1:]
        assert tiles.hashes(held, inclusion_spans(index - 1, 300)) == theirs


@pytest.mark.parametrize("count", [1, 2, 255, 256, 257, 511, 513, 65_536 + 300])
def test_tiles_hold_the_same_tree_however_it_grew(count: int) -> None:
    """One append or many give the same tiles, and the root is the one of the definition."""
    whole, grown, size = tiled(count), {}, 0
    all_leaves = leaves(count)

    while size < count:
        step = min(count - size, 1 + size // 3)
        known = {key: grown[key] for key in tiles.edge(size)}  # Nothing else is needed.
        grown.update(tiles.append(size, known, all_leaves[size : size + step]))
        size += step

    assert grown == whole
    assert max(len(tile) for tile in grown.values()) <= tiles.WIDTH * 32
    assert tiles.root({k: whole[k] for k in tiles.needed([(0, count)])}, count) == naive_root(
        all_leaves
    )


@given(count=st.integers(1, 600), data=st.data())
def test_every_leaf_is_proved_and_nowhere_else(count: int, data: st.DataObject) -> None:
    """A proof convinces for its leaf, index, size and root, and for no other."""
    index = data.draw(st.integers(0, count - 1))
    other = data.draw(st.integers(0, count - 1))
    hashes = leaves(count)
    root, proof = naive_root(hashes), inclusion(count, index)

    def holds(leaf: bytes, at: int, size: int, path: list[bytes]) -> bool:
        return proves_inclusion(leaf, at, size, proof=path, root=root)

    assert holds(hashes[index], index, count, proof)
    assert holds(hashes[other], index, count, proof) is (other == index)
    assert not holds(hashes[index], index, count, [*proof, root])
    assert not holds(hashes[index], count, count, proof)
    assert not holds(hashes[index], index, 4 * count, proof), "A deeper tree has longer proofs."
    assert not holds(hashes[index], -1, count, proof)
    assert not proves_inclusion(hashes[index], index, count, proof=proof, root=hashes[0] + b"x")
    if proof:
        assert not holds(hashes[index], index, count, proof[:-1])
        assert not holds(hashes[index], index, count, [bytes(32), *proof[1:]])


@given(second=st.integers(1, 600), data=st.data())
def test_a_larger_tree_proves_that_it_goes_on(second: int, data: st.DataObject) -> None:
    """A consistency proof convinces for the two trees it is of, and for no others."""
    first = data.draw(st.integers(0, second))
    hashes, held = leaves(second), tiled(second)
    before, after = (first, naive_root(hashes[:first])), (second, naive_root(hashes))
    spans = consistency_spans(first, second) if 0 < first < second else []
    proof = tiles.hashes(held, spans)

    assert proves_consistency(before, after, proof)
    assert not proves_consistency((first, bytes(32)), after, proof)
    assert not proves_consistency(before, (second, bytes(32)), proof) or first == 0
    assert not proves_consistency(before, after, [*proof, bytes(32)])
    assert not proves_consistency((second + 1, after[1]), after, proof)
    assert not proves_consistency(before, (4 * second, after[1]), proof) or first == 0
    for i in range(len(proof)):
        assert not proves_consistency(before, after, [*proof[:i], *proof[i + 1 :]])
        assert not proves_consistency(before, after, [*proof[:i], bytes(32), *proof[i + 1 :]])


def test_two_histories_have_no_proof_in_common() -> None:
    """A tree that changed one leaf is not the continuation of the one before."""
    honest, forged = leaves(SIZE), leaves(SIZE)
    forged[3] = leaf_hash(b"another")
    held = tiles.append(0, {}, forged)

    for first in range(4, SIZE):
        proof = tiles.hashes(held, consistency_spans(first, SIZE))
        before, after = (first, naive_root(honest[:first])), (SIZE, naive_root(forged))
        assert not proves_consistency(before, after, proof)


def test_appending_is_fast() -> None:
    """A hundred thousand leaves take a second of one core at most, on a machine at rest."""
    hashes = leaves(100_000)
    grown = CompactRange()

    began = time.process_time()
    for one in hashes:
        grown.append(one)
    took = time.process_time() - began

    assert grown.size == len(hashes)
    assert took < 1
