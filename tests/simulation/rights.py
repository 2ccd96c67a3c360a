"""Rights as one value that a transaction replaces: undone with it, restored with a backup."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sync.core.audience import Viewer
from sync.ports import Action
from sync.storage.port import Record
from tests.hosts import PlainRights


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Who is hidden from what, whose grant is over, and who only reads."""

    hidden: frozenset[tuple[UUID, UUID]] = frozenset()
    over: frozenset[UUID] = frozenset()
    read_only: frozenset[UUID] = frozenset()
    ends: dict[UUID, datetime] = {}
    """When the grant of a viewer ends by itself; feeds are moved by a sweeper, perhaps late."""

    def may_look(self, viewer: Viewer, now: datetime) -> bool:
        """Say whether a viewer's grant is in force."""
        end = self.ends.get(viewer.viewer_id)
        is_over = viewer.viewer_id in self.over or (end is not None and now >= end)
        return viewer.is_open and not is_over

    def may_hold(self, viewer: Viewer, record_id: UUID) -> bool:
        """Say whether the feed of a viewer has a place for a record."""
        if viewer.viewer_id in self.over:
            return False
        return (viewer.viewer_id, record_id) not in self.hidden


class SimulatedRights(PlainRights):
    """The host's answers, from the facts of this moment."""

    def __init__(self, facts: Callable[[], Facts]) -> None:
        self._facts = facts

    def audience(self, record: Record, viewers: Sequence[Viewer], now: datetime) -> frozenset[UUID]:
        facts = self._facts()
        return frozenset(v.viewer_id for v in viewers if facts.may_hold(v, record.record_id))

    def may_write(
        self,
        viewer: Viewer,
        action: Action,
        collection: str,
        record: Record | None,
        now: datetime,
        *,
        depositor: Viewer | None = None,
    ) -> bool:
        return viewer.viewer_id not in self._facts().read_only

    def in_force(self, viewer: Viewer, now: datetime) -> bool:
        return self._facts().may_look(viewer, now)
