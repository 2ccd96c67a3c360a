"""What the storage must hold under the engine: invariants 1 and 8 of the design."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.kernel.db import Database
from sync.core.change import Op
from sync.edit import SpaceEdit
from sync.push import push
from sync.storage.port import FeedPlace, SpaceStore
from sync.storage.spaces import EPOCH_STEP
from tests.property.histories import WRITING, Act, Step, complete, happen, histories
from tests.property.homes import Home, MemoryHome, SqlHome, together
from tests.property.worlds import Outcome, Phone, World, read_answer

on_database = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
async def home(database: Database, tmp_path: Path) -> AsyncIterator[SqlHome]:
    """A database for the spaces of many examples, each with its own."""
    return SqlHome(database, tmp_path)


class Undone(Exception):
    """What rolls a transaction back."""


Numbers = list[tuple[int, dict[UUID, int]]]
"""The head and the number of each record: of the space, then of each viewer."""


async def check_numbers(home: Home, steps: list[Step], undone: list[bool]) -> None:
    """Let a history happen and look at every number that was given."""
    world = await World.make(home, viewers=2, name=uuid4().hex)
    phones = [Phone(world, viewer) for viewer in range(2)]
    for i, step in enumerate(steps):
        before = await _numbers(world)
        await happen(world, phones, [step])
        after = await _numbers(world)
        for (head, old), (new_head, new) in zip(before, after, strict=True):
            moved = {record_id: n for record_id, n in new.items() if old.get(record_id) != n}
            assert len(set(new.values())) == len(new)
            assert all(head < number <= new_head for number in moved.values())
            assert new_head == (max(moved.values()) if moved else head)

        if undone[i % len(undone)]:
            phones[0].add({"title": "undone"})
            await _push_and_undo(world, phones[0])
            phones[0].queue.pop()
            assert await _numbers(world) == after


async def _numbers(world: World) -> Numbers:
    async def work(store: SpaceStore, _: object) -> Numbers:
        space = await store.look()
        assert space is not None
        found = [(space.head, {i: r.rev for i, r in (await world.records()).items()})]
        for viewer in await store.viewers():
            lines, more = await store.page(viewer.viewer_id, FeedPlace(0), 1000, naming={})
            assert not more
            found.append((viewer.head, {line.record_id: line.seq for line in lines}))
        return found

    return await world.home.read(world.space_id, work)


async def _push_and_undo(world: World, phone: Phone) -> None:
    """Do all that a push does, then fail before the commit."""

    async def work(store: SpaceStore, now: object) -> None:
        edit = await SpaceEdit.begin(store, world.host, now=world.home.clock())
        try:
            await push(edit, world.host, store, phone.caller, phone.queue)
        finally:
            raise Undone

    with pytest.raises(Undone):
        await world.home.write(world.space_id, work)


@given(steps=histories(), undone=st.lists(st.booleans(), min_size=1, max_size=3))
async def test_invariant_1_numbers_grow_and_undone_or_empty_work_uses_none(
    steps: list[Step], undone: list[bool]
) -> None:
    """Numbers are unique and increasing per space and per viewer."""
    await check_numbers(MemoryHome(), steps, undone)


@given(steps=histories(), undone=st.lists(st.booleans(), min_size=1, max_size=3))
@on_database
async def test_invariant_1_numbers_grow_and_undone_or_empty_work_uses_none_in_a_database(
    home: SqlHome, steps: list[Step], undone: list[bool]
) -> None:
    """Numbers are unique and increasing per space and per viewer."""
    await check_numbers(home, steps, undone)


@given(steps=histories(), again=st.lists(st.sampled_from(["title", "place", "color", "text"])))
async def test_invariant_1_writing_what_stands_takes_no_number(
    steps: list[Step], again: list[str]
) -> None:
    """An edit that changes nothing moves nobody's feed, whatever its base."""
    world = await World.make(viewers=2)
    phones = [Phone(world, viewer) for viewer in range(2)]
    await happen(world, phones, steps)
    await complete(phones)
    before = await _numbers(world)

    for phone in phones:
        for record_id, held in phone.records.items():
            op = phone.op(record_id, {name: held.body.get(name) for name in again})
            phone.queue += [op, _of_base(phone.op(record_id, op.set), None)]
    await complete(phones)

    assert await _numbers(world) == before


def _of_base(op: Op, base: int | None) -> Op:
    return msgspec.structs.replace(op, base=base)


@given(
    batches=st.lists(st.integers(1, 6), min_size=4, max_size=12),
    fails=st.sets(st.integers(0, 11)),
    page=st.integers(1, 5),
)
@on_database
async def test_invariant_1_a_reader_never_passes_over_a_commit(
    home: SqlHome, batches: list[int], fails: set[int], page: int
) -> None:
    """With writers at the same time and work that fails, number order is commit order."""
    world = await World.make(home, viewers=1, name=uuid4().hex)
    reader = Phone(world, 0, "reader")
    writers = [Phone(world, 0, f"writer {i}") for i in range(len(batches))]
    for writer, size in zip(writers, batches, strict=True):
        for _ in range(size):
            writer.add({"title": "a"})
    heard: dict[UUID, int] = {}

    async def read_on() -> None:
        while True:
            await reader.sync(page)
            heard.update({i: held.seq for i, held in reader.records.items()})
            await asyncio.sleep(0)

    reading = asyncio.create_task(read_on())
    await together(
        *(
            _push_and_undo(world, writer) if i in fails else writer.sync()
            for i, writer in enumerate(writers)
        )
    )
    reading.cancel()
    await together(_ended(reading))
    await reader.finish(page)

    committed = sum(size for i, size in enumerate(batches) if i not in fails)
    assert sorted(held.seq for held in reader.records.values()) == [*range(1, committed + 1)]
    assert heard.items() <= {i: held.seq for i, held in reader.records.items()}.items()


async def _ended(task: "asyncio.Task[None]") -> None:
    await task


async def check_at_most_once(home: Home, steps: list[Step], repeats: list[int]) -> None:
    """Send every op again and again, between other work; nothing happens twice."""
    once = await _told(home, steps, repeats, again=False)
    often = await _told(home, steps, repeats, again=True)
    assert once == often


async def _told(
    home: Home, steps: list[Step], repeats: list[int], *, again: bool
) -> tuple[object, ...]:
    """Return everything that shows of a history in which requests arrive once or often."""
    world = await World.make(home, viewers=2, name=uuid4().hex if isinstance(home, SqlHome) else "")
    phones = [Phone(world, viewer) for viewer in range(2)]
    sent: list[tuple[Phone, list[Op], list[Outcome]]] = []
    for i, step in enumerate(steps):
        await happen(world, phones, [step])
        sent.extend([(phone, list(phone.queue), await phone.sync()) for phone in phones])
        if again and sent:
            await _send_again(world, sent[repeats[i % len(repeats)] % len(sent)])
    await complete(phones)
    names = {record_id: n for n, record_id in enumerate(world.made)}
    shown = [
        {names[i]: (held.seq, held.body) for i, held in phone.records.items()} for phone in phones
    ]
    statuses = [[(o.status, o.seq, o.code) for o in outcomes] for _, _, outcomes in sent]
    return shown, statuses, await world.head()


async def _send_again(world: World, what: tuple[Phone, list[Op], list[Outcome]]) -> None:
    phone, ops, outcomes = what
    again = read_answer(await world.answer(phone.caller, ops, None)).outcomes
    assert [_lasting(outcome) for outcome in again] == [_lasting(outcome) for outcome in outcomes]


def _lasting(outcome: Outcome) -> Outcome:
    return msgspec.structs.replace(outcome, current=None)


async def check_restore(home: Home, before: list[Step], after: list[Step], page: int) -> None:
    """Begin another epoch between two histories; every device starts again, and numbers grow."""
    world = await World.make(home, viewers=2, name=uuid4().hex)
    phones = [Phone(world, viewer) for viewer in range(2)]
    await happen(world, phones, before)
    await complete(phones, page)
    held = [dict(phone.records) for phone in phones]
    numbers = await _numbers(world)

    await world.restore()
    for phone in phones:
        (answer,) = read_answer(await phone.send(page)).spaces
        assert (answer.state, answer.changes) == ("resync", []) or phone.checkpoint is None
    await happen(world, phones, after)
    await complete(phones, page)
    await complete(phones, page)

    for phone in phones:
        await phone.holds_what_it_should()
    for (head, old), (_, new) in zip(numbers, await _numbers(world), strict=True):
        moved = [number for record_id, number in new.items() if old.get(record_id) != number]
        assert all(number > head + EPOCH_STEP for number in moved)
    if not after:
        assert held == [phone.records for phone in phones]


afterwards = st.just([]) | histories(max_size=9)


@given(before=histories(max_size=15), after=afterwards, page=st.integers(1, 5))
async def test_invariant_3_after_a_restore_every_device_starts_again(
    before: list[Step], after: list[Step], page: int
) -> None:
    """A place in lost history is no place, and no number is given a second time."""
    await check_restore(MemoryHome(), before, after, page)


@given(before=histories(max_size=9), after=afterwards, page=st.integers(1, 5))
@on_database
async def test_invariant_3_after_a_restore_every_device_starts_again_in_a_database(
    home: SqlHome, before: list[Step], after: list[Step], page: int
) -> None:
    """A place in lost history is no place, and no number is given a second time."""
    await check_restore(home, before, after, page)


turning = (*WRITING, Act.HIDE, Act.SHOW)


@given(steps=histories(turning), repeats=st.lists(st.integers(0, 9), min_size=1, max_size=5))
async def test_invariant_8_an_op_is_applied_at_most_once_however_often_it_is_sent(
    steps: list[Step], repeats: list[int]
) -> None:
    """And its answer is the same for ever."""
    await check_at_most_once(MemoryHome(), steps, repeats)


@given(steps=histories(turning, 12), repeats=st.lists(st.integers(0, 9), min_size=1, max_size=3))
@on_database
async def test_invariant_8_an_op_is_applied_at_most_once_in_a_database(
    home: SqlHome, steps: list[Step], repeats: list[int]
) -> None:
    """And its answer is the same for ever."""
    await check_at_most_once(home, steps, repeats)


@pytest.mark.parametrize("database_kind", ["sqlite"])
@given(steps=histories(max_size=9))
@on_database
async def test_invariant_8_acknowledged_means_durable(
    home: SqlHome, tmp_path: Path, database_kind: str, steps: list[Step]
) -> None:
    """When the answer leaves, what it acknowledges is in the file for whoever opens it."""
    world = await World.make(home, viewers=2, name=uuid4().hex)
    phones = [Phone(world, viewer) for viewer in range(2)]
    file = tmp_path / "data" / "carnet.sqlite3"

    for step in steps:
        await happen(world, phones, [step])
        outcomes = [outcome for phone in phones for outcome in await phone.sync()]
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as other:
            (head,) = other.execute(
                "SELECT head FROM space WHERE space_id = ?", (_stored(world.space_id),)
            ).fetchone()
            (found,) = other.execute(
                f"SELECT count(*) FROM op WHERE op_id IN ({','.join('?' * len(outcomes))})",
                [_stored(outcome.op_id) for outcome in outcomes],
            ).fetchone()
        other.close()
        assert head == await world.head()
        assert found == sum(outcome.code != "space-not-found" for outcome in outcomes)


def _stored(identifier: UUID) -> object:
    return identifier.bytes
