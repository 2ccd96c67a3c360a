"""What one space holds: bounded, and without telling of what is hidden."""

import pytest

from sync.core.change import Status
from sync.errors import SpaceFull
from tests.property.worlds import Phone, World


async def test_a_full_space_takes_changes_and_deletions_and_no_more_records(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is deleted makes room."""
    monkeypatch.setattr("sync.push.RECORDS_PER_SPACE_MAX", 3)
    world = await World.make(viewers=1)
    phone = Phone(world, 0)
    first, *_ = [phone.add({"title": f"note {n}"}) for n in range(3)]
    await phone.sync()

    phone.add({"title": "one too many"})
    (full,) = await phone.sync()
    phone.edit(first, {"title": "changed"})
    (edited,) = await phone.sync()
    phone.delete(first)
    (deleted,) = await phone.sync()
    phone.add({"title": "now there is room"})
    (room,) = await phone.sync()

    assert (full.status, full.code) == (Status.REFUSED, SpaceFull.code)
    assert [one.status for one in (edited, deleted, room)] == [Status.APPLIED] * 3


async def test_a_batch_that_fills_a_space_is_cut_where_it_is_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not beyond, though all of it came at once."""
    monkeypatch.setattr("sync.push.RECORDS_PER_SPACE_MAX", 3)
    world = await World.make(viewers=1)
    phone = Phone(world, 0)
    for n in range(5):
        phone.add({"title": f"note {n}"})

    outcomes = await phone.sync()

    assert [one.status for one in outcomes] == [Status.APPLIED] * 3 + [Status.REFUSED] * 2
