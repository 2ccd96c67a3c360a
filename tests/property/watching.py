"""Watching a storage at work: which calls, how many rows, which statements."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Insert

from backend.kernel.db import Sql
from backend.kernel.dialects import SqliteDialect
from backend.kernel.statements import Params, Row, Statements, Step
from sync.core.audience import Line, Viewer
from sync.core.change import Change
from sync.core.kept_place import KeptPlace
from sync.storage.port import (
    Answered,
    Deed,
    Due,
    FeedPlace,
    Kept,
    Record,
    Space,
    SpaceStore,
    Writes,
)


class Watched:
    """A storage that counts its calls and the rows that go through them."""

    def __init__(self, store: SpaceStore, seen: Counter[str]) -> None:
        self._store = store
        self._seen = seen

    def _count(self, call: str, rows: int) -> None:
        self._seen[f"{call} calls"] += 1
        self._seen[f"{call} rows"] += rows

    async def lock(self) -> Space | None:
        self._count("lock", 1)
        return await self._store.lock()

    async def look(self) -> Space | None:
        self._count("look", 1)
        return await self._store.look()

    async def viewers(self) -> list[Viewer]:
        found = await self._store.viewers()
        self._count("viewers", len(found))
        return found

    async def viewer_of(self, party_id: UUID) -> Viewer | None:
        self._count("viewer_of", 1)
        return await self._store.viewer_of(party_id)

    async def answered(self, device_id: UUID, op_ids: Collection[UUID]) -> dict[UUID, Answered]:
        self._count("answered", len(op_ids))
        return await self._store.answered(device_id, op_ids)

    async def has_written(self, device_id: UUID) -> bool:
        self._count("has_written", 1)
        return await self._store.has_written(device_id)

    async def records(self, record_ids: Collection[UUID]) -> dict[UUID, Record]:
        self._count("records", len(record_ids))
        return await self._store.records(record_ids)

    async def lines(self, record_ids: Collection[UUID]) -> list[Line]:
        found = await self._store.lines(record_ids)
        self._count("lines", len(found))
        return found

    async def kept(
        self, record_id: UUID, author_ids: Collection[UUID], after: KeptPlace, limit: int
    ) -> list[Kept]:
        found = await self._store.kept(record_id, author_ids, after, limit)
        self._count("kept", len(found))
        return found

    async def page(
        self, viewer_id: UUID, place: FeedPlace, limit: int, *, naming: Mapping[str, str]
    ) -> tuple[Sequence[Change], bool]:
        found, more = await self._store.page(viewer_id, place, limit, naming=naming)
        self._count("page", len(found))
        return found, more

    async def naming(self, record_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
        found = await self._store.naming(record_ids)
        self._count("naming", len(found))
        return found

    async def heads(self) -> list[Record]:
        found = await self._store.heads()
        self._count("heads", len(found))
        return found

    async def lines_of(self, viewer_id: UUID) -> list[Line]:
        found = await self._store.lines_of(viewer_id)
        self._count("lines_of", len(found))
        return found

    async def held(self, collections: Collection[str]) -> list[Record]:
        found = await self._store.held(collections)
        self._count("held", len(found))
        return found

    async def families(self, family_ids: Collection[UUID]) -> list[UUID]:
        found = await self._store.families(family_ids)
        self._count("families", len(found))
        return found

    async def due(self, now: datetime) -> list[Due]:
        found = await self._store.due(now)
        self._count("due", len(found))
        return found

    async def prepare(self) -> None:
        await self._store.prepare()

    def must_trace(self, viewer: Viewer, device_id: UUID) -> bool:
        return self._store.must_trace(viewer, device_id)

    async def trace(self, deed: Deed) -> None:
        self._count("trace", 1)
        await self._store.trace(deed)

    async def all_ids(self) -> list[UUID]:
        found = await self._store.all_ids()
        self._count("all_ids", len(found))
        return found

    async def save(self, writes: Writes, *, device_id: UUID | None, now: datetime) -> None:
        for what in ("records", "viewers", "lines", "answered", "kept"):
            self._count(f"save {what}", len(getattr(writes, what)))
        await self._store.save(writes, device_id=device_id, now=now)


class WatchedSql:
    """Statements that are noted before they run."""

    def __init__(self, sql: Sql, texts: list[tuple[str, list[Any]]]) -> None:
        self._sql = sql
        self._texts = texts
        self._statements = _STATEMENTS

    async def rows(self, statement: Executable, **params: object) -> list[Row]:
        self._texts.append(self._statements.prepare(statement).text(params))
        return await self._sql.rows(statement, **params)

    async def row(self, statement: Executable, **params: object) -> Row | None:
        self._texts.append(self._statements.prepare(statement).text(params))
        return await self._sql.row(statement, **params)

    async def run(self, statement: Executable, **params: object) -> int:
        self._texts.append(self._statements.prepare(statement).text(params))
        return await self._sql.run(statement, **params)

    async def run_many(self, statement: Insert, rows: Sequence[Params]) -> None:
        for prepared, params in self._statements.batches(statement, rows):
            self._texts.append(prepared.text(params))
        await self._sql.run_many(statement, rows)

    async def run_all(self, steps: Sequence[Step]) -> None:
        for statement, rows in steps:
            prepared = self._statements.prepare(statement)
            self._texts.extend(prepared.text(row) for row in rows)
        await self._sql.run_all(steps)


_STATEMENTS = Statements(SqliteDialect(paramstyle="named"))


def plans(file: Path, texts: Sequence[tuple[str, list[Any]]]) -> list[str]:
    """Return each step by which SQLite would run these statements."""
    connection = sqlite3.connect(file)
    try:
        return [
            str(row[3])
            for text, values in texts
            for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", values)
        ]
    finally:
        connection.close()


class Steps:
    """Counts the steps of SQLite's machine on one connection."""

    def __init__(self) -> None:
        self.count = 0

    def one(self) -> int:
        """Count a step and let it happen."""
        self.count += 1
        return 0
