"""What a holder says of a line: expected, not known, or reported."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.access import reviews
from backend.access.journal.tables import trace_answers
from backend.kernel.work import Work

_OF_SPACE = trace_answers.c.space_id == bindparam("in_space")
_FOUND = select(
    trace_answers.c.seq,
    trace_answers.c.answered_at,
    trace_answers.c.review_id,
    trace_answers.c.sealed,
).where(_OF_SPACE, trace_answers.c.seq.in_(bindparam("seqs", expanding=True)))
_PUT = upsert(trace_answers)
_PUT = _PUT.on_conflict_do_update(
    index_elements=[trace_answers.c.space_id, trace_answers.c.seq],
    set_={
        "answered_at": _PUT.excluded.answered_at,
        "review_id": _PUT.excluded.review_id,
        "sealed": _PUT.excluded.sealed,
    },
)


class Verdict(Enum):
    """What a holder thinks of a line."""

    EXPECTED = "expected"
    UNKNOWN = "unknown"  # "I do not know this person."
    REPORT = "report"


class LineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer that stands, as the holder gave it."""

    answer: Verdict
    answered_at: datetime
    comment: str | None = None


class _Stored(NamedTuple):
    seq: int
    answered_at: datetime
    review_id: UUID | None
    sealed: bytes


async def answers_to(work: Work, space_id: UUID, seqs: Sequence[int]) -> dict[int, LineAnswer]:
    """Return the answers that these lines have, by number."""
    if not seqs:
        return {}
    cipher = await work.keys.cipher(work.db, space_id)
    rows = await work.db.rows(_FOUND, in_space=space_id, seqs=list(seqs))
    return {
        one.seq: msgspec.json.decode(cipher.open(_place(one.seq), one.sealed), type=LineAnswer)
        for one in (_Stored(*row) for row in rows)
    }


async def answer(work: Work, space_id: UUID, seq: int, given: LineAnswer) -> bool:
    """Keep an answer to a line in the place of the one before, and queue or end its review.

    Returns:
        False when the same answer stands already.
    """
    before = (await answers_to(work, space_id, [seq])).get(seq)
    if before is not None and (before.answer, before.comment) == (given.answer, given.comment):
        return False
    rows = await work.db.rows(_FOUND, in_space=space_id, seqs=[seq])
    review_id = _Stored(*rows[0]).review_id if rows else None
    if review_id is not None:
        await reviews.withdraw(work, space_id, review_id)
        review_id = None
    if given.answer is not Verdict.EXPECTED:
        content = msgspec.json.encode({"seq": seq, **msgspec.structs.asdict(given)})
        kind = f"journal-{given.answer.value}"
        review_id = await reviews.queue(work, space_id, kind, content)
    cipher = await work.keys.cipher(work.db, space_id)
    await work.db.run(
        _PUT,
        space_id=space_id,
        seq=seq,
        answered_at=given.answered_at,
        review_id=review_id,
        sealed=cipher.seal(_place(seq), msgspec.json.encode(given)),
    )
    return True


def _place(seq: int) -> bytes:
    return b"trace_answer/sealed/" + seq.to_bytes(8)
