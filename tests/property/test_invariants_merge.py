"""What becomes of two edits of one record: invariant 9 of the design."""

from itertools import permutations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core.change import Status
from sync.core.merge import SEPARATOR
from tests.property.histories import complete
from tests.property.worlds import Fields, Phone, World

NAMES = ("title", "place", "color", "text")
values = st.sampled_from(["x", "y", "z"])
START = {"title": "start", "place": "start", "color": "start", "text": "start"}


async def two_edits(
    first: Fields, second: Fields, *, same_party: bool = False
) -> tuple[World, list[Phone], list[Status]]:
    """Let two devices edit one record, neither knowing of the other; the first arrives first."""
    world = await World.make(viewers=2)
    phones = [Phone(world, 0), Phone(world, 0 if same_party else 1, "other")]
    record_id = phones[0].add(START)
    await complete(phones)
    for phone, wanted in zip(phones, (first, second), strict=True):
        phone.edit(record_id, wanted)
    statuses = [(await phone.sync())[0].status for phone in phones]
    await complete(phones)
    return world, phones, statuses


def _standing(phones: list[Phone]) -> Fields:
    one, other = (next(iter(phone.bodies().values())) for phone in phones)
    assert one == other
    return one


@st.composite
def edits_of_different_fields(draw: st.DrawFn) -> tuple[Fields, Fields]:
    """Return two edits that have no field in common."""
    names = draw(st.permutations(NAMES))
    cut = draw(st.integers(1, 3))
    return {n: draw(values) for n in names[:cut]}, {n: draw(values) for n in names[cut:]}


@given(edits=edits_of_different_fields())
async def test_invariant_9_edits_of_different_fields_are_both_kept_in_any_order(
    edits: tuple[Fields, Fields],
) -> None:
    """The record is the same whichever arrives first, and nobody loses a word."""
    outcomes = []
    for order in permutations(edits):
        _, phones, statuses = await two_edits(*order)
        assert statuses == [Status.APPLIED, Status.MERGED]
        outcomes.append(_standing(phones))

    assert outcomes[0] == outcomes[1] == {**START, **edits[0], **edits[1]}


edits = st.dictionaries(st.sampled_from(NAMES), values, min_size=1)


@given(first=edits, second=edits, same_party=st.booleans())
@settings(max_examples=150)
async def test_invariant_9_of_the_same_field_both_end_equal_and_the_loser_is_kept_aside(
    first: Fields, second: Fields, same_party: bool
) -> None:
    """Every value that was acknowledged stands, or its author can read it."""
    world, phones, statuses = await two_edits(first, second, same_party=same_party)
    standing = _standing(phones)
    record_id = next(iter(phones[0].records))

    for phone, wanted in zip(phones, (first, second), strict=True):
        kept: Fields = {}
        for one in await world.lost(phone.caller, record_id):
            kept.update(msgspec.json.decode(one.values))
        for name, value in wanted.items():
            found = {*str(standing[name]).split(SEPARATOR), kept.get(name)}
            assert value in found, f"{name} of {wanted} is nowhere"

    lost = {name for name in first.keys() & second.keys() if first[name] != second[name]}
    is_conflict = bool(lost & {"title", "place"})
    assert statuses[1] is (Status.CONFLICT if is_conflict else Status.MERGED)
    if "color" in lost:
        assert standing["color"] == second["color"]


@given(first=edits, second=edits, third=edits)
async def test_invariant_9_the_device_that_lost_is_told_what_stands(
    first: Fields, second: Fields, third: Fields
) -> None:
    """A merged or conflicting answer brings the record that the next pull brings."""
    world = await World.make(viewers=3)
    phones = [Phone(world, viewer) for viewer in range(3)]
    record_id = phones[0].add(START)
    await complete(phones)
    for phone, wanted in zip(phones, (first, second, third), strict=True):
        phone.edit(record_id, wanted)

    for phone in phones:
        (outcome,) = await phone.sync()

        assert outcome.status is not Status.REFUSED
        if outcome.status is not Status.APPLIED:
            assert outcome.current == phone.records[record_id].body
        assert outcome.seq == phone.records[record_id].seq
    await complete(phones)
    assert phones[0].bodies() == phones[1].bodies() == phones[2].bodies()


@given(wanted=edits, deletes_first=st.booleans())
async def test_invariant_9_an_edit_against_a_deletion_loses_nothing_unseen(
    wanted: Fields, deletes_first: bool
) -> None:
    """Who deletes what changed meanwhile is told; who edits what is deleted is told too."""
    world = await World.make(viewers=2)
    editor, deleter = Phone(world, 0), Phone(world, 1)
    record_id = editor.add(START)
    await complete([editor, deleter])
    editor.edit(record_id, {**wanted, "place": "edited"})
    deleter.delete(record_id)

    order = [deleter, editor] if deletes_first else [editor, deleter]
    told = [(await phone.sync())[0] for phone in order]

    assert told[0].status is Status.APPLIED
    if deletes_first:
        assert (told[1].status, told[1].code) == (Status.REFUSED, "record-gone")
    else:
        assert told[1].status is Status.CONFLICT
        assert told[1].current == {**START, **wanted, "place": "edited"}
    await complete([editor, deleter])
    assert editor.bodies() == deleter.bodies()
    assert (record_id in editor.records) is not deletes_first


async def test_invariant_9_a_displaced_value_is_kept_for_who_wrote_it() -> None:
    """And for whoever else saw it stand: it was theirs to read before it gave way."""
    world = await World.make(viewers=3)
    phones = [Phone(world, viewer) for viewer in range(3)]
    record_id = phones[0].add(START)
    await complete(phones)
    for phone, wanted in zip(
        phones, ({"color": "first"}, {"title": "t"}, {"color": "last"}), strict=True
    ):
        phone.edit(record_id, wanted)
    await complete(phones)

    kept = await world.lost(phones[0].caller, record_id)

    assert [msgspec.json.decode(one.values) for one in kept] == [{"color": "first"}]


@given(wanted=edits)
async def test_invariant_9_words_that_are_refused_for_want_of_rights_are_kept_aside(
    wanted: Fields,
) -> None:
    """The device could not have foreseen it, so its author can read them again."""
    world = await World.make(viewers=2)
    holder, phone = Phone(world, 0), Phone(world, 1)
    record_id = holder.add(START)
    await complete([holder, phone])
    phone.edit(record_id, wanted)

    world.rights.read_only.add(world.viewers[1].viewer_id)
    (outcome,) = await phone.sync()

    assert (outcome.status, outcome.code) == (Status.REFUSED, "not-allowed")
    kept = await world.lost(phone.caller, record_id)
    assert [msgspec.json.decode(one.values) for one in kept] == [wanted]
    assert await world.lost(holder.caller, record_id) == []
