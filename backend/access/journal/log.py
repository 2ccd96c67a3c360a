"""The log: once a minute the chains that moved enter the tree, and a head is signed.

Source: docs/decisions/0018-journal.md; RFC 9162, section 4.10 (signed tree heads).
"""

from datetime import timedelta
from uuid import UUID

import msgspec

from backend.access.journal import log_store, store
from backend.access.journal.errors import LogSizeUnknown
from backend.kernel.sealing import KeyProvider
from backend.kernel.work import Office, Work
from sync.core.ledger import tiles, tree
from sync.core.ledger.heads import (
    Leaf,
    LogKey,
    LogOpening,
    SignedHead,
    TreeHead,
    head_message,
    opening_message,
)

TICK_SECONDS = 5
# With a tick and the work itself, within the minute that is promised.
MERGED_AFTER = timedelta(seconds=50)
MERGED_AT_ONCE = 250
# A head of a quiet night says that the log is still there.
SIGNED_AGAIN_AFTER = timedelta(hours=1)


class ChainProof(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that the newest head holds the chain of a space, at one of its numbers.

    `leaf`, `leaf_index` and `hashes` are empty while the tree waits for its first line.
    """

    head: SignedHead
    leaf: Leaf | None = None
    leaf_index: int | None = None
    hashes: tuple[str, ...] = ()


async def merge_when_due(office: Office) -> None:
    """Take in the chains that wait, if one waits long enough or many do.

    Safe in any number of processes: whoever comes second finds nothing left.
    """
    now = office.clock()
    waiting = await office.look(lambda work: log_store.waiting(work.db))
    is_due = len(waiting) >= log_store.WAITING_MAX or (
        bool(waiting) and now - waiting[0][1] >= MERGED_AFTER
    )
    if is_due:
        await merge_all(office)
    elif not waiting:
        head = await office.look(_newest)
        if head is None or now - head.head.time >= SIGNED_AGAIN_AFTER:
            await office.write(merge_some)


async def merge_all(office: Office) -> None:
    """Take in every chain that waits, some at a time, so that no writer waits long."""
    while await office.write(merge_some) == MERGED_AT_ONCE:
        pass


async def merge_some(work: Work) -> int:
    """Take in up to MERGED_AT_ONCE chains and sign the head after them.

    Returns:
        How many chains waited for this.
    """
    before = await log_store.lock(work.db, (await current(work)).head.log_id)
    waiting = await log_store.waiting(work.db)
    space_ids = [space_id for space_id, _ in waiting[:MERGED_AT_ONCE]]
    moved = await log_store.take(work.db, space_ids) if space_ids else []
    size = before.head.size
    known = await log_store.tiles(work.db, before.head.log_id, tiles.edge(size))
    grown = tiles.append(size, known, [tree.leaf_hash(leaf_of(one).data()) for one in moved])
    if moved:
        await log_store.add_leaves(work.db, before.head.log_id, size, moved)
        await log_store.put_tiles(work.db, before.head.log_id, grown)
    root = tiles.root({**known, **grown}, size + len(moved))
    head = TreeHead(
        log_id=before.head.log_id,
        size=size + len(moved),
        root=root.hex(),
        # A clock that was set back does not make a head older than the one before.
        time=max(work.now, before.head.time),
    )
    await log_store.move(work.db, before, _signed(work.keys.provider, head, before))
    return len(space_ids)


def leaf_of(moved: log_store.Moved) -> Leaf:
    """Return the leaf of a chain."""
    return Leaf(space_id=moved.space_id, seq=moved.seq, chain=moved.chain.hex())


async def current(work: Work) -> SignedHead:
    """Return the head of the log that goes on; the first call of all begins it."""
    newest = await _newest(work)
    if newest is not None:
        return newest
    # The same in every process that comes first.
    name = work.keys.provider.index("journal log", "first")
    opening = LogOpening(log_id=UUID(bytes=name[:16], version=4), opened_at=work.now)
    await log_store.open_log(work.db, signed_opening(work.keys.provider, opening))
    begun = await _newest(work)
    assert begun is not None
    return begun


async def _newest(work: Work) -> SignedHead | None:
    found = await log_store.heads(work.db)
    return found[-1] if found else None


def signed_opening(provider: KeyProvider, opening: LogOpening) -> SignedHead:
    """Sign the first, empty head of a log."""
    head = TreeHead(
        log_id=opening.log_id, size=0, root=tree.EMPTY_ROOT.hex(), time=opening.opened_at
    )
    return SignedHead(
        head=head,
        signature=provider.sign(head_message(head)),
        opening=opening,
        opening_signature=provider.sign(opening_message(opening)),
    )


def _signed(provider: KeyProvider, head: TreeHead, before: SignedHead) -> SignedHead:
    signature = provider.sign(head_message(head))
    return msgspec.structs.replace(before, head=head, signature=signature)


async def signed_head(office: Office) -> SignedHead:
    """Return the newest head."""
    newest = await office.look(_newest)
    return newest if newest is not None else await office.write(current)


def log_keys(office: Office) -> list[LogKey]:
    """Return every key that signs heads or signed them."""
    return office.keys.provider.log_keys()


async def consistency(work: Work, log_id: UUID, first: int, second: int) -> list[str]:
    """Prove that a tree of one size is the beginning of one of another.

    Raises:
        LogSizeUnknown: The log has not been of these sizes, in this order, or there
            is no such log.
    """
    heads = {one.head.log_id: one.head for one in await log_store.heads(work.db)}
    if log_id not in heads or not 0 <= first <= second <= heads[log_id].size:
        raise LogSizeUnknown("This log was never of these sizes.")
    if first in (0, second):
        return []
    return await _hashes(work, log_id, tree.consistency_spans(first, second))


async def chain_proof(work: Work, space_id: UUID) -> ChainProof:
    """Prove that the newest head holds the chain of a space as the tree last took it in."""
    head = await current(work)
    log_id, size = head.head.log_id, head.head.size
    found = await log_store.last_leaf(work.db, log_id, space_id, size)
    if found is None:
        return ChainProof(head=head)
    (row,) = await store.rows_after(work.db, space_id, found.seq - 1, until=found.seq, most=1)
    leaf = Leaf(space_id=space_id, seq=found.seq, chain=row.chain.hex())
    spans = tree.inclusion_spans(found.leaf_index, size)
    hashes = await _hashes(work, log_id, spans)
    return ChainProof(head=head, leaf=leaf, leaf_index=found.leaf_index, hashes=tuple(hashes))


async def _hashes(work: Work, log_id: UUID, spans: list[tree.Span]) -> list[str]:
    found = await log_store.tiles(work.db, log_id, tiles.needed(spans))
    return [one.hex() for one in tiles.hashes(found, spans)]
