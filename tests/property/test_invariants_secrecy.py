"""What may leave and what must not show: invariants 5 and 6 of the design."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core.change import OpKind, Status
from sync.core.limits import PAGE_CHANGES_MAX
from sync.errors import SpaceNotFound
from sync.exchange import SpaceAsk
from tests.property.histories import (
    WRITING,
    Step,
    complete,
    fields,
    happen,
    histories,
    limits,
    take,
)
from tests.property.homes import MemoryHome
from tests.property.worlds import Fields, Phone, World, named

OTHER = 1
"""The viewer from whom something is hidden."""


@given(steps=histories(), limit=limits)
@settings(max_examples=60)
async def test_invariant_5_no_body_leaves_that_its_viewer_may_not_see_at_that_moment(
    steps: list[Step], limit: int
) -> None:
    """Neither a page nor an outcome, first or repeated, brings what is withdrawn."""
    world = await World.make(viewers=3)
    phones = [Phone(world, viewer) for viewer in range(3)]
    await happen(world, phones, steps)
    answered = [(phone.caller, list(phone.queue)) for phone in phones]

    for phone in phones:
        await phone.finish(limit)  # Each answer is looked through by the world.
    await world.hide(OTHER, world.made)
    for caller, ops in answered:
        await world.answer(caller, ops, None)


@given(mine=fields, theirs=fields, kind=st.sampled_from(OpKind), deleted=st.booleans())
async def test_invariant_5_a_repeated_op_does_not_bring_back_what_was_withdrawn(
    mine: Fields, theirs: Fields, kind: OpKind, deleted: bool
) -> None:
    """An outcome is for ever, but the body that came with it is not."""
    world = await World.make()
    holder, phone = Phone(world, 0), Phone(world, OTHER)
    record_id = holder.add({"title": "before", "place": "a"})
    await holder.sync()
    await phone.sync()
    holder.edit(record_id, {"title": "secret", **theirs})
    await holder.sync()
    phone.queue.append(phone.op(record_id, {"title": "mine", **mine}, kind))
    first = msgspec.json.decode(await phone.send())["outcomes"]

    await holder.finish()
    if deleted:
        holder.delete(record_id)
        await holder.sync()
    else:
        await world.hide(OTHER, [record_id])
    again = msgspec.json.decode(await phone.send())["outcomes"]

    assert "current" not in again[0]
    assert {**first[0], "current": None} == {**again[0], "current": None}


@given(before=fields, edit=fields, at_page=st.booleans(), limit=limits)
async def test_invariant_5_nothing_withdrawn_stays_not_even_unpushed_edits(
    before: Fields, edit: Fields, at_page: bool, limit: int
) -> None:
    """The first complete pull after a withdrawal purges, and the edit is told gone."""
    world = await World.make()
    holder, phone = Phone(world, 0), Phone(world, OTHER)
    records = [holder.add({"title": "a", **before}) for _ in range(4)]
    await holder.sync()
    await (phone.sync(2) if at_page else phone.finish())
    withdrawn = records[0]
    held = withdrawn in phone.records
    if held:
        phone.edit(withdrawn, edit)

    await world.hide(OTHER, [withdrawn])
    outcomes = await phone.sync(limit)
    while not phone.is_complete:
        outcomes += await phone.sync(limit)

    assert withdrawn not in phone.records
    assert phone.queue == []
    assert [(o.status, o.code) for o in outcomes] == [(Status.REFUSED, "record-gone")] * held
    assert await world.lost(phone.caller, withdrawn) == []


@given(
    edits=st.lists(st.tuples(st.integers(0, 2), fields), max_size=6),
    asks_as=st.integers(0, 2),
)
async def test_invariant_5_values_that_lost_are_not_read_in_what_is_withdrawn(
    edits: list[tuple[int, Fields]], asks_as: int
) -> None:
    """What was kept aside in a record goes out of sight with it."""
    world = await World.make(viewers=3)
    phones = [Phone(world, viewer) for viewer in range(3)]
    record_id = phones[0].add({"title": "a"})
    await complete(phones)
    for who, wanted in edits:
        phones[who].edit(record_id, wanted)
    for phone in phones:
        await phone.send()

    await world.hide(asks_as, [record_id])

    assert await world.lost(phones[asks_as].caller, record_id) == []


@given(steps=histories(WRITING), wanted=fields, limit=limits)
async def test_invariant_5_who_has_no_grant_any_more_neither_reads_nor_writes(
    steps: list[Step], wanted: Fields, limit: int
) -> None:
    """Every answer is that of a space that does not exist, even before the feeds have moved."""
    world = await World.make()
    phones = [Phone(world, viewer) for viewer in range(2)]
    await happen(world, phones, steps)
    out = phones[OTHER]
    for record_id in list(out.records):
        out.edit(record_id, wanted)
        out.delete(record_id)
    out.add({"title": "b", **wanted})
    ops, head, records = list(out.queue), await world.head(), await world.records()

    world.rights.over.add(world.viewers[OTHER].viewer_id)
    outcomes = await out.sync(limit)

    assert {outcome.code for outcome in outcomes} == {"space-not-found"}
    assert (out.records, out.queue, out.checkpoint) == ({}, [], None)
    assert (await world.head(), await world.records()) == (head, records)
    ask = SpaceAsk(space_id=named("no such space"), limit=limit)
    nowhere = [msgspec.structs.replace(op, space_id=ask.space_id) for op in ops]
    refused, unknown = world.answers[-1][1], await world.answer(out.caller, nowhere, ask)
    assert refused.replace(str(world.space_id).encode(), str(ask.space_id).encode()) == unknown


async def _heard_by_other(
    steps: Sequence[Step], hidden: Sequence[Step], limit: int, *, with_hidden: bool
) -> list[bytes]:
    """Let a history happen, with or without records that one viewer never could see.

    Returns:
        Every answer to that viewer, its guesses included, its feed, its ETag, its pokes.
    """
    home = MemoryHome()
    world = await World.make(home, viewers=3)
    phones = [Phone(world, viewer) for viewer in range(3)]
    writer = Phone(world, 0, "of hidden records")
    writer.made = _Hidden(world)
    for i, step in enumerate(steps):
        if with_hidden:
            await happen(world, [writer], hidden[i : i + 2])
        # Small pages for the reader; for the others, who see more, they would hold other things.
        size = limit if step.who % len(phones) == OTHER else PAGE_CHANGES_MAX
        await take(world, phones, step._replace(limit=size))
    await complete([*phones, writer] if with_hidden else phones)
    await _guess(world, phones[OTHER], named(writer.caller.device_id, "record", 0))
    heard = [answer for caller, answer in world.answers if caller == phones[OTHER].caller]
    with suppress(SpaceNotFound):
        heard.append(repr(await world.exchange.head(phones[OTHER].caller, world.space_id)).encode())
    pokes = sum(phones[OTHER].caller.party_id in party_ids for party_ids in home.pokes)
    return [*heard, repr(await world.feed_of(OTHER)).encode(), b"%d pokes" % pokes]


class _Hidden(list[UUID]):
    """The records of one writer, each hidden from the other viewer from its first moment."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def append(self, record_id: UUID) -> None:
        self._world.rights.hidden.add((self._world.viewers[OTHER].viewer_id, record_id))
        super().append(record_id)


async def _guess(world: World, phone: Phone, record_id: UUID) -> None:
    """Ask for a record that is hidden or is not there, in every way but making it."""
    for kind, base in [(OpKind.DELETE, None), (OpKind.DELETE, 1), (OpKind.PUT, 1)]:
        op = msgspec.structs.replace(phone.op(record_id, {"title": "b"}, kind), base=base)
        await world.answer(phone.caller, [op], None)
    if world.viewers[OTHER].viewer_id not in world.rights.over:
        assert await world.lost(phone.caller, record_id) == []


@given(steps=histories(), hidden=histories(acts=WRITING, max_size=12), limit=limits)
@settings(max_examples=60)
async def test_invariant_6_hidden_records_change_nothing_that_another_viewer_hears(
    steps: list[Step], hidden: list[Step], limit: int
) -> None:
    """Two worlds that differ only in hidden records answer byte for byte the same."""
    with_hidden = await _heard_by_other(steps, hidden, limit, with_hidden=True)
    without = await _heard_by_other(steps, hidden, limit, with_hidden=False)

    assert with_hidden == without


async def test_invariant_6_the_two_worlds_do_differ_for_who_may_see() -> None:
    """The property above would hold of an engine that stores nothing; it is not that."""
    world = await World.make()
    writer, other = Phone(world, 0), Phone(world, OTHER)
    writer.made = _Hidden(world)
    writer.add({"title": "hidden"})

    await complete([writer, other])

    assert (len(writer.records), len(other.records)) == (1, 0)
