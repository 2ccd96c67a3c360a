"""What a device holds after it pulled: invariants 2, 3, 4 and 7 of the design."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core import checkpoint
from sync.core.checkpoint import Place
from sync.exchange import SpaceAsk
from tests.hosts import KEY
from tests.property.histories import WRITING, Act, Step, complete, happen, histories, limits, take
from tests.property.worlds import Phone, World, read_answer

YEAR_DAYS = 366


async def phones_of(world: World, devices: int = 2) -> list[Phone]:
    """Give each viewer of a world some devices."""
    return [Phone(world, v, d) for v in range(len(world.viewers)) for d in range(devices)]


@given(steps=histories(), limit=limits)
@settings(max_examples=60)
async def test_invariant_2_after_a_complete_pull_the_device_holds_what_its_viewer_may_see(
    steps: list[Step], limit: int
) -> None:
    """Exactly what its viewer may see, with the same bodies, count and digest."""
    world = await World.make(viewers=3)
    phones = await phones_of(world, devices=1)
    await happen(world, phones, steps)

    fresh = [Phone(world, viewer, "fresh") for viewer in range(3)]
    for phone in [*phones, *fresh]:
        await phone.finish(limit)

    for phone in fresh:
        await phone.holds_what_it_should()


@given(before=histories(), during=histories(), page=limits)
@settings(max_examples=60)
async def test_invariant_3_any_page_size_interleaving_loss_and_repetition_converges(
    before: list[Step], during: list[Step], page: int
) -> None:
    """Whatever happens between two pages of a device, and after a year offline, it converges."""
    world = await World.make(viewers=3)
    phones = await phones_of(world)
    await happen(world, phones, before)

    traveller = Phone(world, 1, "traveller")
    for step in during:
        traveller.take(await traveller.send(page))
        await take(world, phones, step)
    world.home.clock.move(YEAR_DAYS)
    await complete([*phones, traveller], page)

    for phone in [*phones, traveller]:
        await phone.holds_what_it_should()


@given(steps=histories(), repeats=st.lists(st.integers(0, 20), min_size=1, max_size=4))
@settings(max_examples=60)
async def test_invariant_3_a_repeated_request_does_no_harm_however_late(
    steps: list[Step], repeats: list[int]
) -> None:
    """The network may deliver an old request again after newer ones."""
    world = await World.make(viewers=2)
    phones = await phones_of(world)
    await happen(world, phones, steps)
    for phone in phones:
        await phone.finish()
    requests = [(phone, phone.queue, phone.checkpoint) for phone in phones]
    for phone in phones:
        phone.add({"title": "a"})
        requests.append((phone, list(phone.queue), phone.checkpoint))
        await phone.finish()
    await complete(phones)
    head = await world.head()

    for i in repeats:
        phone, ops, _ = requests[i % len(requests)]
        await world.answer(phone.caller, ops, None)

    assert await world.head() == head
    for phone in phones:
        await phone.finish()
        await phone.holds_what_it_should()


@given(steps=histories(WRITING), ahead=st.integers(1, 1 << 40), limit=limits)
async def test_invariant_3_a_place_that_is_not_this_device_s_is_no_place(
    steps: list[Step], ahead: int, limit: int
) -> None:
    """Above the head, of another device, of another viewer, or none: start again, never empty."""
    world = await World.make(viewers=2)
    phones = await phones_of(world)
    await happen(world, phones, steps)
    await complete(phones)
    asking, other_device, other_viewer = phones[0], phones[1], phones[2]
    feed = await world.feed_of(0)
    above = checkpoint.write(
        Place(1, feed.head + ahead),
        key=KEY,
        viewer_id=feed.viewer_id,
        device_id=asking.caller.device_id,
    )

    for place in (above, other_device.checkpoint, other_viewer.checkpoint, "", "not a place"):
        ask = SpaceAsk(space_id=world.space_id, checkpoint=place, limit=limit)
        (page,) = read_answer(await world.answer(asking.caller, [], ask)).spaces

        assert (page.state, page.changes, page.more, page.digest) == ("resync", [], False, None)


@given(steps=histories(), limit=limits)
@settings(max_examples=60)
async def test_invariant_4_a_repeated_pull_changes_nothing(steps: list[Step], limit: int) -> None:
    """The same checkpoint gives the same page, and after a complete pull there is nothing."""
    world = await World.make(viewers=2)
    phones = await phones_of(world, devices=1)
    await happen(world, phones, steps)

    for phone in phones:
        phone.queue.clear()
        while True:
            first, again = await phone.send(limit), await phone.send(limit)
            assert first == again
            phone.take(first)
            held = dict(phone.records)
            if phone.checkpoint is not None:
                phone.take(again)
            assert phone.records == held
            if phone.is_complete or phone.checkpoint is None:
                break

        after = msgspec.json.decode(await phone.send(limit))["spaces"][0]
        assert after["changes"] == []
        assert phone.checkpoint is None or after["checkpoint"] == phone.checkpoint


@given(
    steps=histories(acts=(*WRITING, Act.HIDE, Act.SHOW)),
    meanwhile=histories(acts=WRITING, max_size=8),
    limit=limits,
    at_page=st.booleans(),
)
@settings(max_examples=60)
async def test_invariant_7_revoke_then_grant_restores_exactly_the_visible_set(
    steps: list[Step], meanwhile: list[Step], limit: int, at_page: bool
) -> None:
    """A device that wiped, and one that slept through both, end with the same right set."""
    world = await World.make(viewers=2)
    phones = await phones_of(world, devices=1)
    awake, asleep = Phone(world, 1, "awake"), Phone(world, 1, "asleep")
    await happen(world, phones, steps)
    await awake.finish()
    await (asleep.sync(limit) if at_page else asleep.finish())

    await world.end(1)
    await awake.finish()
    assert awake.records == {}
    await happen(world, phones[:1], meanwhile)
    await world.resume(1)
    await awake.finish(limit)
    await asleep.finish(limit)

    await awake.holds_what_it_should()
    await asleep.holds_what_it_should()


@given(steps=histories(acts=WRITING), page=limits)
@settings(max_examples=40)
async def test_invariant_7_a_new_viewer_gets_everything_that_it_may_see(
    steps: list[Step], page: int
) -> None:
    """A grant fills the feed of who had none."""
    world = await World.make(viewers=1)
    phones = await phones_of(world)
    await happen(world, phones, steps)
    hidden = world.made[::2]
    newcomer = len(world.viewers)
    world.rights.hidden |= {(world.eye(newcomer).viewer_id, i) for i in hidden}

    await world.grant_new()
    phone = Phone(world, newcomer)
    await phone.finish(page)

    await phone.holds_what_it_should()
    assert not phone.records.keys() & set(hidden)
