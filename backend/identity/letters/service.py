"""Letters that the server asks for by itself: printed at the operator's, seen by nobody else."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from backend.identity import messages
from backend.identity.letters import store
from backend.identity.letters.model import LetterKind, QueuedLetter, Sheet
from backend.identity.rules.opening import display_name
from backend.identity.spaces import service as spaces
from backend.identity.spaces import store as space_store
from backend.identity.spaces.finding import Whom, find_quietly
from backend.kernel.db import StorageUnavailable
from backend.kernel.ids import SpaceId
from backend.kernel.work import Work

_LANGUAGE = "fr"


async def queue(
    work: Work, space_id: UUID, *, kind: LetterKind, code: str, expires_at: datetime
) -> None:
    """Have a code printed and sent home, to the person of a space.

    Where no message leaves, it can be read in the outbox as well.
    """
    persons = await space_store.patients_of(work, [space_id])
    until = expires_at.date().isoformat()
    written = messages.letter(kind.value, _LANGUAGE, code=code, until=until)
    sheet = Sheet(
        kind=kind,
        addressee=display_name(persons[space_id]),
        code=code,
        language=_LANGUAGE,
        subject=written.subject,
        text=written.text,
        expires_at=expires_at,
    )
    await store.add(work, space_id, sheet)
    if not work.messages_leave:
        messages.show_letter(work, kind.value, _LANGUAGE, sheet.addressee, written)


async def queue_again(work: Work, lost: Whom) -> list[SpaceId]:
    """Replace the letters of a person that nobody has used, and have them printed.

    Returns:
        The space, or nothing: no such person, another birth date, or everybody
        who was written to has signed in.
    """
    found = await find_quietly(work, lost)
    if found is None:
        return []
    space_id = SpaceId(found)
    letters = await spaces.reissue_unused(work, space_id)
    for letter in letters:
        await queue(
            work,
            space_id,
            kind=LetterKind.ACTIVATION,
            code=letter.code,
            expires_at=letter.expires_at,
        )
    return [space_id] if letters else []


async def take_for_printing(work: Work) -> list[QueuedLetter]:
    """Return the letters that wait longest, once: they are not kept after that."""
    letters = await store.waiting(work)
    by_space: dict[UUID, list[UUID]] = defaultdict(list)
    for letter in letters:
        by_space[letter.space_id].append(letter.letter_id)
    for space_id, letter_ids in by_space.items():
        if not await store.drop(work, space_id, letter_ids):
            raise StorageUnavailable("Another printer has taken some of them.")
    return letters
