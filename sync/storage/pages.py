"""One page of a feed out of a SQL database: which lines fit, opened all at once."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import msgspec

from sync.core.change import Change
from sync.core.naming import bytes_of, without
from sync.core.pages import fitting_changes
from sync.storage import statements as q
from sync.storage.port import FeedPlace
from sync.storage.spaces import Sql

Rows = list[tuple[Any, ...]]
"""Of the statement `PAGE`."""


class Cipher(Protocol):
    """Seals and opens what belongs to one space."""

    def seal(self, place: bytes, plain: bytes) -> bytes:
        """Encrypt for one place."""

    def open(self, place: bytes, sealed: bytes) -> bytes:
        """Decrypt what was sealed for this place."""

    def open_all(self, sealed: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """Decrypt what was sealed, each after its own place."""


class Pages:
    """The pages of the feeds of one space, in one transaction.

    `naming` says by collection which field of a body names another record. It is
    left out where the viewer does not have that one, and so is what it takes: a
    page ends where it would end if nothing were named.
    """

    def __init__(self, sql: Sql, space_id: UUID, cipher: Cipher, naming: Mapping[str, str]) -> None:
        self._sql = sql
        self._space_id = space_id
        self._cipher = cipher
        self._naming = naming

    async def read(
        self, viewer_id: UUID, place: FeedPlace, limit: int
    ) -> tuple[list[Change], bool]:
        """Return the lines after a place that fit a page, and whether more follow."""
        params = {"viewer_id": viewer_id, "after": place.after, "limit": limit + 1}
        if place.gone_after > place.after:
            rows = await self._sql.rows(
                q.FIRST_PAGE, space_id=self._space_id, gone_after=place.gone_after, **params
            )
        else:
            rows = await self._sql.rows(q.PAGE, space_id=self._space_id, **params)
        unsaid = await self._unsaid(viewer_id, rows[:limit])
        # What does not fit is not opened. A seal is a little longer than what is in it.
        sizes = [len(row[5] or b"") for row in rows[:limit]]
        for place_in_page, field in unsaid.items():
            sizes[place_in_page] -= bytes_of(field)
        count = fitting_changes(sizes)
        return self._changes(rows[:count], unsaid), count < len(rows)

    async def _unsaid(self, viewer_id: UUID, rows: Rows) -> dict[int, str]:
        """Say which rows name a record that the viewer does not have, and in which field."""
        named = {i: row[6] for i, row in enumerate(rows) if row[6] is not None}
        if not named:
            return {}
        had = await self._sql.rows(
            q.HAD,
            space_id=self._space_id,
            viewer_id=viewer_id,
            record_ids=[*dict.fromkeys(named.values())],
        )
        seen = {row[0] for row in had}
        return {i: self._naming[rows[i][1]] for i, one in named.items() if one not in seen}

    def _changes(self, rows: Rows, unsaid: Mapping[int, str]) -> list[Change]:
        raw = [row[2] if type(row[2]) is bytes else row[2].bytes for row in rows]
        puts = [i for i, row in enumerate(rows) if row[3] == q.PUT]
        opened = self._cipher.open_all(
            [(b"record" + raw[i] + rows[i][4].to_bytes(8), rows[i][5]) for i in puts]
        )
        bodies = dict(zip(puts, opened, strict=True))
        for i, field in unsaid.items():
            if i in bodies:
                bodies[i] = without(bodies[i], field)
        # All at once, and not by the constructor, which would take longer than the seals.
        ids = msgspec.convert(raw, list[UUID])
        return [
            Change(
                seq=row[0],
                collection=row[1],
                record_id=record_id,
                kind="put",
                body=msgspec.Raw(bodies[i]),
            )
            if row[3] == q.PUT
            else Change(seq=row[0], collection=row[1], record_id=record_id, kind="gone")
            for i, (row, record_id) in enumerate(zip(rows, ids, strict=True))
        ]
