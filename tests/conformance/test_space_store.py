"""The contract of the storage of sync: the same on every storage that ships."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.kernel.keys import Keys
from backend.kernel.sealing import FileKeys
from sync.core.audience import Line, Viewer
from sync.core.change import Kind
from sync.storage.memory import MemorySpace, MemorySpaceStore
from sync.storage.port import Answered, Kept, Record, SpaceStore, Writes
from sync.storage.spaces import add_viewer, give_party, open_space
from sync.storage.sql import SqlSpaceStore
from tests.databases import chosen_kinds, open_test_database
from tests.hosts import SpaceSilence

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PARTY, DEVICE = uuid4(), uuid4()

Run = Callable[[Callable[[SpaceStore], Awaitable[Any]]], Awaitable[Any]]


class Subject:
    """A storage with one space and one viewer, and a way to run a transaction on it."""

    def __init__(self, space_id: UUID, viewer_id: UUID, run: Run) -> None:
        self.space_id = space_id
        self.viewer_id = viewer_id
        self.run = run


@pytest.fixture(params=[*chosen_kinds(), "memory"])
async def subject(
    request: pytest.FixtureRequest, tmp_path: Path, cache_folder: Path
) -> AsyncIterator[Subject]:
    """Return one space on each storage."""
    space_id, viewer = uuid4(), Viewer(viewer_id=uuid4(), party_id=PARTY, role="holder")
    if request.param == "memory":
        space = MemorySpace(space_id)
        space.viewers[viewer.viewer_id] = viewer

        async def run_in_memory(work: Callable[[SpaceStore], Awaitable[Any]]) -> Any:
            store = MemorySpaceStore(space)
            result = await work(store)
            store.commit()
            return result

        yield Subject(space_id, viewer.viewer_id, run_in_memory)
        return
    async with open_test_database(request.param, tmp_path / "data", cache_folder) as database:
        keys = Keys(FileKeys.open(tmp_path / "keys" / "k"))

        async def create(sql: Any) -> Any:
            cipher = await keys.create(sql, space_id)
            await open_space(sql, space_id)
            await add_viewer(sql, space_id, viewer)
            return cipher

        cipher = await database.write(create)

        async def run(work: Callable[[SpaceStore], Awaitable[Any]]) -> Any:
            return await database.write(
                lambda sql: work(SqlSpaceStore(sql, space_id, cipher, SpaceSilence()))
            )

        yield Subject(space_id, viewer.viewer_id, run)


def record(
    rev: int, body: bytes | None = b'{"title":"a"}', record_id: UUID | None = None
) -> Record:
    """Make a record, deleted if it has no body."""
    return Record(
        record_id=record_id or uuid4(),
        collection="notes",
        rev=rev,
        category="notes",
        flags=3,
        depositor_id=PARTY,
        author_id=DEVICE,
        deleted=body is None,
        body=body,
    )


def writes(head: int, **given: Any) -> Writes:
    """Make an edit of which only what is given is not empty."""
    empty: dict[str, Any] = {"records": [], "viewers": [], "lines": [], "answered": [], "kept": []}
    return Writes(head=head, **{**empty, **given})


def line(subject: Subject, saved: Record, seq: int, kind: Kind = Kind.PUT) -> Line:
    """Make the line of the subject's viewer for a record."""
    return Line(
        viewer_id=subject.viewer_id,
        record_id=saved.record_id,
        seq=seq,
        collection=saved.collection,
        kind=kind,
    )


async def save(subject: Subject, what: Writes) -> None:
    """Store an edit in a transaction of its own."""

    async def work(store: SpaceStore) -> None:
        await store.lock()
        await store.viewers()
        await store.save(what, device_id=DEVICE, now=NOW)

    await subject.run(work)


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
            await store.kept(saved.record_id, PARTY),
            await store.kept(saved.record_id, DEVICE),
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

    page = await subject.run(lambda store: store.page(subject.viewer_id, 0, 10))
    assert [(found.seq, bytes(found.body)) for found in page] == [
        (2, second.body),
        (3, changed.body),
    ]


async def test_a_page_begins_after_a_number_and_is_bounded(subject: Subject) -> None:
    """Paging neither repeats a line nor skips one."""
    saved = [record(i) for i in range(1, 8)]
    lines = [line(subject, one, one.rev) for one in saved]
    await save(subject, writes(7, records=saved, lines=lines))

    page = await subject.run(lambda store: store.page(subject.viewer_id, 2, 3))

    assert [found.seq for found in page] == [3, 4, 5]


async def test_a_gone_line_carries_no_body(subject: Subject) -> None:
    """Whatever the record still holds, a viewer who lost it reads nothing of it."""
    saved = record(1)
    await save(subject, writes(1, records=[saved], lines=[line(subject, saved, 1, Kind.GONE)]))

    page = await subject.run(lambda store: store.page(subject.viewer_id, 0, 10))

    assert [(found.kind, found.body) for found in page] == [("gone", None)]


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
