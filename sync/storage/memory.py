"""The storage of sync in memory: for simulations, with transactions that really roll back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sync.core.audience import Line, Viewer
from sync.core.change import Change, Kind
from sync.core.kept_place import KeptPlace
from sync.core.naming import without
from sync.core.pages import fitting_changes
from sync.storage.port import Answered, Deed, Due, FeedPlace, Kept, Record, Space, Writes

# Stands for the device of what the server itself wrote.
_NO_DEVICE = UUID(int=0)


class MemorySpace:
    """All rows of one space, as committed."""

    def __init__(self, space_id: UUID) -> None:
        self.space_id = space_id
        self.head = 0
        self.epoch = 1
        self.is_open = True
        self.due: dict[UUID, Due] = {}
        self.deeds: list[Deed] = []
        self.viewers: dict[UUID, Viewer] = {}
        self.records: dict[UUID, Record] = {}
        self.lines: dict[tuple[UUID, UUID], Line] = {}
        self.answered: dict[tuple[UUID, UUID], Answered] = {}
        self.kept: dict[tuple[UUID, UUID | None, UUID, UUID], Kept] = {}

    @property
    def due_at(self) -> datetime | None:
        """When time alone next changes who may see what."""
        return min((d.due_at for d in self.due.values() if d.due_at is not None), default=None)


class MemorySpaceStore:
    """One space in one transaction: nothing shows before `commit`."""

    def __init__(self, space: MemorySpace) -> None:
        self._space = space
        self._writes: list[tuple[Writes, UUID | None]] = []
        self._deeds: list[Deed] = []

    async def lock(self) -> Space | None:
        return await self.look()

    async def look(self) -> Space | None:
        space = self._space
        return Space(
            space_id=space.space_id,
            head=space.head,
            epoch=space.epoch,
            is_open=space.is_open,
            due_at=space.due_at,
        )

    async def viewers(self) -> list[Viewer]:
        return [msgspec.structs.replace(viewer) for viewer in self._space.viewers.values()]

    async def viewer_of(self, party_id: UUID) -> Viewer | None:
        found = (v for v in self._space.viewers.values() if v.party_id == party_id)
        viewer = next(found, None)
        return None if viewer is None else msgspec.structs.replace(viewer)

    async def answered(self, device_id: UUID, op_ids: Collection[UUID]) -> dict[UUID, Answered]:
        stored = self._space.answered
        return {i: stored[device_id, i] for i in op_ids if (device_id, i) in stored}

    async def has_written(self, device_id: UUID) -> bool:
        return any(of_device == device_id for of_device, _ in self._space.answered)

    async def records(self, record_ids: Collection[UUID]) -> dict[UUID, Record]:
        return {i: self._space.records[i] for i in record_ids if i in self._space.records}

    async def lines(self, record_ids: Collection[UUID]) -> list[Line]:
        keys = ((viewer_id, i) for i in record_ids for viewer_id in self._space.viewers)
        return [self._space.lines[key] for key in keys if key in self._space.lines]

    async def kept(
        self, record_id: UUID, author_ids: Collection[UUID], after: KeptPlace, limit: int
    ) -> list[Kept]:
        kept_at, op_id, given = after
        found = sorted(
            ((kept.kept_at, kept.op_id, device_id or _NO_DEVICE, kept.author_id), kept)
            for (record, device_id, *_), kept in self._space.kept.items()
            if record == record_id
            and kept.author_id in author_ids
            and (kept.kept_at, kept.op_id) >= (kept_at, op_id)
        )
        return [kept for _, kept in found[given : given + limit]]

    async def page(
        self, viewer_id: UUID, place: FeedPlace, limit: int, *, naming: Mapping[str, str]
    ) -> tuple[Sequence[Change], bool]:
        lines = sorted(
            (
                line
                for (owner, _), line in self._space.lines.items()
                if owner == viewer_id
                and line.seq > place.after
                and (line.kind is Kind.PUT or line.seq > place.gone_after)
            ),
            key=lambda line: line.seq,
        )
        found = [self._change(line, naming) for line in lines[:limit]]
        bodies = (b"" if change.body is None else bytes(change.body) for change in found)
        count = fitting_changes([len(body) for body in bodies])
        return found[:count], count < len(lines)

    async def lines_of(self, viewer_id: UUID) -> list[Line]:
        return [line for (owner, _), line in self._space.lines.items() if owner == viewer_id]

    async def heads(self) -> list[Record]:
        standing = (
            msgspec.structs.replace(record, body=None)
            for record in self._space.records.values()
            if not record.deleted
        )
        return sorted(standing, key=lambda record: record.rev)

    async def held(self, collections: Collection[str]) -> list[Record]:
        records = self._space.records.values()
        return [r for r in records if r.collection in collections and not r.deleted]

    async def families(self, family_ids: Collection[UUID]) -> list[UUID]:
        records = self._space.records.values()
        return [record.record_id for record in records if record.family_id in family_ids]

    async def naming(self, record_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
        return [
            (record.record_id, record.named_id)
            for record in self._space.records.values()
            if record.named_id is not None and record.named_id in record_ids
        ]

    async def due(self, now: datetime) -> list[Due]:
        return [d for d in self._space.due.values() if d.due_at is not None and d.due_at <= now]

    async def prepare(self) -> None:
        """Nothing in memory changes behind anybody's back."""

    def must_trace(self, viewer: Viewer, device_id: UUID) -> bool:
        return True

    async def trace(self, deed: Deed) -> None:
        self._deeds.append(deed)

    async def all_ids(self) -> list[UUID]:
        return list(self._space.records)

    async def save(self, writes: Writes, *, device_id: UUID | None, now: datetime) -> None:
        self._writes.append((writes, device_id))

    def _change(self, line: Line, naming: Mapping[str, str]) -> Change:
        record = self._space.records[line.record_id]
        body = record.body if line.kind is Kind.PUT else None
        if body is not None and record.named_id is not None:
            named = self._space.lines.get((line.viewer_id, record.named_id))
            if named is None or named.kind is not Kind.PUT:
                body = without(body, naming[record.collection])
        return Change(
            seq=line.seq,
            collection=line.collection,
            record_id=line.record_id,
            kind=line.kind.name.lower(),
            body=None if body is None else msgspec.Raw(body),
        )

    def commit(self) -> None:
        """Make what was saved visible to the next transaction."""
        space = self._space
        for writes, device_id in self._writes:
            space.head = writes.head
            space.records.update({record.record_id: record for record in writes.records})
            for viewer in (*writes.granted, *writes.viewers):
                space.viewers[viewer.viewer_id] = viewer
            for record in writes.restricted:
                stored = space.records[record.record_id]
                space.records[record.record_id] = msgspec.structs.replace(
                    stored, restrictions=record.restrictions
                )
            space.due.update({due.subject_id: due for due in writes.due})
            space.lines.update({(ln.viewer_id, ln.record_id): ln for ln in writes.lines})
            for answered in writes.answered:
                assert device_id is not None
                space.answered[device_id, answered.op_id] = answered
            for kept in writes.kept:
                space.kept[kept.record_id, device_id, kept.op_id, kept.author_id] = kept
        self._writes.clear()
        space.deeds.extend(self._deeds)
        self._deeds.clear()
