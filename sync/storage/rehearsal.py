"""A storage that an edit may be tried on: it reads what is there, and stores nothing."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sync.storage.port import Space, SpaceStore, Writes


def rehearsed(store: SpaceStore) -> SpaceStore:
    """Return a storage on which every edit ends as if it had never been.

    It takes no lock, so that a transaction that only reads can ask what an edit
    would do.
    """
    return cast(SpaceStore, _Rehearsal(store))


class _Rehearsal:
    def __init__(self, store: SpaceStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def lock(self) -> Space | None:
        return await self._store.look()

    async def save(self, writes: Writes, *, device_id: UUID | None, now: datetime) -> None:
        """Nothing of it happened."""
