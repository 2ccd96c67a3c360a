"""Traces: written with the act, sealed, chained, and once a day for one's own reads."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from backend.access.journal import service, store
from backend.access.journal.model import (
    OBJECTS_MAX,
    Action,
    Actor,
    ActorKind,
    Entry,
    Object,
    Receipt,
    Row,
    Trace,
)
from backend.kernel.work import Work
from sync.core.ledger import chain
from tests.people import START, Town

DEVICE = UUID(int=7)
DOCTOR = Actor(
    kind=ActorKind.PROFESSIONAL, party_id=UUID(int=5), name="Anne Martin", profession="doctor"
)
PATIENT = Actor(kind=ActorKind.PATIENT, party_id=UUID(int=6), device_id=DEVICE)


class Stop(Exception):
    """What a use case says when something after the trace goes wrong."""


def trace(actor: Actor = DOCTOR, action: Action = Action.OPEN, count: int = 1) -> Trace:
    """Make a trace of so many objects."""
    objects = [Object(collection="documents", record_id=uuid4()) for _ in range(count)]
    return Trace(at=START, actor=actor, action=action, objects=objects)


async def new_space(town: Town) -> UUID:
    """Open a space."""
    return (await town.open_space()).space_id


async def rows_of(town: Town, space_id: UUID) -> list[Row]:
    """Return the chain of a space, as stored."""

    async def use_case(work: Work) -> list[Row]:
        return await store.rows_after(work.db, space_id, 0, until=10**9, most=10_000)

    return await town.office.read(use_case)


async def opened(town: Town, space_id: UUID, row: Row) -> tuple[bytes, bytes]:
    """Return salt and entry."""

    async def use_case(work: Work) -> bytes:
        assert row.sealed is not None
        cipher = await work.keys.cipher(work.db, space_id)
        return cipher.open(service.place(row.seq), row.sealed)

    plain = await town.office.read(use_case)
    return plain[: chain.SALT_BYTES], plain[chain.SALT_BYTES :]


async def test_entries_are_chained_sealed_and_read_back(town: Town) -> None:
    """Each commitment is of its salt and entry, each chain of all before it."""
    space_id = await new_space(town)
    traces = [trace(count=i) for i in range(3)]

    receipts = [
        await town.office.write(lambda work, one=one: service.write(work, space_id, one))
        for one in traces
    ]

    link = chain.begin(space_id)
    rows = await rows_of(town, space_id)
    for number, (row, said) in enumerate(zip(rows, traces, strict=True), start=1):
        salt, plain = await opened(town, space_id, row)
        entry = msgspec.json.decode(plain, type=Entry)
        link = chain.link(link, chain.commit(salt, plain))
        assert row[2:] == (chain.commit(salt, plain), link)
        assert receipts[number - 1] == Receipt(number, link)
        assert (entry.space_id, entry.seq, entry.actor) == (space_id, number, DOCTOR)
        assert list(entry.objects) == list(said.objects)
        assert row.sealed is not None
        assert b"Anne" not in row.sealed


async def test_what_is_rolled_back_leaves_no_trace_and_takes_no_number(town: Town) -> None:
    """The act and its trace are one: neither stays without the other."""
    space_id = await new_space(town)

    async def fails(work: Work) -> None:
        await service.write(work, space_id, trace())
        raise Stop

    with pytest.raises(Stop):
        await town.office.write(fails)
    receipt = await town.office.write(lambda work: service.write(work, space_id, trace()))

    assert receipt.seq == 1
    assert len(await rows_of(town, space_id)) == 1


async def test_many_objects_become_several_entries(town: Town) -> None:
    """None is left out, none comes twice, and no entry has more than the maximum."""
    space_id = await new_space(town)
    large = trace(count=2 * OBJECTS_MAX + 1)

    receipt = await town.office.write(lambda work: service.write(work, space_id, large))

    found: list[Object] = []
    for row in await rows_of(town, space_id):
        _, plain = await opened(town, space_id, row)
        entry = msgspec.json.decode(plain, type=Entry)
        assert len(entry.objects) <= OBJECTS_MAX
        found += entry.objects
    assert receipt.seq == 3
    assert found == list(large.objects)


async def test_writers_of_one_space_take_turns(town: Town) -> None:
    """Sixteen at once: no number twice, no gap, one chain."""
    space_id = await new_space(town)

    receipts = await asyncio.gather(
        *(town.office.write(lambda work: service.write(work, space_id, trace())) for _ in range(16))
    )

    rows = await rows_of(town, space_id)
    assert sorted(receipt.seq for receipt in receipts) == list(range(1, 17))
    assert {receipt.seq: receipt.chain for receipt in receipts} == {r.seq: r.chain for r in rows}
    link = chain.begin(space_id)
    for row in rows:
        link = chain.link(link, row.commitment)
        assert row.chain == link


async def test_an_erased_entry_leaves_the_chain_whole(town: Town) -> None:
    """What it said is gone with its salt; commitment and chain stand."""
    space_id = await new_space(town)
    for _ in range(3):
        await town.office.write(lambda work: service.write(work, space_id, trace()))
    before = await rows_of(town, space_id)

    erased = await town.office.write(lambda work: store.erase(work.db, space_id, 2))
    nothing = await town.office.write(lambda work: store.erase(work.db, space_id, 9))

    after = await rows_of(town, space_id)
    assert (erased, nothing) == (True, False)
    assert after[1].sealed is None
    assert [row[2:] for row in after] == [row[2:] for row in before]


async def read_own(town: Town, space_id: UUID, device_id: UUID = DEVICE) -> None:
    """Let the holder read on a device."""
    actor = msgspec.structs.replace(PATIENT, device_id=device_id)
    await town.office.write(lambda work: service.write_own_read(work, space_id, trace(actor=actor)))


async def test_ones_own_reads_are_written_once_per_device_and_day(town: Town) -> None:
    """Ten reads are one line, another device another one, tomorrow one more."""
    space_id, other = await new_space(town), await new_space(town)

    for _ in range(10):
        await read_own(town, space_id)
    await read_own(town, space_id, UUID(int=8))
    town.later(days=1)
    await read_own(town, space_id)
    await read_own(town, other)

    assert len(await rows_of(town, space_id)) == 3
    assert len(await rows_of(town, other)) == 1


async def test_an_own_read_is_remembered_after_its_commit_only(town: Town) -> None:
    """A transaction that failed took the line with it: the next read writes it."""
    space_id = await new_space(town)
    known: list[bool] = []

    async def look(work: Work) -> bool:
        return service.is_own_read_known(work, space_id, DEVICE)

    async def fails(work: Work) -> None:
        await service.write_own_read(work, space_id, trace(actor=PATIENT))
        known.append(await look(work))
        raise Stop

    with pytest.raises(Stop):
        await town.office.write(fails)
    known.append(await town.office.look(look))
    await read_own(town, space_id)
    known.append(await town.office.look(look))
    town.later(days=1)
    known.append(await town.office.look(look))

    assert known == [False, False, True, False]
    assert len(await rows_of(town, space_id)) == 1


async def test_another_process_finds_the_day_in_the_table(town: Town) -> None:
    """What one process has written, another does not write again."""
    space_id = await new_space(town)
    await read_own(town, space_id)
    service._known_of.pop(town.office.keys)

    await read_own(town, space_id)

    assert len(await rows_of(town, space_id)) == 1


async def test_a_clock_set_back_writes_no_day_twice(town: Town) -> None:
    """A day before the last one that was written adds no line."""
    space_id = await new_space(town)
    await read_own(town, space_id)
    town.now -= timedelta(days=3)

    await read_own(town, space_id)

    assert len(await rows_of(town, space_id)) == 1


async def test_the_trace_of_a_space_opens_nowhere_else(town: Town) -> None:
    """A sealed entry moved to another number does not open."""
    space_id = await new_space(town)
    for _ in range(2):
        await town.office.write(lambda work: service.write(work, space_id, trace()))
    first, second = await rows_of(town, space_id)

    with pytest.raises(Exception, match="does not open"):
        await opened(town, space_id, second._replace(sealed=first.sealed))


async def test_a_line_that_is_too_long_is_cut_off_and_written(town: Town) -> None:
    """Nobody is refused care for the length of a name."""
    space_id = await new_space(town)
    long = msgspec.structs.replace(DOCTOR, name="A" * 10_000, organization="B" * 10_000)
    given = msgspec.structs.replace(trace(), actor=long, on_behalf_of=long, purpose="C" * 10_000)

    await town.office.write(lambda work: service.write(work, space_id, given))

    (row,) = await rows_of(town, space_id)
    _, plain = await opened(town, space_id, row)
    entry = msgspec.json.decode(plain, type=Entry)
    assert entry.actor.name == "A" * 200
    assert entry.on_behalf_of is not None
    assert entry.on_behalf_of.organization == "B" * 200
    assert entry.purpose == "C" * 2_000
