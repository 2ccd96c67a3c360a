"""The values that did not stand, a page at a time."""

from uuid import UUID

import msgspec
import pytest

from sync.core.limits import KEPT_PER_PAGE_MAX
from sync.core.pages import fitting
from sync.errors import CheckpointRefused, RequestInvalid
from sync.kept import KeptAsk, KeptPage
from tests.property.worlds import Phone, World

CONFLICTS = 5


async def quarrel(size: int = 1) -> tuple[World, Phone, UUID]:
    """Make a world in which one phone lost the same field again and again."""
    world = await World.make(viewers=2)
    winner, loser = Phone(world, 0), Phone(world, 1)
    record_id = winner.add({"title": "0"})
    for phone in (winner, loser):
        await phone.sync()
    for turn in range(CONFLICTS):
        world.home.clock.move(1)
        winner.edit(record_id, {"title": f"stands {turn}"})
        loser.edit(record_id, {"title": f"{turn} " + "x" * size})
        for phone in (winner, loser, winner):
            await phone.sync()
    return world, loser, record_id


def titles(page: KeptPage) -> list[str]:
    """Return which turns a page tells of."""
    return [msgspec.json.decode(kept.values)["title"].split()[0] for kept in page.values]


async def test_pages_follow_one_another_to_the_last() -> None:
    """A page says where to go on from, until there is nothing left."""
    world, loser, record_id = await quarrel()
    ask = KeptAsk(space_id=world.space_id, record_id=record_id, limit=2)

    pages = [await world.exchange.lost(loser.caller, ask)]
    while pages[-1].next is not None:
        after = msgspec.structs.replace(ask, after=pages[-1].next)
        pages.append(await world.exchange.lost(loser.caller, after))

    assert [titles(page) for page in pages] == [["0", "1"], ["2", "3"], ["4"]]


@pytest.mark.parametrize(
    ("sizes", "most", "count"),
    [([], 10, 0), ([5, 5], 10, 2), ([5, 5, 1], 10, 2), ([11, 1], 10, 1), ([11], 10, 1)],
)
def test_a_page_is_bounded_by_its_bytes_too(sizes: list[int], most: int, count: int) -> None:
    """Long texts come on more pages, one at least on each."""
    assert fitting(sizes, most=most) == count


async def test_a_place_is_of_use_to_one_device_and_one_record_only() -> None:
    """Another device, another viewer, another record, a changed letter: refused alike."""
    world, loser, record_id = await quarrel()
    ask = KeptAsk(space_id=world.space_id, record_id=record_id, limit=1)
    after = (await world.exchange.lost(loser.caller, ask)).next
    assert after is not None
    mine = msgspec.structs.replace(ask, after=after)

    assert titles(await world.exchange.lost(loser.caller, mine)) == ["1"]
    for caller, asked in (
        (world.caller(1, "another"), mine),
        (world.caller(0), mine),
        (loser.caller, msgspec.structs.replace(mine, record_id=world.space_id)),
        (loser.caller, msgspec.structs.replace(mine, after="B" + after[1:])),
        (loser.caller, msgspec.structs.replace(mine, after="é")),
        (loser.caller, msgspec.structs.replace(mine, after="")),
    ):
        with pytest.raises(CheckpointRefused):
            await world.exchange.lost(caller, asked)


@pytest.mark.parametrize("limit", [0, -1, KEPT_PER_PAGE_MAX + 1])
async def test_a_limit_out_of_range_is_refused(limit: int) -> None:
    """There is a bound, and nobody asks for more."""
    world = await World.make()
    ask = KeptAsk(space_id=world.space_id, record_id=world.space_id, limit=limit)

    with pytest.raises(RequestInvalid):
        await world.exchange.lost(world.caller(0), ask)
