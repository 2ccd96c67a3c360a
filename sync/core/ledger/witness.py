"""What a phone remembers of a ledger, and how it checks whatever comes next against it.

Pure: what was remembered and what was answered in, what to remember or a fault out.
Source: docs/decisions/0018-journal.md; RFC 9162, section 8.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec

from sync.core.ledger import canonical, chain, tree
from sync.core.ledger.heads import (
    Keys,
    Leaf,
    LogKey,
    SignedHead,
    head_message,
    is_signed,
    opening_message,
    trusted,
)

# A log takes lines in within a minute and signs at least once an hour. Twice this,
# by its own heads, and it keeps a line out.
LATE_AFTER = timedelta(hours=1)
LATE_TIMES = 2


class Fault(Enum):
    """What cannot happen to a ledger that only grows."""

    COMMITMENT = "commitment"  # An entry or its salt is not what was committed to.
    PLACE = "place"  # An entry was written for another space or number.
    GAP = "gap"  # A number is missing, or comes twice.
    CHAIN = "chain"  # A line does not follow from the one before.
    SHORTENED = "shortened"  # The journal ends before what was seen of it.
    REWRITTEN = "rewritten"  # A line that was seen is another one now.
    KEY = "key"  # The keys are not those that were trusted, nor endorsed by them.
    SIGNATURE = "signature"  # A head is signed by none of them.
    LOG_SHORTENED = "log-shortened"  # The log is smaller than it was.
    LOG_REWRITTEN = "log-rewritten"  # The log does not go on from what it was.
    LOG_REPLACED = "log-replaced"  # Another log, and no word of a restore since.
    INCLUSION = "inclusion"  # The journal is not in the log as it was read.
    KEPT_OUT = "kept-out"  # The log goes on without a line that it should have taken in.


class Tampered(Exception):
    """A fault, and at which number of the journal, if at one."""

    def __init__(self, fault: Fault, seq: int | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.seq = seq


class News(Enum):
    """What a head says, against the one before."""

    FIRST = "first"
    GOES_ON = "goes-on"
    REPLACED = "replaced"  # The server was put back to an earlier copy, and says so.


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a journal as a server gives it; entry and salt are absent once erased."""

    seq: int
    commitment: str
    chain: str
    entry: Any = None
    salt: str | None = None
    text: dict[str, str] = {}
    answer: Any = None


class ChainHead(msgspec.Struct, frozen=True, kw_only=True):
    """Where a server says that a journal ends."""

    seq: int
    chain: str


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """The newest head of the log, and the proof that it holds a journal."""

    head: SignedHead
    leaf: Leaf | None = None
    leaf_index: int | None = None
    hashes: tuple[str, ...] = ()


class ChainPin(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of one journal, and in which log it was."""

    seq: int
    chain: str
    log_id: UUID | None = None
    leaf_seq: int = 0
    unmerged_seq: int = 0
    unmerged_since: datetime | None = None
    late: int = 0


def first_pin(space_id: UUID) -> ChainPin:
    """Return what is known of a journal of which nothing was seen."""
    return ChainPin(seq=0, chain=chain.begin(space_id).hex())


def follow_keys(known: Keys, offered: list[LogKey]) -> dict[str, str]:
    """Return the keys to trust from now on.

    Raises:
        Tampered: KEY.
    """
    keys = trusted(known, offered)
    if keys is None:
        raise Tampered(Fault.KEY)
    return keys


def follow_head(
    known: SignedHead | None, seen: SignedHead, keys: Keys, hashes: Sequence[str]
) -> News:
    """Check a head against the one that is remembered.

    Args:
        known: None before the first.
        seen: The newest.
        keys: Trusted ones.
        hashes: The consistency proof between the two, if the log is the same.

    Raises:
        Tampered: SIGNATURE, LOG_SHORTENED, LOG_REWRITTEN or LOG_REPLACED.
    """
    opening = seen.opening
    if (
        not is_signed(head_message(seen.head), seen.signature, keys)
        or not is_signed(opening_message(opening), seen.opening_signature, keys)
        or opening.log_id != seen.head.log_id
    ):
        raise Tampered(Fault.SIGNATURE)
    if known is None:
        return News.FIRST
    if known.head.log_id != seen.head.log_id:
        # A log that began before the last head that was seen is one that was hidden.
        if not opening.restored or opening.opened_at <= known.head.time:
            raise Tampered(Fault.LOG_REPLACED)
        return News.REPLACED
    if seen.head.size < known.head.size:
        raise Tampered(Fault.LOG_SHORTENED)
    before, after = _size_and_root(known), _size_and_root(seen)
    if opening != known.opening or not tree.proves_consistency(before, after, _bytes(hashes)):
        raise Tampered(Fault.LOG_REWRITTEN)
    return News.GOES_ON


def follow_end(pin: ChainPin, head: ChainHead) -> None:
    """Check where a journal is said to end, before its new lines are read.

    Raises:
        Tampered: SHORTENED or REWRITTEN.
    """
    if head.seq < pin.seq:
        raise Tampered(Fault.SHORTENED, head.seq)
    if head.seq == pin.seq and head.chain != pin.chain:
        raise Tampered(Fault.REWRITTEN, head.seq)


def follow_lines(space_id: UUID, pin: ChainPin, lines: Iterable[Line]) -> ChainPin:
    """Check lines that follow what is remembered, and return what to remember then.

    Raises:
        Tampered: GAP, CHAIN, COMMITMENT or PLACE.
    """
    seq, link = pin.seq, bytes.fromhex(pin.chain)
    for line in lines:
        if line.seq != seq + 1:
            raise Tampered(Fault.GAP, line.seq)
        seq, link = line.seq, chain.link(link, _hash(line.commitment, Fault.CHAIN, line.seq))
        if line.chain != link.hex():
            raise Tampered(Fault.CHAIN, seq)
        check_entry(space_id, line)
    return msgspec.structs.replace(pin, seq=seq, chain=link.hex())


def check_entry(space_id: UUID, line: Line) -> None:
    """Check that what a line says is what was committed to, and belongs there.

    Raises:
        Tampered: COMMITMENT or PLACE.
    """
    if line.entry is None and line.salt is None:
        return  # Erased: the commitment stands in the chain for ever.
    try:
        salt, entry = bytes.fromhex(line.salt or ""), canonical.encode(line.entry)
    except ValueError:
        raise Tampered(Fault.COMMITMENT, line.seq) from None
    is_whole = len(salt) == chain.SALT_BYTES and isinstance(line.entry, dict)
    if not is_whole or chain.commit(salt, entry).hex() != line.commitment:
        raise Tampered(Fault.COMMITMENT, line.seq)
    if (line.entry.get("space_id"), line.entry.get("seq")) != (str(space_id), line.seq):
        raise Tampered(Fault.PLACE, line.seq)


def follow_proof(
    space_id: UUID, pin: ChainPin, proof: Proof, chain_at: Callable[[int], str | None]
) -> ChainPin:
    """Check that the log holds the journal as it was read, and return what to remember then.

    Args:
        space_id: Whose journal.
        pin: After its lines were read.
        proof: Asked for before they were, so that they are all there.
        chain_at: The chain at a number, as it was read.

    Raises:
        Tampered: INCLUSION or KEPT_OUT.
    """
    leaf, head = proof.leaf, proof.head.head
    leaf_seq = 0 if leaf is None else leaf.seq
    if leaf_seq < pin.leaf_seq:
        raise Tampered(Fault.INCLUSION, leaf_seq)
    if leaf is not None and (
        leaf.space_id != space_id
        or chain_at(leaf.seq) != leaf.chain
        or not tree.proves_inclusion(
            tree.leaf_hash(leaf.data()),
            -1 if proof.leaf_index is None else proof.leaf_index,
            head.size,
            proof=_bytes(proof.hashes),
            root=_hash(head.root, Fault.INCLUSION),
        )
    ):
        raise Tampered(Fault.INCLUSION, leaf_seq)
    pin = msgspec.structs.replace(pin, leaf_seq=leaf_seq, log_id=head.log_id)
    return _punctual(pin, head.time)


def _punctual(pin: ChainPin, now: datetime) -> ChainPin:
    """Watch, by the log's own times, that it takes in what was read."""
    if pin.leaf_seq >= pin.unmerged_seq:  # What was waited for is in, or nothing was.
        is_waiting = pin.leaf_seq < pin.seq
        return msgspec.structs.replace(
            pin,
            unmerged_seq=pin.seq if is_waiting else 0,
            unmerged_since=now if is_waiting else None,
            late=0,
        )
    assert pin.unmerged_since is not None
    if now - pin.unmerged_since < LATE_AFTER:
        return pin
    if pin.late + 1 >= LATE_TIMES:
        raise Tampered(Fault.KEPT_OUT, pin.unmerged_seq)
    return msgspec.structs.replace(pin, unmerged_since=now, late=pin.late + 1)


def _size_and_root(signed: SignedHead) -> tuple[int, bytes]:
    return signed.head.size, _hash(signed.head.root, Fault.LOG_REWRITTEN)


def _hash(text: str, fault: Fault, seq: int | None = None) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Tampered(fault, seq) from None


def _bytes(hashes: Sequence[str]) -> list[bytes]:
    try:
        return [bytes.fromhex(one) for one in hashes]
    except ValueError:
        return [b""]  # Proves nothing.
