"""A child's journal as a representative reads it: without what is kept from them.

Nor is it theirs to know that the other one has answered a line: it may be one of theirs.

A chain with a line left out would tell that there is one, so there is none here:
lines are numbered by their place in this list. The whole of it, with its proof,
is the child's at 18.

Source: docs/decisions/0022-mandates.md.
"""

from collections.abc import AsyncIterator, Iterable
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, select

from backend.access.journal import service, store
from backend.access.journal.errors import JournalEntryNotFound
from backend.access.journal.model import Action, Entry
from backend.access.model import Confidentiality
from backend.kernel.work import Work
from sync.core.ledger import chain
from sync.storage.tables import records

_ROWS_AT_ONCE = 200
_FLAGS = select(records.c.record_id, records.c.flags, records.c.due_at).where(
    records.c.space_id == bindparam("in_space"),
    records.c.record_id.in_(bindparam("record_ids", expanding=True)),
)


async def told(work: Work, space_id: UUID, party_id: UUID) -> AsyncIterator[tuple[int, Entry]]:
    """Yield what a representative may read, each with its number in the whole journal.

    A line that was only about hidden records is left out; of others they are
    taken away. An erased line says no more what it was about: it is left out too.
    """
    cipher = await work.keys.cipher(work.db, space_id)
    until = (await store.head(work.db, space_id)).seq
    after = 0
    while after < until:
        rows = await store.rows_after(work.db, space_id, after, until=until, most=_ROWS_AT_ONCE)
        after = rows[-1].seq
        entries = [
            msgspec.json.decode(
                cipher.open(service.place(row.seq), row.sealed)[chain.SALT_BYTES :], type=Entry
            )
            for row in rows
            if row.sealed is not None
        ]
        hidden = await _hidden(work, space_id, entries)
        for entry in entries:
            if _is_the_others(entry, party_id):
                continue
            objects = tuple(one for one in entry.objects if one.record_id not in hidden)
            if objects or not entry.objects:
                yield entry.seq, msgspec.structs.replace(entry, objects=objects)


def _is_the_others(entry: Entry, party_id: UUID) -> bool:
    """Say whether a line is of what the other representative said, or of who looked into it."""
    if entry.action is Action.JOURNAL_ANSWERED:
        return entry.actor.party_id != party_id
    asked_by = entry.on_behalf_of if entry.action is Action.JOURNAL_READ else None
    return asked_by is not None and asked_by.party_id != party_id


async def number_in_whole(work: Work, space_id: UUID, party_id: UUID, place: int) -> int:
    """Return the number in the whole journal of a line that a representative knows by its place.

    Raises:
        JournalEntryNotFound: The list has no such place.
    """
    reached = 0
    async for number, _ in told(work, space_id, party_id):
        reached += 1
        if reached == place:
            return number
    raise JournalEntryNotFound("There is no line of this number.")


async def _hidden(work: Work, space_id: UUID, entries: Iterable[Entry]) -> frozenset[UUID]:
    """Name the records of some lines that no representative may hear of at this instant."""
    named = {one.record_id for entry in entries for one in entry.objects}
    if not named:
        return frozenset()
    rows = await work.db.rows(_FLAGS, in_space=space_id, record_ids=sorted(named))
    return frozenset(
        record_id
        for record_id, flags, due_at in rows
        if flags & Confidentiality.HIDDEN_FROM_REPRESENTATIVES
        or (flags & Confidentiality.ANNOUNCEMENT_PENDING and (due_at is None or work.now < due_at))
    )
