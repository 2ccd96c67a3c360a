"""A point read sees the newest commit, remembered or not, alone or with others."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import bindparam, update

from backend.kernel.db import Database, Sql
from sync.core.audience import Viewer
from sync.storage import statements as q
from sync.storage.port import Head
from sync.storage.spaces import add_viewer, open_space
from sync.storage.sql import SqlSpaceStore, read_head
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


async def viewer_in(database: Database, space_id: UUID, party_id: UUID) -> UUID:
    """Give a party an eye on a space."""
    viewer = Viewer(viewer_id=uuid4(), party_id=party_id, role="holder")
    await database.write(lambda sql: add_viewer(sql, space_id, viewer))
    return viewer.viewer_id


async def told(database: Database, space_id: UUID, party_id: UUID) -> UUID | None:
    """Ask where a party's feed of a space stands; return whose eye it is."""
    head: Head | None = await database.look(lambda sql: read_head(sql, space_id, party_id))
    return None if head is None else head.viewer.viewer_id


async def test_reads_at_the_same_moment_are_each_answered_for_themselves(
    database: Database,
) -> None:
    """A hundred of them, and some who ask for what is another's or nobody's."""
    spaces_, parties = [uuid4() for _ in range(10)], [uuid4() for _ in range(10)]
    viewers: dict[tuple[UUID, UUID], UUID] = {}
    for i, space_id in enumerate(spaces_):
        await database.write(lambda sql, space_id=space_id: open_space(sql, space_id))
        for party_id in parties[i:]:
            viewers[space_id, party_id] = await viewer_in(database, space_id, party_id)
    asked = [(s, p) for s in (*spaces_, uuid4()) for p in (*parties, uuid4())]

    answers = await asyncio.gather(*(told(database, s, p) for s, p in asked))

    assert len(asked) > 100
    assert dict(zip(asked, answers, strict=True)) == {key: viewers.get(key) for key in asked}


async def test_no_read_is_answered_from_before_it_was_asked(database: Database) -> None:
    """Among readers that never stop, whoever asks after a commit is told of it."""
    await database.write(lambda sql: open_space(sql, SPACE_ID))
    committed = 0
    late: list[tuple[int, int | None]] = []

    async def ask() -> None:
        while committed < 30:
            before = committed
            seen = await head_of(database)
            if seen is None or seen < before:
                late.append((before, seen))
            await asyncio.sleep(0)

    async def write() -> None:
        nonlocal committed
        for head in range(1, 31):
            await database.write(lambda sql, head=head: move(sql, head))
            committed = head

    async with asyncio.timeout(30):
        await asyncio.gather(write(), *(ask() for _ in range(16)))

    assert late == []


async def test_what_was_asked_ahead_and_not_needed_is_nobodys(database: Database) -> None:
    """Nor is it waited for, and what is asked after it is its own answer."""
    await database.write(lambda sql: open_space(sql, SPACE_ID))
    party_id = uuid4()
    viewer_id = await viewer_in(database, SPACE_ID, party_id)

    async def look(sql: Sql) -> tuple[UUID | None, UUID | None]:
        sql.ahead(q.HEAD, space_id=uuid4(), party_id=party_id)
        sql.ahead(q.HEAD, space_id=SPACE_ID, party_id=uuid4())
        sql.ahead(q.HEAD, space_id=SPACE_ID, party_id=party_id)
        heads = [await read_head(sql, SPACE_ID, party) for party in (party_id, uuid4())]
        first, second = (head and head.viewer.viewer_id for head in heads)
        return first, second

    assert await database.look(look) == (viewer_id, None)
