"""Letters that wait to be printed, sealed under the key of their space."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, insert, select

from backend.identity.letters.model import QueuedLetter, Sheet
from backend.identity.limits import LETTERS_AT_ONCE
from backend.identity.rows import place
from backend.identity.tables import queued_letters
from backend.kernel.ids import SpaceId
from backend.kernel.work import Work

_ADD = insert(queued_letters)
_WAITING = (
    select(queued_letters.c.space_id, queued_letters.c.letter_id, queued_letters.c.sealed)
    .order_by(queued_letters.c.queued_at)
    .limit(LETTERS_AT_ONCE)
    .execution_options(all_spaces=True)
)
_DROP = delete(queued_letters).where(
    queued_letters.c.space_id == bindparam("in_space"),
    queued_letters.c.letter_id.in_(bindparam("letter_ids", expanding=True)),
)


async def add(work: Work, space_id: UUID, sheet: Sheet) -> None:
    """Queue a letter."""
    letter_id = work.new_id()
    cipher = await work.keys.cipher(work.db, space_id)
    await work.db.run(
        _ADD,
        space_id=space_id,
        letter_id=letter_id,
        sealed=cipher.seal(_place(letter_id), msgspec.json.encode(sheet)),
        queued_at=work.now,
    )


async def waiting(work: Work) -> list[QueuedLetter]:
    """Return the letters that wait longest."""
    found = []
    for space_id, letter_id, sealed in await work.db.rows(_WAITING):
        cipher = await work.keys.cipher(work.db, space_id)
        sheet = msgspec.json.decode(cipher.open(_place(letter_id), sealed), type=Sheet)
        found.append(
            QueuedLetter(
                letter_id=letter_id,
                space_id=SpaceId(space_id),
                **msgspec.structs.asdict(sheet),
            )
        )
    return found


async def drop(work: Work, space_id: UUID, letter_ids: Sequence[UUID]) -> bool:
    """Forget letters of a space; False when another has taken some of them."""
    gone = await work.db.run(_DROP, in_space=space_id, letter_ids=letter_ids)
    return gone == len(letter_ids)


def _place(letter_id: UUID) -> bytes:
    return place(queued_letters, letter_id, "sheet")
