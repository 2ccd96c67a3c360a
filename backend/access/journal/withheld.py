"""Lines about what is still to be announced: kept beside the journal until it was.

A line that named such a record, or only counted it, would tell the person that
there is something. It is kept sealed in the transaction of the act, and enters
the journal, with the instant at which it happened, once the announcement is over.

Source: docs/decisions/0035-rights-by-hand.md; Code de la santé publique, R1111-43.
"""

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, insert, or_, select

from backend.access.journal.model import ActorKind, Object, Trace
from backend.access.journal.tables import withheld_traces
from backend.access.model import Confidentiality
from backend.kernel.work import Work
from sync.storage.tables import records

TOLD_AT_ONCE_MAX = 500

_ORDER = Confidentiality.ANNOUNCEMENT_PENDING.value
_IS_PENDING = records.c.flags.bitwise_and(_ORDER) != 0
_PENDING = select(records.c.record_id).where(
    records.c.space_id == bindparam("in_space"),
    records.c.record_id.in_(bindparam("record_ids", expanding=True)),
    _IS_PENDING,
    records.c.deleted.is_(False),
    or_(records.c.due_at.is_(None), records.c.due_at > bindparam("now")),
)
_HOLD = insert(withheld_traces)
_DUE = (
    select(withheld_traces.c.trace_id, withheld_traces.c.record_id, withheld_traces.c.sealed)
    .where(
        withheld_traces.c.space_id == bindparam("in_space"),
        records.c.space_id == withheld_traces.c.space_id,
        records.c.record_id == withheld_traces.c.record_id,
        or_(
            records.c.deleted,
            ~_IS_PENDING,
            records.c.due_at <= bindparam("now"),
        ),
    )
    .order_by(withheld_traces.c.noted_at, withheld_traces.c.trace_id, withheld_traces.c.record_id)
    .limit(bindparam("most"))
)
_DROP = delete(withheld_traces).where(
    withheld_traces.c.space_id == bindparam("in_space"),
    withheld_traces.c.trace_id == bindparam("this"),
    withheld_traces.c.record_id == bindparam("about"),
)


async def hold_back(work: Work, space_id: UUID, traces: Sequence[Trace]) -> list[Trace]:
    """Keep what may not be told yet; return what may be written now.

    What the person did themselves they know.
    """
    told_now = list(traces)
    asked = [one for one in told_now if one.actor.kind is not ActorKind.PATIENT]
    named = {thing.record_id for one in asked for thing in one.objects}
    if not named:
        return told_now
    rows = await work.db.rows(_PENDING, in_space=space_id, record_ids=sorted(named), now=work.now)
    pending = frozenset(row[0] for row in rows)
    if not pending:
        return told_now
    told_now = []
    for trace in traces:
        kept = tuple(one for one in trace.objects if one.record_id in pending)
        if not kept or trace.actor.kind is ActorKind.PATIENT:
            told_now.append(trace)
            continue
        await _hold(work, space_id, trace, kept)
        rest = tuple(one for one in trace.objects if one.record_id not in pending)
        if rest:
            told_now.append(msgspec.structs.replace(trace, objects=rest))
    return told_now


async def is_due(work: Work, space_id: UUID) -> bool:
    """Say whether a line that was kept may enter the journal."""
    return bool(await work.db.rows(_DUE, in_space=space_id, now=work.now, most=1))


async def take_due(work: Work, space_id: UUID) -> list[Trace]:
    """Return kept lines that may be told now, in their order, and keep them no longer.

    At most `TOLD_AT_ONCE_MAX` records; ask again for more.
    """
    rows = await work.db.rows(_DUE, in_space=space_id, now=work.now, most=TOLD_AT_ONCE_MAX)
    if not rows:
        return []
    cipher = await work.keys.cipher(work.db, space_id)
    traces = []
    for trace_id, parts in groupby(rows, key=lambda row: row[0]):
        told = [
            msgspec.json.decode(cipher.open(_place(trace_id, record_id), sealed), type=Trace)
            for _, record_id, sealed in parts
        ]
        objects = tuple(thing for one in told for thing in one.objects)
        traces.append(msgspec.structs.replace(told[0], objects=objects))
    for trace_id, record_id, _ in rows:
        await work.db.run(_DROP, in_space=space_id, this=trace_id, about=record_id)
    return traces


async def _hold(work: Work, space_id: UUID, trace: Trace, objects: Sequence[Object]) -> None:
    trace_id = work.new_id()
    cipher = await work.keys.cipher(work.db, space_id)
    for one in objects:
        alone = msgspec.structs.replace(trace, objects=(one,))
        place = _place(trace_id, one.record_id)
        await work.db.run(
            _HOLD,
            space_id=space_id,
            trace_id=trace_id,
            record_id=one.record_id,
            noted_at=work.now,
            sealed=cipher.seal(place, msgspec.json.encode(alone)),
        )


def _place(trace_id: UUID, record_id: UUID) -> bytes:
    """Name the one place in a space where a kept line opens."""
    return b"withheld_trace/sealed/" + trace_id.bytes + record_id.bytes
