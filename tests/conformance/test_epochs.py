"""After a restore no number is given twice, on each database."""

from uuid import uuid4

from sqlalchemy import select

from backend.kernel.db import Database, Sql
from sync.core.audience import Viewer
from sync.storage.spaces import NOWHERE, Reached, add_viewer, begin_epoch, open_space
from sync.storage.tables import spaces, viewers

_SPACES = select(spaces.c.epoch, spaces.c.head).execution_options(all_spaces=True)
_VIEWERS = select(viewers.c.head).execution_options(all_spaces=True)
FAR = Reached(epoch=7, head=5_000_000_000)


async def standing(sql: Sql) -> tuple[int, int, int]:
    """Return the epoch and head of the one space, and the head of its viewer."""
    ((epoch, head),) = await sql.rows(_SPACES)
    ((of_viewer,),) = await sql.rows(_VIEWERS)
    return epoch, head, of_viewer


async def test_numbers_go_on_above_what_the_copy_replaces(database: Database) -> None:
    """Epoch and heads pass both the copy's own and those of the lost history."""

    async def fill(sql: Sql) -> None:
        space_id = uuid4()
        await open_space(sql, space_id)
        viewer = Viewer(viewer_id=uuid4(), party_id=uuid4(), role="holder")
        await add_viewer(sql, space_id, viewer)

    await database.write(fill)

    await database.write(lambda sql: begin_epoch(sql, NOWHERE))
    alone = await database.read(standing)
    await database.write(lambda sql: begin_epoch(sql, FAR))
    after = await database.read(standing)
    await database.write(lambda sql: begin_epoch(sql, NOWHERE))
    later = await database.read(standing)

    assert alone[0] == 2
    assert after[0] == FAR.epoch + 1
    assert later[0] == FAR.epoch + 2
    assert 0 < alone[1] < FAR.head < after[1] < later[1]
    assert 0 < alone[2] < FAR.head < after[2] < later[2]
