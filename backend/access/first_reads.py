"""Telling a person that somebody has used a consent for the first time."""

from uuid import UUID

from backend.access.collection import terms_in
from backend.access.consents import store
from backend.access.notices import FIRST_READ, tell_space
from backend.kernel.work import Work
from sync.core.audience import Viewer


async def tell_first_read(work: Work, space_id: UUID, viewer: Viewer) -> None:
    """Send a notice when this read is the first under a consent; nothing after.

    An emergency has a notice of its own.
    """
    terms = terms_in(viewer.grant)
    if viewer.party_id is None or terms.granted_from is None or not terms.is_granted(work.now):
        return
    if await store.note_first_read(work, space_id, viewer.party_id, terms.granted_from):
        await tell_space(work, space_id, FIRST_READ)
