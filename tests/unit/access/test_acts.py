"""Acts take effect in an edit: the faults that random acts found, each by example."""

from uuid import UUID, uuid4

from sync.edit import Entry
from tests.property.rights_worlds import ALL, RightsWorld, document, party


async def make(world: RightsWorld, collection: str = "documents", **given: object) -> UUID:
    """Write an entry, as the holder."""
    record_id = uuid4()
    fields = document(**given) if collection == "documents" else given
    await world.write(
        Entry(
            record_id=record_id,
            collection=ALL[collection],
            author_id=party("holder"),
            fields=dict(fields),
        )
    )
    return record_id


def consent(world: RightsWorld, *, keeps_copy: bool) -> dict[str, object]:
    return {
        "party_id": party("doctor"),
        "name": "doctor",
        "profession": "10",
        "status": "given",
        "keeps_copy": keeps_copy,
        "asked_at": world.now,
        "given_at": world.now,
    }


def emergency(world: RightsWorld, hours: int) -> dict[str, object]:
    return {
        "party_id": party("doctor"),
        "name": "doctor",
        "profession": "10",
        "reason_code": "BTG",
        "reason": "inconscient",
        "opened_at": world.now,
        "until": world.after(hours),
    }


def mandate(world: RightsWorld, begins: float) -> dict[str, object]:
    return {
        "party_id": party("daughter"),
        "name": "daughter",
        "status": "active",
        "sections": ("documents",),
        "actions": ("read",),
        "invited_at": world.now,
        "starts_at": world.after(begins),
        "ends_at": world.after(50),
    }


async def test_what_was_deleted_while_no_copy_was_kept_is_gone_when_one_is_again() -> None:
    """The feed of a viewer without a copy does not go on telling what it told."""
    world, act = await RightsWorld.make(), uuid4()
    record_id = await make(world)
    await world.act("consents", act, consent(world, keeps_copy=True))
    await world.devices["doctor"].pull()

    await world.act("consents", act, consent(world, keeps_copy=False))
    await world.erase(record_id)
    await world.act("consents", act, consent(world, keeps_copy=True))
    await world.devices["doctor"].pull()  # Checks every line, and the proof.

    assert record_id not in world.devices["doctor"].held


async def test_what_changed_while_no_copy_was_kept_comes_anew() -> None:
    """A device that was off meanwhile, and was never wiped, does not keep the old words."""
    world, act = await RightsWorld.make(), uuid4()
    record_id = await make(world, "conditions", label="Avant")
    await world.act("consents", act, consent(world, keeps_copy=True))
    await world.devices["doctor"].pull()

    await world.act("consents", act, consent(world, keeps_copy=False))
    await world.write(
        Entry(
            record_id=record_id,
            collection=ALL["conditions"],
            author_id=party("holder"),
            fields={"label": "Après"},
        )
    )
    await world.act("consents", act, consent(world, keeps_copy=True))
    await world.devices["doctor"].pull()

    assert world.devices["doctor"].bodies[record_id]["label"] == "Après"


async def test_a_party_that_no_act_is_about_any_more_looks_no_more() -> None:
    """The last act that let somebody in takes what it gave along."""
    world, act = await RightsWorld.make(), uuid4()
    await world.act("emergencies", act, emergency(world, 4))
    viewers = world.home.spaces[world.space_id].viewers.values()
    assert any(v.is_open for v in viewers if v.party_id == party("doctor"))

    await world.erase(act)

    viewers = world.home.spaces[world.space_id].viewers.values()
    assert not any(v.is_open for v in viewers if v.party_id == party("doctor"))


async def test_two_turns_at_one_instant_are_counted_once() -> None:
    """A mandate begins as its entry is announced: the line moves once, and the proof holds."""
    world = await RightsWorld.make()
    await world.act("mandates", uuid4(), mandate(world, begins=1))
    await make(world, codes=("INVISIBLE_PATIENT",), announced_at=world.after(1))

    world.home.clock.move(2 / 24)

    for device in world.devices.values():
        await device.pull()
    assert [*world.devices["daughter"].held.values()] == [1]


async def test_an_act_that_changes_no_feed_pokes_nobody_but_the_holder() -> None:
    """Whom a mask of nothing is meant for does not hear that it was put on."""
    world = await RightsWorld.make()
    await world.act("consents", uuid4(), consent(world, keeps_copy=True))
    await make(world)
    heard = len(world.home.pokes)

    await world.act("masks", uuid4(), {"section": "violence"})

    told = world.home.pokes[heard:]
    assert told == [frozenset({party("holder"), party("parent")})]
