"""Spaces with journals, and short ways to write, merge and check them."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from backend.access.journal import log, service
from backend.access.journal.model import Action, Actor, ActorKind, Object, Receipt, Trace
from sync.core.ledger.heads import (
    SignedHead,
    head_message,
    is_signed,
    opening_message,
)
from sync.core.ledger.tree import leaf_hash, proves_consistency, proves_inclusion
from tests.people import Town

DOCTOR = Actor(
    kind=ActorKind.PROFESSIONAL, party_id=UUID(int=5), name="Anne Martin", profession="10"
)


def trace(
    actor: Actor = DOCTOR,
    action: Action = Action.OPEN,
    *,
    at: datetime | None = None,
    count: int = 1,
) -> Trace:
    """Make a trace of so many objects."""
    objects = [Object(collection="documents", record_id=uuid4()) for _ in range(count)]
    when = at or datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    return Trace(at=when, actor=actor, action=action, objects=objects)


async def write(town: Town, space_id: UUID, count: int = 1) -> Receipt:
    """Write so many lines, each in a transaction of its own."""
    for _ in range(count):
        one = trace(at=town.now)
        receipt = await town.office.write(
            lambda work, one=one: service.write(work, space_id, one)  # type: ignore[misc]
        )
    return receipt


async def new_space(town: Town, lines: int = 0) -> UUID:
    """Open a space with a journal of so many lines."""
    space_id: UUID = (await town.open_space()).space_id
    if lines:
        await write(town, space_id, lines)
    return space_id


def keys_of(town: Town) -> dict[str, str]:
    """Return the public keys of the log."""
    return {key.key_id: key.public for key in log.log_keys(town.office)}


async def proved(town: Town, space_id: UUID) -> tuple[int, bytes]:
    """Return the number and chain that the newest head is proved to hold."""
    proof = await town.office.read(lambda work: log.chain_proof(work, space_id))
    assert proof.leaf is not None
    assert proof.leaf_index is not None
    assert proof.leaf.space_id == space_id
    assert proves_inclusion(
        leaf_hash(proof.leaf.data()),
        proof.leaf_index,
        proof.head.head.size,
        proof=[bytes.fromhex(one) for one in proof.hashes],
        root=bytes.fromhex(proof.head.head.root),
    )
    return proof.leaf.seq, bytes.fromhex(proof.leaf.chain)


async def is_consistent(town: Town, before: SignedHead, after: SignedHead) -> bool:
    """Ask for the proof that one head goes on from another, and check it."""
    log_id, first, second = after.head.log_id, before.head.size, after.head.size
    hashes = await town.office.read(lambda work: log.consistency(work, log_id, first, second))
    return proves_consistency(
        (first, bytes.fromhex(before.head.root)),
        (second, bytes.fromhex(after.head.root)),
        [bytes.fromhex(one) for one in hashes],
    )


def is_signed_whole(town: Town, signed: SignedHead) -> bool:
    """Check both signatures of a head."""
    keys = keys_of(town)
    return is_signed(head_message(signed.head), signed.signature, keys) and is_signed(
        opening_message(signed.opening), signed.opening_signature, keys
    )
