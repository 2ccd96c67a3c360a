"""Letters that wait to be printed, sealed under the key of their space."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.identity.letters.model import LetterStanding, LetterState, QueuedLetter, Sheet
from backend.identity.limits import LETTERS_AT_ONCE, LETTERS_LISTED_MAX
from backend.identity.rows import place
from backend.identity.tables import queued_letters
from backend.kernel.ids import SpaceId
from backend.kernel.keys import Erased
from backend.kernel.work import Work

GIVEN_AGAIN_AFTER = timedelta(minutes=10)
"""A printer that has not said by then that it printed has lost what it took."""

_ADD = upsert(queued_letters).on_conflict_do_nothing(
    index_elements=[queued_letters.c.space_id, queued_letters.c.letter_id]
)
_IS_FREE = or_(
    queued_letters.c.taken_at.is_(None), queued_letters.c.taken_at < bindparam("taken_before")
)
_UNPRINTED = queued_letters.c.printed_at.is_(None)
_WAITING = (
    select(queued_letters.c.space_id, queued_letters.c.letter_id, queued_letters.c.sealed)
    .where(_UNPRINTED, _IS_FREE)
    .order_by(queued_letters.c.queued_at)
    .limit(LETTERS_AT_ONCE)
    .execution_options(all_spaces=True)
)
_LISTED = (
    select(
        queued_letters.c.space_id,
        queued_letters.c.letter_id,
        queued_letters.c.queued_at,
        queued_letters.c.taken_at,
        queued_letters.c.printed_at,
    )
    .order_by(queued_letters.c.queued_at.desc(), queued_letters.c.letter_id)
    .limit(LETTERS_LISTED_MAX)
    .execution_options(all_spaces=True)
)
_THESE = (
    queued_letters.c.space_id == bindparam("in_space"),
    queued_letters.c.letter_id.in_(bindparam("letter_ids", expanding=True)),
    _UNPRINTED,
)
_TAKE = update(queued_letters).where(*_THESE, _IS_FREE).values(taken_at=bindparam("now"))
_PRINTED = (
    update(queued_letters)
    .where(*_THESE)
    .values(printed_at=bindparam("now"), sealed=bindparam("nothing"))
)


async def add(work: Work, space_id: UUID, sheet: Sheet, *, letter_id: UUID | None = None) -> None:
    """Queue a letter; one whose identifier is given is queued once."""
    letter_id = letter_id or work.new_id()
    cipher = await work.keys.cipher(work.db, space_id)
    await work.db.run(
        _ADD,
        space_id=space_id,
        letter_id=letter_id,
        sealed=cipher.seal(_place(letter_id), msgspec.json.encode(sheet)),
        queued_at=work.now,
        taken_at=None,
        printed_at=None,
    )


async def waiting(work: Work) -> list[QueuedLetter]:
    """Return the letters that wait longest; those of an erased space open no more."""
    found = []
    rows = await work.db.rows(_WAITING, taken_before=work.now - GIVEN_AGAIN_AFTER)
    for space_id, letter_id, sealed in rows:
        try:
            cipher = await work.keys.cipher(work.db, space_id)
        except Erased:
            continue
        sheet = msgspec.json.decode(cipher.open(_place(letter_id), sealed), type=Sheet)
        found.append(
            QueuedLetter(
                letter_id=letter_id,
                space_id=SpaceId(space_id),
                **msgspec.structs.asdict(sheet),
            )
        )
    return found


async def take(work: Work, space_id: UUID, letter_ids: Sequence[UUID]) -> bool:
    """Keep letters of a space for one printer; False when another has taken some of them."""
    taken = await work.db.run(
        _TAKE,
        in_space=space_id,
        letter_ids=letter_ids,
        taken_before=work.now - GIVEN_AGAIN_AFTER,
        now=work.now,
    )
    return taken == len(letter_ids)


async def note_printed(work: Work, space_id: UUID, letter_ids: Sequence[UUID]) -> int:
    """Wipe letters of a space that are on paper; return how many there were."""
    return await work.db.run(
        _PRINTED, in_space=space_id, letter_ids=letter_ids, now=work.now, nothing=b""
    )


async def standing(work: Work) -> list[LetterStanding]:
    """Return how far letters have come, the last queued first."""
    return [
        LetterStanding(
            letter_id=letter_id,
            space_id=SpaceId(space_id),
            state=_state(taken=taken_at is not None, printed=printed_at is not None),
            queued_at=queued_at,
            taken_at=taken_at,
            printed_at=printed_at,
        )
        for space_id, letter_id, queued_at, taken_at, printed_at in await work.db.rows(_LISTED)
    ]


def _state(*, taken: bool, printed: bool) -> LetterState:
    if printed:
        return LetterState.PRINTED
    return LetterState.TAKEN if taken else LetterState.QUEUED


def _place(letter_id: UUID) -> bytes:
    return place(queued_letters, letter_id, "sheet")
