"""Whose eye is behind a link, and whether it may see appointments now.

Source: docs/decisions/0034-agenda-feed.md.
"""

from datetime import datetime
from uuid import UUID

from backend.access.collection import terms_in
from backend.access.model import SENSITIVE, Role
from backend.agenda.feed.model import Feed, Link
from backend.kernel.spaces import open_store
from backend.kernel.work import Work
from sync.core.audience import Viewer
from sync.errors import SpaceNotFound
from sync.ports import Host
from sync.storage.port import Record

COLLECTION = "appointments"

_MAKERS = frozenset({Role.HOLDER.value, Role.REPRESENTATIVE.value, Role.CAREGIVER.value})
_NOBODY = UUID(int=0)
# An appointment that nothing hides and that nobody in particular brought: who may not
# see even this one sees none by right.
_ANY = Record(
    record_id=_NOBODY,
    collection=COLLECTION,
    rev=0,
    category=COLLECTION,
    flags=0,
    depositor_id=_NOBODY,
    author_id=_NOBODY,
    deleted=False,
    body=None,
)
_SENSITIVE = sum(order.value for order in SENSITIVE.values())


async def look_from(work: Work, host: Host, link: Link) -> Viewer:
    """Return the eye of a party on the appointments of a space.

    Raises:
        SpaceNotFound: No such space, or no appointment is theirs to see.
    """
    store = await open_store(work, link.space_id)
    space = await store.look()
    if space is None or not space.is_open:
        raise SpaceNotFound
    return seeing(await store.viewer_of(link.party_id), host, work.now)


def seeing(viewer: Viewer | None, host: Host, now: datetime) -> Viewer:
    """Return a viewer who may see appointments; a holder, a representative or a caregiver.

    Raises:
        SpaceNotFound: It may not, or not any more.
    """
    if viewer is None or viewer.role not in _MAKERS or not viewer.keeps_copy:
        raise SpaceNotFound
    if not host.rights.in_force(viewer, now):
        raise SpaceNotFound
    if not host.rights.visible_to(viewer, [_ANY], now):
        raise SpaceNotFound
    return viewer


def is_behind(viewer: Viewer, feed: Feed) -> bool:
    """Say whether a link was made by this eye under the right that it looks by now.

    A mandate that was given anew opens nothing that an ended one had opened.
    """
    return terms_in(viewer.grant).granted_from == feed.granted_from


def is_sensitive(record: Record) -> bool:
    """Say whether a record belongs to a section that is sensitive."""
    return bool(record.flags & _SENSITIVE)
