"""The feeds of one space while it is being edited: lines known, moved, and taken back."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sync.core.audience import Line, Viewer, next_line, renumbered
from sync.core.change import Kind
from sync.storage.port import Record

LineKey = tuple[UUID, UUID]
"""Viewer, record."""


class StagedFeeds:
    """What every feed will say once the edit is stored."""

    def __init__(self) -> None:
        self._lines: dict[LineKey, Line] = {}
        self._stored: dict[LineKey, Line | None] = {}
        """What stood before, of each line that moved."""
        self._heads: dict[UUID, int] = {}
        """Where each feed that moved stood before."""

    def know(self, line: Line) -> None:
        """Take in a line as it is stored, unless it has moved since."""
        self._lines.setdefault((line.viewer_id, line.record_id), line)

    def line(self, viewer: Viewer, record_id: UUID) -> Line | None:
        """Return a viewer's line for a record, if it has one and it is known."""
        return self._lines.get((viewer.viewer_id, record_id))

    def moved(self) -> list[Line]:
        """Return the lines to store."""
        return [self._lines[key] for key in self._stored]

    def movers(self) -> frozenset[UUID]:
        """Name the viewers whose feed moves."""
        return frozenset(viewer_id for viewer_id, _ in self._stored)

    def move(self, viewer: Viewer, record: Record, *, visible: bool, touched: bool) -> None:
        """Move a feed on, if the record changed or came into or out of its viewer's sight."""
        key = (viewer.viewer_id, record.record_id)
        line, head = self._lines.get(key), viewer.head
        if not touched and visible is (line is not None and line.kind is Kind.PUT):
            return
        moved = next_line(
            viewer,
            line,
            record_id=record.record_id,
            collection=record.collection,
            visible=visible,
        )
        if moved is not None:
            self._lines[key] = moved
            self._stored.setdefault(key, line)
            self._heads.setdefault(viewer.viewer_id, head)

    def has_moved(self, viewer: Viewer, record_id: UUID) -> bool:
        """Say whether a viewer's line for a record moves in this edit."""
        return (viewer.viewer_id, record_id) in self._stored

    def turned(self, collections: Collection[str]) -> dict[UUID, frozenset[UUID]]:
        """Name the records of collections that came into or out of sight, each with whose."""
        found: dict[UUID, set[UUID]] = {}
        for key, before in self._stored.items():
            line = self._lines[key]
            was_there = before is not None and before.kind is Kind.PUT
            if line.collection in collections and was_there is not (line.kind is Kind.PUT):
                found.setdefault(line.record_id, set()).add(line.viewer_id)
        return {record_id: frozenset(whose) for record_id, whose in found.items()}

    def unsay(self, viewers: Mapping[UUID, Viewer], *, writer_id: UUID | None) -> None:
        """Take back lines of records that came into sight and went within this edit.

        Whoever never had a record must not hear that it is gone, nor miss a
        number. The writer was told numbers of its own feed already.
        """
        unsaid = [
            key
            for key, before in self._stored.items()
            if self._lines[key].kind is Kind.GONE
            and (before is None or before.kind is Kind.GONE)
            and key[0] != writer_id
        ]
        for key in unsaid:
            before = self._stored.pop(key)
            if before is None:
                del self._lines[key]
            else:
                self._lines[key] = before
        for viewer_id in dict.fromkeys(viewer_id for viewer_id, _ in unsaid):
            self._renumber(viewers[viewer_id])

    def _renumber(self, viewer: Viewer) -> None:
        mine = [self._lines[key] for key in self._stored if key[0] == viewer.viewer_id]
        mine.sort(key=lambda line: line.seq)
        for line in renumbered(viewer, mine, after=self._heads[viewer.viewer_id]):
            self._lines[viewer.viewer_id, line.record_id] = line
