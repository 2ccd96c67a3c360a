"""The contract of the storage of sync: the same on every storage that ships."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from sync.core.audience import Viewer
from sync.core.change import Kind
from sync.core.kept_place import START, KeptPlace
from sync.storage.port import EVERYBODY, Answered, Due, FeedPlace, Kept, SpaceStore
from sync.storage.spaces import add_viewer, give_party, open_space
from tests.conformance.subjects import DEVICE, NOW, PARTY, Subject, line, record, save, writes
from tests.databases import open_test_database


async def test_what_was_saved_comes_back_equal(subject: Subject) -> None:
    """Every field of a record, a viewer, a line, an outcome and a kept value survives."""
    saved = record(1)
    viewer = Viewer(
        viewer_id=subject.viewer_id,
        party_id=PARTY,
        role="holder",
        head=1,
        count=1,
        digest=(1 << 128) - 5,
    )
    answered = Answered(op_id=uuid4(), request_hash=b"h" * 32, outcome=b"{}")
    kept = Kept(
        record_id=saved.record_id, op_id=uuid4(), author_id=PARTY, kept_at=NOW, values=b'{"a":1}'
    )

    await save(
        subject,
        writes(
            1,
            records=[saved],
            viewers=[viewer],
            lines=[line(subject, saved, 1)],
            answered=[answered],
            kept=[kept],
        ),
    )

    async def look(store: SpaceStore) -> list[Any]:
        return [
            await store.look(),
            await store.viewers(),
            await store.viewer_of(PARTY),
            await store.records([saved.record_id, uuid4()]),
            await store.lines([saved.record_id]),
            await store.answered(DEVICE, [answered.op_id, uuid4()]),
            await store.kept(saved.record_id, [PARTY], START, 10),
            await store.kept(saved.record_id, [DEVICE], START, 10),
        ]

    space, viewers, mine, records, lines, outcomes, lost, of_others = await subject.run(look)
    assert (space.head, space.epoch, space.is_open) == (1, 1, True)
    assert viewers == [viewer]
    assert mine == viewer
    assert records == {saved.record_id: saved}
    assert lines == [line(subject, saved, 1)]
    assert outcomes == {answered.op_id: answered}
    assert lost == [kept]
    assert of_others == []


async def test_kept_values_are_read_a_page_at_a_time(subject: Subject) -> None:
    """Oldest first, each once, also those of one instant and of one op; of these authors only."""
    saved, ops = record(1), sorted(uuid4() for _ in range(3))
    wanted = [
        Kept(record_id=saved.record_id, op_id=op_id, author_id=author, kept_at=at, values=b"{}")
        for at in (NOW, NOW + timedelta(microseconds=1))
        for op_id in ops
        for author in sorted((PARTY, EVERYBODY))
    ]
    others = [msgspec.structs.replace(kept, author_id=uuid4()) for kept in wanted]
    await save(subject, writes(1, records=[saved], kept=[*others[:6], *wanted[:6]]))
    again = [msgspec.structs.replace(kept, op_id=uuid4()) for kept in wanted[6:]]
    again.sort(key=lambda kept: (kept.op_id, kept.author_id))
    await save(subject, writes(1, kept=[*again, *others[6:]]))

    found: list[Kept] = []
    place = START
    for size in (1, 2, 3, 4, 5):
        page = await subject.run(
            lambda store, place=place, size=size: store.kept(
                saved.record_id, [PARTY, EVERYBODY], place, size
            )
        )
        found += page
        last = (found[-1].kept_at, found[-1].op_id)
        place = KeptPlace(*last, sum((kept.kept_at, kept.op_id) == last for kept in found))

    assert found == [*wanted[:6], *again]


async def test_a_feed_keeps_one_line_for_each_record(subject: Subject) -> None:
    """A record that changed again is announced once, under its newest number."""
    first, second = record(1), record(2)
    await save(
        subject,
        writes(
            2, records=[first, second], lines=[line(subject, first, 1), line(subject, second, 2)]
        ),
    )
    changed = record(3, b'{"title":"b"}', first.record_id)

    await save(subject, writes(3, records=[changed], lines=[line(subject, changed, 3)]))

    page, _ = await subject.run(
        lambda store: store.page(subject.viewer_id, FeedPlace(0), 10, naming={})
    )
    assert [(found.seq, bytes(found.body)) for found in page] == [
        (2, second.body),
        (3, changed.body),
    ]


async def test_a_page_begins_after_a_number_and_is_bounded(subject: Subject) -> None:
    """Paging neither repeats a line nor skips one."""
    saved = [record(i) for i in range(1, 8)]
    lines = [line(subject, one, one.rev) for one in saved]
    await save(subject, writes(7, records=saved, lines=lines))

    pages = [
        await subject.run(
            lambda store, after=after: store.page(subject.viewer_id, FeedPlace(after), 3, naming={})
        )
        for after in (2, 4, 5)
    ]

    assert [[found.seq for found in page] for page, _ in pages] == [[3, 4, 5], [5, 6, 7], [6, 7]]
    assert [more for _, more in pages] == [True, False, False]


async def test_a_page_is_bounded_by_its_bytes(subject: Subject) -> None:
    """Bodies of a megabyte together are no page, and one at least is."""
    saved = [record(i, b'"%b"' % (b"x" * 400_000)) for i in range(1, 6)]
    lines = [line(subject, one, one.rev) for one in saved]
    await save(subject, writes(5, records=saved, lines=lines))

    pages = [
        await subject.run(
            lambda store, after=after: store.page(
                subject.viewer_id, FeedPlace(after), 10, naming={}
            )
        )
        for after in (0, 2, 4)
    ]

    assert [[found.seq for found in page] for page, _ in pages] == [[1, 2], [3, 4], [5]]
    assert [more for _, more in pages] == [True, True, False]


async def test_a_gone_line_carries_no_body(subject: Subject) -> None:
    """Whatever the record still holds, a viewer who lost it reads nothing of it."""
    saved = record(1)
    await save(subject, writes(1, records=[saved], lines=[line(subject, saved, 1, Kind.GONE)]))

    page, _ = await subject.run(
        lambda store: store.page(subject.viewer_id, FeedPlace(0), 10, naming={})
    )

    assert [(found.kind, found.body) for found in page] == [("gone", None)]


async def test_a_page_leaves_out_what_was_gone_by_a_number(subject: Subject) -> None:
    """For a device that began with nothing: what went after it began, it is told of."""
    saved = [record(i) for i in range(1, 7)]
    gone = {1, 3, 5, 6}
    lines = [
        line(subject, one, one.rev, Kind.GONE if one.rev in gone else Kind.PUT) for one in saved
    ]
    await save(subject, writes(6, records=saved, lines=lines))

    page, _ = await subject.run(
        lambda store: store.page(subject.viewer_id, FeedPlace(0, 5), 3, naming={})
    )
    rest, _ = await subject.run(
        lambda store: store.page(subject.viewer_id, FeedPlace(4, 5), 3, naming={})
    )

    assert [(found.seq, found.kind) for found in page] == [(2, "put"), (4, "put"), (6, "gone")]
    assert [found.seq for found in rest] == [6]


async def test_a_failed_transaction_leaves_nothing(subject: Subject) -> None:
    """An exception after the save undoes it."""

    async def work(store: SpaceStore) -> None:
        await store.save(writes(9, records=[record(9)]), device_id=DEVICE, now=NOW)
        raise KeyError("stop")

    with pytest.raises(KeyError):
        await subject.run(work)

    space = await subject.run(lambda store: store.look())
    assert space.head == 0


async def test_a_viewer_is_given_to_one_party_only(
    tmp_path: Path, cache_folder: Path, database_kind: str
) -> None:
    """Two people who use the same letter do not both become the holder."""
    async with open_test_database(database_kind, tmp_path / "data", cache_folder) as database:
        space_id, viewer_id = uuid4(), uuid4()

        async def create(sql: Any) -> None:
            await open_space(sql, space_id)
            await add_viewer(
                sql, space_id, Viewer(viewer_id=viewer_id, party_id=None, role="holder")
            )

        await database.write(create)

        first = await database.write(lambda sql: give_party(sql, space_id, viewer_id, uuid4()))
        second = await database.write(lambda sql: give_party(sql, space_id, viewer_id, uuid4()))

        assert (first, second) == (True, False)


async def test_a_record_keeps_from_whom_it_is_hidden_and_until_when(subject: Subject) -> None:
    """Restrictions, family and due time come back, in heads without a body and in full."""
    family = record(1)
    hidden = msgspec.structs.replace(
        record(2),
        restrictions=b'[["professionals"]]',
        family_id=family.record_id,
        due_at=NOW + timedelta(days=3),
    )
    gone = record(3, body=None)
    await save(subject, writes(3, records=[hidden, family, gone]))

    heads = await subject.run(lambda store: store.heads())
    held = await subject.run(lambda store: store.held(["notes", "masks"]))
    members = await subject.run(lambda store: store.families([family.record_id]))

    assert heads == [msgspec.structs.replace(one, body=None) for one in (family, hidden)]
    assert sorted(held, key=lambda one: one.rev) == [family, hidden]
    assert members == [hidden.record_id]


async def test_restrictions_change_without_a_revision(subject: Subject) -> None:
    """A mask moves feeds and leaves the body, its number and its seal as they are."""
    saved = record(1)
    await save(subject, writes(1, records=[saved]))
    masked = msgspec.structs.replace(saved, restrictions=b'[["professionals"]]')

    await save(subject, writes(1, restricted=[masked]))

    found = await subject.run(lambda store: store.records([saved.record_id]))
    assert found == {saved.record_id: masked}


async def test_a_grant_is_stored_with_its_times(subject: Subject) -> None:
    """A new viewer, then the same one changed."""
    guest = Viewer(
        viewer_id=uuid4(),
        party_id=uuid4(),
        role="caregiver",
        grant=b'{"granted":true}',
        keeps_copy=False,
        opens_at=NOW,
        closes_at=NOW + timedelta(days=30),
    )
    await save(subject, writes(0, granted=[guest]))
    closed = msgspec.structs.replace(guest, is_open=False, closes_at=None)

    found = await subject.run(lambda store: store.viewer_of(guest.party_id))
    await save(subject, writes(0, granted=[closed]))

    assert found == guest
    assert await subject.run(lambda store: store.viewer_of(guest.party_id)) == closed


async def test_the_space_knows_when_time_next_changes_something(subject: Subject) -> None:
    """The earliest of what is due; nothing once it was looked at."""
    soon, later = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    early = Due(subject_id=uuid4(), is_viewer=True, due_at=soon)
    late = Due(subject_id=uuid4(), is_viewer=False, due_at=later)
    await save(subject, writes(0, due=[late, early]))

    space = await subject.run(lambda store: store.look())
    before = await subject.run(lambda store: store.due(NOW))
    (found,) = await subject.run(lambda store: store.due(soon))
    await save(subject, writes(0, due=[msgspec.structs.replace(early, due_at=None)]))
    then = await subject.run(lambda store: store.look())

    assert (space.due_at, before) == (soon, [])
    assert (found.subject_id, found.is_viewer) == (early.subject_id, True)
    assert then.due_at == later


async def test_the_lines_of_one_viewer_are_all_there(subject: Subject) -> None:
    """Puts and what is gone, of this viewer and no other."""
    first, second = record(1), record(2)
    lines = [line(subject, first, 1), line(subject, second, 2, Kind.GONE)]
    await save(subject, writes(2, records=[first, second], lines=lines))

    found = await subject.run(lambda store: store.lines_of(subject.viewer_id))

    assert sorted(found, key=lambda one: one.seq) == lines
    assert await subject.run(lambda store: store.lines_of(uuid4())) == []
