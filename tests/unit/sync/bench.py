"""One space in memory, looked at by two, and rights that a test turns."""

from datetime import UTC, datetime
from uuid import UUID

from sync.core.audience import Viewer, balance
from sync.edit import SpaceEdit
from sync.storage.memory import MemorySpace, MemorySpaceStore
from tests.hosts import SwitchedRights, make_host

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ONE, OTHER = UUID(int=11), UUID(int=12)


class TwoViewers:
    """A space that two look at: what one may see, a test takes from the other."""

    def __init__(self) -> None:
        self.rights = SwitchedRights()
        self.host = make_host(self.rights)
        self.space = MemorySpace(UUID(int=1))
        for viewer_id in (ONE, OTHER):
            self.space.viewers[viewer_id] = Viewer(
                viewer_id=viewer_id, party_id=viewer_id, role="holder"
            )
        self.store = MemorySpaceStore(self.space)

    async def begin(self) -> SpaceEdit:
        """Begin an edit in a transaction of its own."""
        self.store = MemorySpaceStore(self.space)
        return await SpaceEdit.begin(self.store, self.host, now=NOW)

    async def save(self, edit: SpaceEdit) -> frozenset[UUID]:
        """Store an edit; return whose feed moved."""
        moved = await edit.save()
        self.store.commit()
        return moved

    def proof_holds(self, viewer_id: UUID) -> bool:
        """Say whether a viewer's count and digest are those of its lines."""
        viewer = self.space.viewers[viewer_id]
        lines = [line for (owner, _), line in self.space.lines.items() if owner == viewer_id]
        return (viewer.count, viewer.digest) == balance(lines)
