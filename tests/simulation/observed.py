"""The storage of the simulated server: looked at from outside, and broken on purpose."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum
from uuid import UUID

import msgspec

from sync.core.change import Change
from sync.storage.memory import MemorySpace, MemorySpaceStore
from sync.storage.port import Answered, Deed, FeedPlace, Space, Writes


class Sabotage(Enum):
    """Ways to break the server on purpose, which a judge must notice."""

    NUMBERS_OUTSIDE_THE_LOCK = "numbers-outside-the-lock"
    NO_MEMORY_OF_OPS = "no-memory-of-ops"
    ACKNOWLEDGED_BEFORE_COMMIT = "acknowledged-before-commit"
    HIDDEN_WITHOUT_WITHDRAWAL = "hidden-without-withdrawal"
    GRANT_UNCHECKED = "grant-unchecked"
    LOSERS_DROPPED = "losers-dropped"
    PAGES_SKIP = "pages-skip"
    WITHDRAWAL_UNSAID = "withdrawal-unsaid"
    NOTHING_WRITTEN_DOWN = "nothing-written-down"
    ACTS_WITHOUT_EFFECT = "acts-without-effect"
    FAMILIES_APART = "families-apart"
    VERSIONS_UNMASKED = "versions-unmasked"
    TIME_UNNOTICED = "time-unnoticed"
    CLOSED_VIEWER_SERVED = "closed-viewer-served"
    MATRIX_UNNOTICED = "matrix-unnoticed"
    NAMES_TOLD = "names-told"
    NAMES_UNFOLLOWED = "names-unfollowed"


OF_REAL_RIGHTS = frozenset(
    {
        Sabotage.ACTS_WITHOUT_EFFECT,
        Sabotage.FAMILIES_APART,
        Sabotage.VERSIONS_UNMASKED,
        Sabotage.TIME_UNNOTICED,
        Sabotage.CLOSED_VIEWER_SERVED,
        Sabotage.MATRIX_UNNOTICED,
        Sabotage.NAMES_TOLD,
        Sabotage.NAMES_UNFOLLOWED,
    }
)
"""Those that only a town with the real rights can meet."""


class ObservedStore(MemorySpaceStore):
    """A storage whose writes can be looked at before they are committed."""

    def __init__(self, space: MemorySpace, sabotage: Sabotage | None) -> None:
        super().__init__(space)
        self.space = space
        self.saved: list[tuple[Writes, UUID | None]] = []
        self.told: list[Deed] = []
        self._sabotage = sabotage

    async def save(self, writes: Writes, *, device_id: UUID | None, now: datetime) -> None:
        if self._sabotage is Sabotage.LOSERS_DROPPED:
            writes.kept.clear()
        self.saved.append((writes, device_id))
        await super().save(writes, device_id=device_id, now=now)

    async def answered(self, device_id: UUID, op_ids: Collection[UUID]) -> dict[UUID, Answered]:
        if self._sabotage is Sabotage.NO_MEMORY_OF_OPS:
            return {}
        return await super().answered(device_id, op_ids)

    async def page(
        self, viewer_id: UUID, place: FeedPlace, limit: int, *, naming: Mapping[str, str]
    ) -> tuple[Sequence[Change], bool]:
        changes, more = await super().page(viewer_id, place, limit, naming=naming)
        if self._sabotage is Sabotage.NAMES_TOLD:
            changes = [self._whole(change) for change in changes]
        if self._sabotage is Sabotage.PAGES_SKIP and place.after and len(changes) > 2:
            return changes[1:], more
        if self._sabotage is Sabotage.WITHDRAWAL_UNSAID:
            return [change for change in changes if change.kind == "put"], more
        return changes, more

    def _whole(self, change: Change) -> Change:
        body = self.space.records[change.record_id].body if change.kind == "put" else None
        return change if body is None else msgspec.structs.replace(change, body=msgspec.Raw(body))

    async def naming(self, record_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
        if self._sabotage is Sabotage.NAMES_UNFOLLOWED:
            return []
        return await super().naming(record_ids)

    async def trace(self, deed: Deed) -> None:
        if self._sabotage is Sabotage.NOTHING_WRITTEN_DOWN:
            return
        self.told.append(deed)
        await super().trace(deed)

    async def look(self) -> Space | None:
        space = await super().look()
        if space is not None and self._sabotage is Sabotage.TIME_UNNOTICED:
            return msgspec.structs.replace(space, due_at=None)
        return space

    async def families(self, family_ids: Collection[UUID]) -> list[UUID]:
        if self._sabotage is Sabotage.FAMILIES_APART:
            return []
        return await super().families(family_ids)
