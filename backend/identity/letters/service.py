"""Letters that the server asks for by itself: printed at the operator's, seen by nobody else.

A letter is queued, taken by a printer, and printed once the printer says so: what
it says is then wiped. One that was taken by a printer which never said so is given
again, so that no letter is lost; at worst it is printed twice.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.identity import messages
from backend.identity.letters import store
from backend.identity.letters.model import (
    LetterKind,
    LetterPlace,
    LetterStanding,
    QueuedLetter,
    Sheet,
)
from backend.identity.rules.opening import display_name
from backend.identity.spaces import majorities
from backend.identity.spaces import service as spaces
from backend.identity.spaces import store as space_store
from backend.identity.spaces.finding import Whom, find_quietly
from backend.identity.spaces.model import Role
from backend.kernel.db import StorageUnavailable
from backend.kernel.ids import SpaceId
from backend.kernel.work import Work

_LANGUAGE = "fr"


async def queue(
    work: Work, space_id: UUID, *, kind: LetterKind, code: str | None, expires_at: datetime
) -> None:
    """Have a code printed and sent home, to the person of a space; or where to ask for it.

    Where no message leaves, it can be read in the outbox as well.
    """
    persons = await space_store.patients_of(work, [space_id])
    until = expires_at.date().isoformat()
    written = messages.letter(kind.value, _LANGUAGE, code=code or "", until=until)
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
    of_age_at = await majorities.due_at(work, space_id)
    grew_up = of_age_at is not None and of_age_at <= work.now
    for letter in letters:
        # Who grew up here lives with those who could open their letter.
        in_person = grew_up and letter.role is Role.HOLDER
        await queue(
            work,
            space_id,
            kind=LetterKind.OF_AGE if in_person else LetterKind.ACTIVATION,
            code=None if in_person else letter.code,
            expires_at=letter.expires_at,
        )
    return [space_id] if letters else []


async def queue_reminder(work: Work, place: LetterPlace, sheet: Sheet) -> None:
    """Have a reminder printed; asked again with the same identifier, it is queued once."""
    await store.add(work, place.space_id, sheet, letter_id=place.letter_id)


async def take_for_printing(work: Work) -> list[QueuedLetter]:
    """Return the letters that wait longest, for a printer that says when they are on paper.

    Raises:
        StorageUnavailable: Another printer took some of them meanwhile.
    """
    letters = await store.waiting(work)
    for space_id, letter_ids in _by_space(letters).items():
        if not await store.take(work, space_id, letter_ids):
            raise StorageUnavailable("Another printer has taken some of them.")
    return letters


async def note_printed(work: Work, places: Sequence[LetterPlace]) -> int:
    """Wipe what letters say, since they are on paper; return how many there were."""
    noted = 0
    for space_id, letter_ids in _by_space(places).items():
        noted += await store.note_printed(work, space_id, letter_ids)
    return noted


async def list_letters(work: Work) -> list[LetterStanding]:
    """Return how far each letter has come, the last queued first."""
    return await store.standing(work)


def _by_space(places: Sequence[QueuedLetter | LetterPlace]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for place in places:
        found[place.space_id].append(place.letter_id)
    return found
