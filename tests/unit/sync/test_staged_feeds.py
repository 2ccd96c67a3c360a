"""Feeds while a space is being edited: what is staged, judged anew, taken back."""

from uuid import UUID

import pytest

from sync.core.change import Kind, Op, OpKind
from sync.edit import Entry, SpaceEdit
from sync.errors import SpaceNotFound
from sync.push import Caller, push
from tests.unit.sync.bench import ONE, OTHER, TwoViewers

FIRST, SECOND = UUID(int=21), UUID(int=22)


class Bench(TwoViewers):
    """Writes notes, and reads what each feed says."""

    def put(self, edit: SpaceEdit, record_id: UUID, title: str = "one") -> None:
        collection = self.host.collections["notes"]
        edit.put(
            Entry(
                record_id=record_id, collection=collection, author_id=ONE, fields={"title": title}
            )
        )

    async def write(self, record_id: UUID, title: str) -> None:
        edit = await self.begin()
        await edit.load([record_id])
        self.put(edit, record_id, title)
        await self.save(edit)

    def feed(self, viewer_id: UUID) -> list[tuple[int, UUID, Kind]]:
        lines = [line for (owner, _), line in self.space.lines.items() if owner == viewer_id]
        return sorted((line.seq, line.record_id, line.kind) for line in lines)


async def test_a_record_that_is_added_and_hidden_at_once_is_not_heard_of() -> None:
    """Whoever never had a record is neither told that it is gone nor missing a number."""
    bench = Bench()
    edit = await bench.begin()
    await edit.load([FIRST, SECOND])

    bench.put(edit, FIRST)
    bench.rights.hidden.add((OTHER, FIRST))
    edit.review(FIRST)
    bench.put(edit, SECOND)
    await bench.save(edit)

    assert bench.feed(OTHER) == [(1, SECOND, Kind.PUT)]
    assert bench.space.viewers[OTHER].head == 1
    assert bench.proof_holds(OTHER)
    assert bench.feed(ONE) == [(1, FIRST, Kind.PUT), (2, SECOND, Kind.PUT)]


async def test_nobody_is_woken_by_what_came_and_went_within_one_edit() -> None:
    """A viewer with nothing new hears nothing."""
    bench = Bench()
    edit = await bench.begin()
    await edit.load([FIRST])

    bench.put(edit, FIRST)
    bench.rights.hidden.add((OTHER, FIRST))
    edit.review(FIRST)
    moved = await bench.save(edit)

    assert moved == {ONE}
    assert bench.feed(OTHER) == []
    assert bench.space.viewers[OTHER].head == 0


async def test_what_went_before_stays_gone_at_its_old_number() -> None:
    """A record that was withdrawn, shown and hidden within one edit moves nothing."""
    bench = Bench()
    await bench.write(FIRST, "one")
    bench.rights.hidden.add((OTHER, FIRST))
    edit = await bench.begin()
    await edit.load([FIRST])
    edit.review(FIRST)
    await bench.save(edit)
    before = bench.feed(OTHER)

    edit = await bench.begin()
    await edit.load([FIRST])
    bench.rights.hidden.clear()
    edit.review(FIRST)
    bench.rights.hidden.add((OTHER, FIRST))
    edit.review(FIRST)
    await bench.save(edit)

    assert before == bench.feed(OTHER) == [(2, FIRST, Kind.GONE)]
    assert bench.proof_holds(OTHER)


async def test_loading_a_record_does_not_undo_that_a_viewer_was_judged_anew() -> None:
    """A feed stays what its proof says, whatever is loaded after its viewer's rights turned."""
    bench = Bench()
    await bench.write(FIRST, "one")
    await bench.write(SECOND, "two")
    bench.rights.hidden.add((OTHER, FIRST))
    edit = await bench.begin()

    await edit.rejudge([edit.viewers[OTHER]])
    await edit.load([FIRST])
    bench.put(edit, FIRST, "three")
    await bench.save(edit)

    assert bench.feed(OTHER) == [(2, SECOND, Kind.PUT), (3, FIRST, Kind.GONE)]
    assert bench.proof_holds(OTHER)


async def test_a_copy_that_ended_and_came_back_has_what_changed_meanwhile() -> None:
    """A feed that nobody could read for a while does not pass for up to date."""
    bench = Bench()
    await bench.write(FIRST, "one")
    await bench.write(SECOND, "two")
    bench.space.viewers[OTHER].keeps_copy = False
    edit = await bench.begin()
    await edit.load([FIRST, SECOND])
    bench.put(edit, FIRST, "changed")
    record = edit.record(SECOND)
    assert record is not None
    edit.delete(record, ONE)
    await bench.save(edit)

    edit = await bench.begin()
    viewer = edit.viewers[OTHER]
    viewer.keeps_copy = True
    await edit.grant(viewer)
    await bench.save(edit)

    feed = {record_id: (seq, kind) for seq, record_id, kind in bench.feed(OTHER)}
    assert feed[FIRST][0] > 2
    assert feed[FIRST][1] is Kind.PUT
    assert feed[SECOND][1] is Kind.GONE
    assert bench.proof_holds(OTHER)


async def test_who_keeps_no_copy_pushes_nothing() -> None:
    """A feed left from an earlier copy does not say what may be seen, nor brings it back."""
    bench = Bench()
    await bench.write(FIRST, "secret")
    bench.space.viewers[OTHER].keeps_copy = False
    op = Op(
        op_id=UUID(int=31),
        space_id=bench.space.space_id,
        collection="notes",
        record_id=FIRST,
        kind=OpKind.DELETE,
        base=99,
    )
    edit = await bench.begin()

    with pytest.raises(SpaceNotFound):
        await push(
            edit, bench.host, bench.store, Caller(party_id=OTHER, device_id=UUID(int=41)), [op]
        )
