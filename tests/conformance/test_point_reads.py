"""A point read sees the newest commit, whether its answer is remembered or not."""

from uuid import uuid4

import pytest
from sqlalchemy import bindparam, update

from backend.kernel.db import Database, Sql
from sync.storage.spaces import open_space
from sync.storage.sql import SqlSpaceStore
from sync.storage.tables import spaces
from tests.hosts import SpaceSilence

SPACE_ID = uuid4()
_MOVE = (
    update(spaces)
    .where(spaces.c.space_id == bindparam("in_space"))
    .values(head=bindparam("new_head"))
)


async def move(sql: Sql, head: int) -> None:
    await sql.run(_MOVE, in_space=SPACE_ID, new_head=head)


async def head_of(database: Database) -> int | None:
    """Read the head of the space as a poll does."""
    cipher = None

    async def look(sql: Sql) -> int | None:
        space = await SqlSpaceStore(sql, SPACE_ID, cipher, SpaceSilence()).look()  # type: ignore[arg-type]
        return None if space is None else space.head

    return await database.look(look)


async def test_a_point_read_sees_the_newest_commit(database: Database) -> None:
    """What was answered before a commit is not answered after it."""
    absent = await head_of(database)
    await database.write(lambda sql: open_space(sql, SPACE_ID))

    seen = [await head_of(database)]
    for head in (7, 8):
        await database.write(lambda sql, head=head: move(sql, head))
        seen += [await head_of(database), await head_of(database)]

    assert absent is None
    assert seen == [0, 7, 7, 8, 8]


async def test_a_transaction_that_is_undone_changes_no_answer(database: Database) -> None:
    """A refusal after a write leaves the answer as it was."""
    await database.write(lambda sql: open_space(sql, SPACE_ID))

    async def refuse(sql: Sql) -> None:
        await move(sql, 99)
        raise KeyError("refused")

    with pytest.raises(KeyError):
        await database.write(refuse)

    assert await head_of(database) == 0
