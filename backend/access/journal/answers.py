"""What a holder says of a line: expected, not known, or reported.

Two represent a child, and one of them may be whom the other reports. So each has
an answer of their own to a line, which nobody else reads, replaces or takes back.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.access import reviews
from backend.access.journal.model import Actor, ActorKind
from backend.access.journal.tables import trace_answers
from backend.kernel.work import Work

_OF_SPACE = trace_answers.c.space_id == bindparam("in_space")
_FOUND = select(
    trace_answers.c.seq,
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
    """The answer that stands, as its reader gave it."""

    answer: Verdict
    answered_at: datetime
    comment: str | None = None


class _Asked(msgspec.Struct, frozen=True):
    """What is read here of a review that an answer asked for."""

    asked_by: Actor | None = None


class _Given(msgspec.Struct, frozen=True, kw_only=True):
    """What one party said of a line, and the review that it asked for."""

    party_id: UUID
    said: LineAnswer
    review_id: UUID | None = None


class _Stored(NamedTuple):
    seq: int
    review_id: UUID | None
    sealed: bytes


async def answers_to(
    work: Work, space_id: UUID, seqs: Sequence[int], party_id: UUID
) -> dict[int, LineAnswer]:
    """Return the answers that a party gave to these lines, by number."""
    every = await _given_to(work, space_id, seqs, party_id)
    return {
        seq: one.said for seq, given in every.items() for one in given if one.party_id == party_id
    }


async def answer(work: Work, space_id: UUID, seq: int, actor: Actor, given: LineAnswer) -> bool:
    """Keep somebody's answer in the place of their one before, and queue or end its review.

    Returns:
        False when the same answer of theirs stands already.
    """
    party_id = actor.party_id
    assert party_id is not None, "Whoever answers has an account."
    every = (await _given_to(work, space_id, [seq], party_id)).get(seq, ())
    before = next((one for one in every if one.party_id == party_id), None)
    if before is not None:
        if (before.said.answer, before.said.comment) == (given.answer, given.comment):
            return False
        if before.review_id is not None:
            await reviews.withdraw(work, space_id, before.review_id)
    review_id = None
    if given.answer is not Verdict.EXPECTED:
        said = {"seq": seq, **msgspec.structs.asdict(given), "asked_by": actor}
        content = msgspec.json.encode(said)
        kind = _kind_of(given.answer)
        review_id = await reviews.queue(work, space_id, kind, content)
    mine = _Given(party_id=party_id, said=given, review_id=review_id)
    standing = (*(one for one in every if one is not before), mine)
    cipher = await work.keys.cipher(work.db, space_id)
    await work.db.run(
        _PUT,
        space_id=space_id,
        seq=seq,
        answered_at=given.answered_at,
        review_id=next((one.review_id for one in standing if one.review_id is not None), None),
        sealed=cipher.seal(_place(seq), msgspec.json.encode(standing)),
    )
    return True


def representative_behind(kind: str, content: bytes) -> Actor | None:
    """Return the representative whose answer asked for a review; None for any other review."""
    if kind not in _KINDS:
        return None
    asked_by = msgspec.json.decode(content, type=_Asked).asked_by
    is_one = asked_by is not None and asked_by.kind is ActorKind.REPRESENTATIVE
    return asked_by if is_one else None


async def _given_to(
    work: Work, space_id: UUID, seqs: Sequence[int], reader_id: UUID
) -> dict[int, tuple[_Given, ...]]:
    """Return everybody's answers to these lines, by number.

    One of before answers had an author counts as the reader's.
    """
    if not seqs:
        return {}
    cipher = await work.keys.cipher(work.db, space_id)
    rows = [_Stored(*row) for row in await work.db.rows(_FOUND, in_space=space_id, seqs=list(seqs))]
    found = {}
    for one in rows:
        plain = cipher.open(_place(one.seq), one.sealed)
        given = msgspec.json.decode(plain, type=tuple[_Given, ...] | LineAnswer)
        if isinstance(given, LineAnswer):
            given = (_Given(party_id=reader_id, said=given, review_id=one.review_id),)
        found[one.seq] = given
    return found


def _kind_of(verdict: Verdict) -> str:
    return f"journal-{verdict.value}"


_KINDS = frozenset(_kind_of(one) for one in Verdict)


def _place(seq: int) -> bytes:
    return b"trace_answer/sealed/" + seq.to_bytes(8)
