"""Histories of a space: what people do on their devices, and what is done to their rights."""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from hypothesis import strategies as st

from sync.core.limits import PAGE_CHANGES_MAX
from tests.property.worlds import Fields, Phone, World


class Act(Enum):
    """One thing that happens."""

    ADD = "add"
    EDIT = "edit"
    DELETE = "delete"
    SYNC = "sync"
    """A request and its answer, applied."""
    LOSE = "lose"
    """A request that arrives, and its answer that does not."""
    HIDE = "hide"
    SHOW = "show"
    END = "end"
    RESUME = "resume"


class Step(NamedTuple):
    """One act: by the phone or on the viewer `who`, on record `what`."""

    act: Act
    who: int
    what: int
    fields: Fields
    limit: int


WRITING = (Act.ADD, Act.EDIT, Act.DELETE, Act.SYNC, Act.LOSE)
EVERYTHING = (*Act,)

words = st.sampled_from(["a", "b", "c", ""])
fields = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["a", "b", "too long"]),
        "place": st.none() | words,
        "color": st.none() | words,
        "text": st.none() | words,
    },
)
limits = st.integers(1, 4) | st.just(PAGE_CHANGES_MAX)


def histories(
    acts: Sequence[Act] = EVERYTHING, max_size: int = 30
) -> st.SearchStrategy[list[Step]]:
    """Return lists of steps."""
    step = st.builds(
        Step,
        act=st.sampled_from(acts),
        who=st.integers(0, 3),
        what=st.integers(0, 7),
        fields=fields,
        limit=limits,
    )
    return st.lists(step, min_size=max_size // 3, max_size=max_size)


async def happen(world: World, phones: Sequence[Phone], steps: Sequence[Step]) -> None:
    """Let a history happen."""
    for step in steps:
        await take(world, phones, step)


async def take(world: World, phones: Sequence[Phone], step: Step) -> None:
    """Let one step happen; a step that makes no sense here does nothing."""
    phone = phones[step.who % len(phones)]
    if step.act in {Act.SYNC, Act.LOSE}:
        answer = await phone.send(step.limit)
        if step.act is Act.SYNC:
            phone.take(answer)
    elif step.act in {Act.ADD, Act.EDIT, Act.DELETE}:
        _write(phone, step)
    else:
        await _turn(world, step)


def _write(phone: Phone, step: Step) -> None:
    mine = [record_id for record_id in phone.made if record_id in phone.records]
    if step.act is Act.ADD:
        phone.add({"title": "a", **step.fields})
    elif not mine:
        return
    elif step.act is Act.EDIT:
        phone.edit(mine[step.what % len(mine)], step.fields)
    else:
        phone.delete(mine[step.what % len(mine)])


async def _turn(world: World, step: Step) -> None:
    viewer = step.who % len(world.viewers)
    some = world.made[step.what % len(world.made) :: 2] if world.made else []
    if step.act is Act.HIDE:
        await world.hide(viewer, some)
    elif step.act is Act.SHOW:
        await world.show(viewer, some)
    elif step.act is Act.END:
        await world.end(viewer)
    else:
        await world.resume(viewer)


async def complete(phones: Sequence[Phone], limit: int = PAGE_CHANGES_MAX) -> None:
    """Let every phone send and receive everything, in two rounds."""
    for _ in range(2):
        for phone in phones:
            await phone.finish(limit)
