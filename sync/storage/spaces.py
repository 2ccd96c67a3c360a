"""Opening spaces and giving parties an eye on them."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Executable,
    Insert,
    bindparam,
    case,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from sync.core.audience import Viewer
from sync.storage.tables import spaces, viewers

Step = tuple[Executable, Sequence[Mapping[str, object]]]


class Sql(Protocol):
    """The statements that sync asks of its host, inside one transaction."""

    async def rows(self, statement: Executable, **params: object) -> list[tuple[Any, ...]]:
        """Return every row."""

    async def row(self, statement: Executable, **params: object) -> tuple[Any, ...] | None:
        """Return the first row, or None."""

    async def run(self, statement: Executable, **params: object) -> int:
        """Write, and return how many rows it touched."""

    async def run_many(self, statement: Insert, rows: Sequence[dict[str, object]]) -> None:
        """Insert many rows at once."""

    async def run_all(self, steps: Sequence[Step]) -> None:
        """Write statement after statement, each for every row that it is given, in one go."""


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """How far the numbers of a database have gone."""

    epoch: int
    head: int


NOWHERE = Reached(epoch=0, head=0)

# More changes than one space sees between two copies, and far below 2^53.
EPOCH_STEP = 1 << 24

_OPEN_SPACE = insert(spaces)
_ADD_VIEWER = insert(viewers)
_GIVE_PARTY = (
    update(viewers)
    .where(
        viewers.c.space_id == bindparam("in_space"),
        viewers.c.viewer_id == bindparam("viewer"),
        viewers.c.party_id.is_(None),
    )
    .values(party_id=bindparam("party"))
)
_PARTY_OF = select(viewers.c.party_id).where(
    viewers.c.space_id == bindparam("space_id"), viewers.c.viewer_id == bindparam("viewer_id")
)
_TAKE_PARTY = (
    update(viewers)
    .where(
        viewers.c.space_id == bindparam("in_space"),
        viewers.c.viewer_id == bindparam("viewer"),
        viewers.c.party_id == bindparam("party"),
    )
    .values(party_id=null())
)


def _above(column: Column[int], floor: str) -> ColumnElement[int]:
    least = bindparam(floor, type_=column.type)
    return case((column > least, column), else_=least)


_NEXT_EPOCH = (
    update(spaces)
    .values(
        epoch=_above(spaces.c.epoch, "epoch_floor") + 1,
        head=_above(spaces.c.head, "head_floor") + bindparam("step"),
    )
    .execution_options(all_spaces=True)
)
_NEXT_HEADS = (
    update(viewers)
    .values(head=_above(viewers.c.head, "head_floor") + bindparam("step"))
    .execution_options(all_spaces=True)
)


async def open_space(sql: Sql, space_id: UUID) -> None:
    """Make an empty space."""
    await sql.run(_OPEN_SPACE, space_id=space_id, head=0, epoch=1, state="open", due_at=None)


async def add_viewer(sql: Sql, space_id: UUID, viewer: Viewer) -> None:
    """Add a viewer with an empty feed; whoever grants it fills the feed."""
    await sql.run(_ADD_VIEWER, **viewer_row(space_id, viewer))


def viewer_row(space_id: UUID, viewer: Viewer) -> dict[str, object]:
    """Write a viewer as a row of the `viewer` table."""
    return {
        "space_id": space_id,
        "viewer_id": viewer.viewer_id,
        "party_id": viewer.party_id,
        "role": viewer.role,
        "grant_": viewer.grant,
        "is_open": viewer.is_open,
        "keeps_copy": viewer.keeps_copy,
        "opens_at": viewer.opens_at,
        "closes_at": viewer.closes_at,
        "head": viewer.head,
        "count": viewer.count,
        "digest": viewer.digest.to_bytes(16),
    }


async def give_party(sql: Sql, space_id: UUID, viewer_id: UUID, party_id: UUID) -> bool:
    """Say who looks through a viewer that has nobody yet; return whether it was free."""
    return await sql.run(_GIVE_PARTY, in_space=space_id, viewer=viewer_id, party=party_id) == 1


async def party_of(sql: Sql, space_id: UUID, viewer_id: UUID) -> UUID | None:
    """Return who looks through a viewer, or None for nobody yet."""
    row = await sql.row(_PARTY_OF, space_id=space_id, viewer_id=viewer_id)
    return None if row is None else row[0]


async def take_party(sql: Sql, space_id: UUID, viewer_id: UUID, party_id: UUID) -> None:
    """Let a party look through a viewer no longer: somebody else will."""
    await sql.run(_TAKE_PARTY, in_space=space_id, viewer=viewer_id, party=party_id)


async def begin_epoch(sql: Sql, after: Reached = NOWHERE) -> None:
    """Make every device start again, after a restore.

    Numbers go on far above any that was given since the copy was made, so that
    an edit based on lost history is never taken for one based on this history:
    it is merged by what its device saw. How far is left to chance, because the
    same copy may be put back twice.

    Args:
        sql: The transaction of the copy.
        after: How far the database went that the copy replaces, if it could be
            read: neither its epochs nor its numbers are given a second time.
    """
    step = EPOCH_STEP + secrets.randbelow(EPOCH_STEP)
    await sql.run(_NEXT_EPOCH, step=step, epoch_floor=after.epoch, head_floor=after.head)
    await sql.run(_NEXT_HEADS, step=step, head_floor=after.head)
