"""Checking everything: every chain, every commitment, every leaf, tile, head and signature."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from uuid import UUID

import msgspec

from backend.access.journal import log, log_store, service, store
from backend.access.journal.log_store import StoredLeaf
from backend.access.journal.model import ChainHead, Entry, Row
from backend.kernel.keys import Erased
from backend.kernel.sealing import Cipher, SealBroken
from backend.kernel.work import Office, Work
from sync.core.ledger import chain, tiles, tree
from sync.core.ledger.heads import (
    Leaf,
    head_message,
    is_signed,
    opening_message,
)

SPACES_AT_ONCE = 100
ROWS_AT_ONCE = 500


class JournalDamaged(Exception):
    """The first fault found: a sentence, and where."""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """How far an audit has come."""

    spaces: int = 0
    entries: int = 0
    leaves: int = 0


async def audit(office: Office) -> AsyncIterator[Checked]:
    """Check the journals of all spaces, then the logs, and yield how far it came.

    The server may go on meanwhile.

    Raises:
        JournalDamaged: Something is not as it was written.
    """
    done = Checked()
    after: UUID | None = UUID(int=0)
    while after is not None:
        found = await office.look(_spaces_after(after))
        for space_id in found:
            entries = await office.read(partial(_check_space, space_id=space_id))
            done = msgspec.structs.replace(
                done, spaces=done.spaces + 1, entries=done.entries + entries
            )
        yield done
        after = found[-1] if len(found) == SPACES_AT_ONCE else None
    for signed in await office.look(lambda work: log_store.heads(work.db)):
        leaves = await office.read(partial(_check_log, log_id=signed.head.log_id))
        done = msgspec.structs.replace(done, leaves=done.leaves + leaves)
        yield done


def _spaces_after(after: UUID) -> Callable[[Work], Awaitable[list[UUID]]]:
    return lambda work: store.journals_after(work.db, after, SPACES_AT_ONCE)


async def _check_space(work: Work, space_id: UUID) -> int:
    """Check one journal as of one instant; return how many entries it has."""
    head = await store.head(work.db, space_id)
    cipher: Cipher | None = None
    # Where the key is gone, that nothing was changed can be checked for ever.
    with contextlib.suppress(Erased):
        cipher = await work.keys.cipher(work.db, space_id)
    seq, link = 0, chain.begin(space_id)
    while rows := await store.rows_after(work.db, space_id, seq, until=2**62, most=ROWS_AT_ONCE):
        for row in rows:
            where = f"space {space_id}, entry {row.seq}"
            if row.seq != seq + 1:
                raise JournalDamaged(f"In {where}: entry {seq + 1} is missing before it.")
            seq, link = row.seq, chain.link(link, row.commitment)
            if row.chain != link:
                raise JournalDamaged(f"In {where}: the chain does not fit what comes before.")
            if cipher is not None and row.sealed is not None:
                _check_entry(cipher, space_id, row)
    if (seq, link) != (head.seq, head.chain):
        raise JournalDamaged(
            f"In space {space_id}: the chain ends at {seq}, its head says {head.seq}."
        )
    await _check_merged(work, space_id, head)
    return seq


def _check_entry(cipher: Cipher, space_id: UUID, row: Row) -> None:
    assert row.sealed is not None
    where = f"space {space_id}, entry {row.seq}"
    try:
        plain = cipher.open(service.place(row.seq), row.sealed)
    except SealBroken:
        raise JournalDamaged(f"In {where}: the seal is broken.") from None
    salt, entry = plain[: chain.SALT_BYTES], plain[chain.SALT_BYTES :]
    if chain.commit(salt, entry) != row.commitment:
        raise JournalDamaged(f"In {where}: the entry does not fit its commitment.")
    read = msgspec.json.decode(entry, type=Entry)
    if (read.space_id, read.seq) != (space_id, row.seq):
        raise JournalDamaged(f"In {where}: the entry was written for another place.")


async def _check_merged(work: Work, space_id: UUID, head: ChainHead) -> None:
    """A chain is in the newest tree as it stands, or waits for it."""
    if head.waiting_since is not None or head.seq == 0:
        return
    newest = await log.current(work)
    leaf = await log_store.last_leaf(work.db, newest.head.log_id, space_id, newest.head.size)
    if leaf is None or leaf.seq != head.seq:
        raise JournalDamaged(f"In space {space_id}: the tree has not taken in entry {head.seq}.")


async def _check_log(work: Work, log_id: UUID) -> int:
    """Check one log from its first leaf to its signature; return how many leaves it has."""
    # As of this instant: it may have grown since it was listed.
    signed = await log_store.head(work.db, log_id)
    head, keys = signed.head, {key.key_id: key.public for key in work.keys.provider.log_keys()}
    where = f"log {head.log_id}"
    grown, upper = tree.CompactRange(), dict[tiles.TileKey, bytes]()
    for start in range(0, head.size, tiles.WIDTH):
        end = min(head.size, start + tiles.WIDTH)
        key = (0, start // tiles.WIDTH)
        hashes = (await log_store.tiles(work.db, head.log_id, [key])).get(key, b"")
        if len(hashes) != (end - start) * chain.HASH_BYTES:
            raise JournalDamaged(f"In {where}: leaves {start} to {end - 1} are not all there.")
        row = [hashes[i : i + chain.HASH_BYTES] for i in range(0, len(hashes), chain.HASH_BYTES)]
        for leaf in await log_store.leaves(work.db, head.log_id, start, end):
            await _check_leaf(work, leaf, row[leaf.leaf_index - start], where)
        for one in row:
            grown.append(one)
        upper.update(tiles.append(start, upper, row))
        upper.pop(key, None)
    if grown.root().hex() != head.root:
        raise JournalDamaged(f"In {where}: the tree does not have the root that was signed.")
    stored = await log_store.tiles(work.db, head.log_id, upper)
    if stored != upper:
        raise JournalDamaged(f"In {where}: the upper part of the tree does not fit its leaves.")
    if not is_signed(head_message(head), signed.signature, keys) or not is_signed(
        opening_message(signed.opening), signed.opening_signature, keys
    ):
        raise JournalDamaged(f"In {where}: the head is not signed by a key of this server.")
    return head.size


async def _check_leaf(work: Work, leaf: StoredLeaf, hashed: bytes, where: str) -> None:
    rows = await store.rows_after(work.db, leaf.space_id, leaf.seq - 1, until=leaf.seq, most=1)
    if not rows:
        raise JournalDamaged(
            f"In {where}: leaf {leaf.leaf_index} is of entry {leaf.seq} of space "
            f"{leaf.space_id}, which is missing."
        )
    said = Leaf(space_id=leaf.space_id, seq=leaf.seq, chain=rows[0].chain.hex())
    if tree.leaf_hash(said.data()) != hashed:
        raise JournalDamaged(
            f"In {where}: leaf {leaf.leaf_index} does not fit entry {leaf.seq} of space "
            f"{leaf.space_id}."
        )
