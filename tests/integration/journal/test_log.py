"""The log: chains enter it in time, once each, by however many processes, and prove it."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from backend.access.journal import log, log_store
from backend.access.journal.errors import LogSizeUnknown
from backend.kernel.work import Work
from sync.core.ledger.tree import EMPTY_ROOT
from tests.integration.journal.chains import (
    is_consistent,
    is_signed_whole,
    new_space,
    proved,
    write,
)
from tests.people import Town


async def test_a_log_begins_empty_and_signed(town: Town) -> None:
    """The first question makes it, and every later one gets the same."""
    first = await log.signed_head(town.office)
    town.later(hours=1)
    again = await asyncio.gather(*(log.signed_head(town.office) for _ in range(5)))

    assert (first.head.size, first.head.root) == (0, EMPTY_ROOT.hex())
    assert is_signed_whole(town, first)
    assert again == [first] * 5


async def test_chains_enter_within_the_minute_and_not_before(town: Town) -> None:
    """A line waits up to fifty seconds, so that a busy minute is one leaf for each space."""
    space_id = await new_space(town, lines=3)
    receipt = await write(town, space_id)

    town.later(seconds=49)
    await log.merge_when_due(town.office)
    early = await log.signed_head(town.office)
    town.later(seconds=1)
    await log.merge_when_due(town.office)
    late = await log.signed_head(town.office)

    assert early.head.size == 0
    assert late.head.size == 1
    assert late.head.time == town.now
    assert is_signed_whole(town, late)
    assert await proved(town, space_id) == (4, receipt.chain)


async def test_a_thousand_waiting_chains_do_not_wait_for_the_minute(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where many move at once, the tree takes them in at the next tick."""
    monkeypatch.setattr(log_store, "WAITING_MAX", 3)
    monkeypatch.setattr(log, "MERGED_AT_ONCE", 2)
    spaces = [await new_space(town, lines=1) for _ in range(5)]

    await log.merge_when_due(town.office)

    assert (await log.signed_head(town.office)).head.size == 5
    for space_id in spaces:
        assert (await proved(town, space_id))[0] == 1


async def test_a_quiet_log_is_signed_again(town: Town) -> None:
    """The same tree with a new time, once an hour; nothing is written in between."""
    await new_space(town, lines=1)
    await log.merge_all(town.office)
    before = await log.signed_head(town.office)

    town.later(minutes=59)
    await log.merge_when_due(town.office)
    same = await log.signed_head(town.office)
    town.later(minutes=1)
    await log.merge_when_due(town.office)
    after = await log.signed_head(town.office)

    assert same == before
    assert after.head.root == before.head.root
    assert after.head.time == town.now
    assert is_signed_whole(town, after)


async def test_heads_go_on_from_each_other_and_every_proof_holds(town: Town) -> None:
    """Over more than one tile: each head is the beginning of each later one."""
    spaces = [await new_space(town) for _ in range(7)]
    heads = [await log.signed_head(town.office)]
    receipts = {}
    for turn in range(40):
        for space_id in spaces[: 1 + turn % 7]:
            receipts[space_id] = await write(town, space_id)
        town.later(minutes=1)
        await log.merge_when_due(town.office)
        heads.append(await log.signed_head(town.office))

    assert heads[-1].head.size == sum(1 + turn % 7 for turn in range(40))
    for before, after in pairwise(heads):
        assert await is_consistent(town, before, after)
        assert await is_consistent(town, before, heads[-1])
    for space_id in spaces:
        assert await proved(town, space_id) == receipts[space_id][:2]


async def test_two_sequencers_take_turns(town: Town) -> None:
    """Whoever comes second finds nothing left: no chain is in the tree twice."""
    spaces = [await new_space(town, lines=2) for _ in range(6)]

    await asyncio.gather(*(log.merge_all(town.office) for _ in range(4)))

    head = await log.signed_head(town.office)
    assert head.head.size == len(spaces)
    assert await town.office.look(lambda work: log_store.waiting(work.db)) == []
    for space_id in spaces:
        assert (await proved(town, space_id))[0] == 2


async def test_writers_and_sequencers_at_once_lose_nothing(town: Town) -> None:
    """What is written while the tree takes in is taken in by the next turn."""
    spaces = [await new_space(town) for _ in range(4)]

    async def merge() -> None:
        for _ in range(10):
            await log.merge_all(town.office)

    await asyncio.gather(*(write(town, space_id, 20) for space_id in spaces), merge(), merge())
    await log.merge_all(town.office)

    for space_id in spaces:
        assert (await proved(town, space_id))[0] == 20


async def test_a_merge_that_fails_leaves_everything_waiting(town: Town) -> None:
    """Leaves, tiles, head and marks are one transaction."""
    space_id = await new_space(town, lines=1)
    before = await log.signed_head(town.office)

    async def fails(work: Work) -> None:
        await log.merge_some(work)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await town.office.write(fails)

    assert await log.signed_head(town.office) == before
    waiting = await town.office.look(lambda work: log_store.waiting(work.db))
    assert [one for one, _ in waiting] == [space_id]


async def test_a_clock_set_back_makes_no_head_older(town: Town) -> None:
    """Time on heads never runs backwards, whatever the clock does."""
    space_id = await new_space(town, lines=1)
    await log.merge_all(town.office)
    before = await log.signed_head(town.office)

    town.now -= timedelta(days=1)
    await write(town, space_id)
    await log.merge_all(town.office)
    after = await log.signed_head(town.office)

    assert after.head.size == 2
    assert after.head.time == before.head.time


async def test_sizes_that_never_were_have_no_proof(town: Town) -> None:
    """Neither beyond the end, nor backwards, nor of another log."""
    space_id = await new_space(town, lines=1)
    await log.merge_all(town.office)
    log_id = (await log.signed_head(town.office)).head.log_id

    for asked in ((log_id, 0, 2), (log_id, 1, 0), (log_id, -1, 1), (space_id, 0, 0)):
        with pytest.raises(LogSizeUnknown):
            await town.office.read(lambda work, asked=asked: log.consistency(work, *asked))
