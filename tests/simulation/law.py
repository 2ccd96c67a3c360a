"""Who may see what in a town, by another way than the server's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sync.core.audience import Viewer
from sync.storage.memory import MemorySpace
from sync.storage.port import Record

Records = Mapping[UUID, Record]


class Law(Protocol):
    """What a judge asks of a town."""

    sees_feeds: bool
    """Whether it can also say what a feed may bring, before the commit."""

    def may_look(self, space: MemorySpace, records: Records, viewer: Viewer, now: datetime) -> bool:
        """Say whether a viewer may hold a copy of a space at this instant."""

    def may_hold(
        self, space: MemorySpace, records: Records, viewer: Viewer, record: Record, now: datetime
    ) -> bool:
        """Say whether a viewer that may look at all may see a standing record."""
