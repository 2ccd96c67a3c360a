"""Writing the journal: in the same transaction as the act, or the act does not happen."""

import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec

from backend.access.journal import store, withheld
from backend.access.journal.model import (
    NAME_CHARACTERS_MAX,
    OBJECTS_MAX,
    PURPOSE_CHARACTERS_MAX,
    VERSION,
    Actor,
    Entry,
    Receipt,
    Row,
    Trace,
)
from backend.kernel.keys import Keys
from backend.kernel.work import Work
from sync.core.ledger import chain

OWN_READS_REMEMBERED_MAX = 20_000

# What `sync.core.ledger.canonical` writes, in one go; a test compares.
_canonical = msgspec.json.Encoder(order="sorted")

_Known = OrderedDict[tuple[UUID, UUID], int]
# What each office knows to be durable; it goes when the office does.
_known_of: WeakKeyDictionary[Keys, _Known] = WeakKeyDictionary()


async def write(work: Work, space_id: UUID, trace: Trace) -> Receipt:
    """Write who did what into the journal of a space, in the transaction of the act.

    A trace of more than OBJECTS_MAX objects becomes several entries.

    Returns:
        The receipt of the last entry.

    Raises:
        Erased: The space's key is gone.
    """
    return await write_all(work, space_id, [trace])


async def write_all(work: Work, space_id: UUID, traces: Sequence[Trace]) -> Receipt:
    """Write several traces of one space, in order; at least one.

    What they say of records that are still to be announced is kept until it was.
    Write after the records are stored, or nobody knows that they are such.

    Raises:
        Erased: The space's key is gone.
    """
    told_now = await withheld.hold_back(work, space_id, traces)
    if not told_now:
        head = await store.head(work.db, space_id)
        return Receipt(seq=head.seq, chain=head.chain, is_told=False)
    return await _append(work, space_id, told_now)


async def tell_announced(work: Work, space_id: UUID) -> None:
    """Write the lines that waited for an announcement which is over.

    Raises:
        Erased: The space's key is gone.
    """
    while told := await withheld.take_due(work, space_id):
        await _append(work, space_id, told)


async def _append(work: Work, space_id: UUID, traces: Sequence[Trace]) -> Receipt:
    cipher = await work.keys.cipher(work.db, space_id)
    head = await store.lock_head(work.db, space_id)
    seq, link = head.seq, head.chain
    rows = []
    for trace in _cut(traces):
        seq += 1
        salt = os.urandom(chain.SALT_BYTES)
        entry = encode(_entry(space_id, seq, trace))
        commitment = chain.commit(salt, entry)
        link = chain.link(link, commitment)
        sealed = cipher.seal(place(seq), salt + entry)
        rows.append(Row(seq=seq, sealed=sealed, commitment=commitment, chain=link))
    await store.append(work.db, space_id, rows, since=head.waiting_since or work.now)
    return Receipt(seq=seq, chain=link)


async def write_own_read(work: Work, space_id: UUID, trace: Trace) -> None:
    """Write a holder's own read, once per device and day (UTC).

    Costs nothing when this process knows the day to be in the journal; `is_own_read_known`
    says so without a transaction that writes.

    Raises:
        Erased: The space's key is gone.
    """
    device_id = trace.actor.device_id
    assert device_id is not None, "One's own reads are counted by device."
    if is_own_read_known(work, space_id, device_id):
        return
    day = work.now.toordinal()
    if await store.take_day(work.db, space_id, device_id, day):
        await write(work, space_id, trace)
    known = _known_of.setdefault(work.keys, OrderedDict())

    def remember() -> None:
        known[space_id, device_id] = day
        known.move_to_end((space_id, device_id))
        while len(known) > OWN_READS_REMEMBERED_MAX:
            known.popitem(last=False)

    # Not before: a commit that fails takes the entry with it.
    work.after_commit.append(remember)


def is_own_read_known(work: Work, space_id: UUID, device_id: UUID) -> bool:
    """Say whether today's own read of a device is known to be durable in the journal."""
    known = _known_of.get(work.keys)
    return known is not None and known.get((space_id, device_id)) == work.now.toordinal()


def encode(entry: Entry) -> bytes:
    """Return the canonical bytes of an entry: those that its commitment is made of."""
    return _canonical.encode(entry)


def place(seq: int) -> bytes:
    """Name the one place in a space where an entry opens."""
    return b"trace/sealed/" + seq.to_bytes(8)


def _cut(traces: Sequence[Trace]) -> Iterator[Trace]:
    for trace in traces:
        if len(trace.objects) <= OBJECTS_MAX:
            yield trace
            continue
        for start in range(0, len(trace.objects), OBJECTS_MAX):
            some = trace.objects[start : start + OBJECTS_MAX]
            yield msgspec.structs.replace(trace, objects=some)


def _entry(space_id: UUID, seq: int, trace: Trace) -> Entry:
    return Entry(
        v=VERSION,
        space_id=space_id,
        seq=seq,
        at=trace.at,
        actor=_bounded(trace.actor),
        action=trace.action,
        objects=tuple(trace.objects),
        on_behalf_of=None if trace.on_behalf_of is None else _bounded(trace.on_behalf_of),
        whom=None if trace.whom is None else _bounded(trace.whom),
        purpose=trace.purpose and trace.purpose[:PURPOSE_CHARACTERS_MAX],
        emergency=trace.emergency,
        result=trace.result,
    )


def _bounded(actor: Actor) -> Actor:
    return msgspec.structs.replace(
        actor,
        name=actor.name and actor.name[:NAME_CHARACTERS_MAX],
        organization=actor.organization and actor.organization[:NAME_CHARACTERS_MAX],
    )
