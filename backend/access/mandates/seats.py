"""Who asks about a space, in the transaction that answers them.

Whoever has no eye on a space, and a caregiver, are answered as of a space that
does not exist.
"""

from uuid import UUID

import msgspec

from backend.access.guard import actor_of
from backend.access.journal.model import Actor
from backend.access.model import Role
from backend.identity.sessions.model import Caller
from backend.identity.spaces.service import is_of_a_minor
from backend.kernel.spaces import edit_space, open_store
from backend.kernel.work import Work
from sync.core.audience import Viewer
from sync.edit import SpaceEdit
from sync.errors import NotAllowed, SpaceNotFound
from sync.ports import Host
from sync.storage.port import SpaceStore

_OWN = frozenset({Role.HOLDER.value, Role.REPRESENTATIVE.value})


class Seat(msgspec.Struct, frozen=True):
    """A space being changed, and the eye through which its changer looks."""

    host: Host
    space_id: UUID
    edit: SpaceEdit
    viewer: Viewer
    actor: Actor


async def take_seat(work: Work, host: Host, caller: Caller, space_id: UUID) -> Seat:
    """Begin to change a space as its holder, or as who represents them.

    Raises:
        SpaceNotFound: No such space, or not the caller's own.
    """
    edit = await edit_space(work, host, space_id)
    viewer = next((v for v in edit.viewers.values() if v.party_id == caller.party_id), None)
    own = _own(viewer, host, work)
    return Seat(host, space_id, edit, own, actor_of(own, caller.device_id))


async def look_from(work: Work, host: Host, caller: Caller, space_id: UUID) -> SpaceStore:
    """Look at a space as its holder, or as who represents them.

    Raises:
        SpaceNotFound: No such space, or not the caller's own.
    """
    store = await open_store(work, space_id)
    space = await store.look()
    if space is None or not space.is_open:
        raise SpaceNotFound
    _own(await store.viewer_of(caller.party_id), host, work)
    return store


async def refuse_for_minors(work: Work, seat: Seat) -> None:
    """Refuse what a person decides for themselves, or a judge has let somebody decide.

    Raises:
        NotAllowed: The space is a child's, and the caller a parent.
    """
    if seat.viewer.role == Role.REPRESENTATIVE.value and await is_of_a_minor(work, seat.space_id):
        raise NotAllowed


def _own(viewer: Viewer | None, host: Host, work: Work) -> Viewer:
    if viewer is None or viewer.role not in _OWN or not host.rights.in_force(viewer, work.now):
        raise SpaceNotFound
    return viewer
