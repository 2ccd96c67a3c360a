"""Bodies that name another record: what is said of it to whom, and when that changes."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest

from sync.core.change import Op, OpKind, Outcome, Status
from sync.core.naming import bytes_of, without
from sync.edit import Entry, SpaceEdit
from sync.ports import relation_in
from sync.push import Caller, push
from sync.storage.memory import MemorySpaceStore
from sync.storage.port import FeedPlace
from tests.hosts import SwitchedRights, make_host
from tests.unit.sync.bench import NOW, ONE, OTHER, TwoViewers

PAPER, DRAFT, LATER = UUID(int=21), UUID(int=22), UUID(int=23)
CALLER = Caller(party_id=OTHER, device_id=UUID(int=31))


class Desk(TwoViewers):
    """A paper, a note about it, and two who look on: one of them not at everything."""

    async def begin(self) -> SpaceEdit:
        edit = await super().begin()
        await edit.load([PAPER, DRAFT, LATER])
        return edit

    def put(self, edit: SpaceEdit, record_id: UUID, **fields: Any) -> None:
        notes = self.host.collections["notes"]
        edit.put(Entry(record_id=record_id, collection=notes, author_id=ONE, fields=fields))

    async def write(self, record_id: UUID, **fields: Any) -> None:
        edit = await self.begin()
        self.put(edit, record_id, **fields)
        await self.save(edit)

    async def turn(self, *, hidden: bool) -> frozenset[UUID]:
        """Hide the paper from the other one, or show it."""
        change = self.rights.hidden.add if hidden else self.rights.hidden.discard
        change((OTHER, PAPER))
        edit = await self.begin()
        edit.review(PAPER)
        return await self.save(edit)

    async def told(self, viewer_id: UUID, after: int = 0) -> list[tuple[int, UUID, object]]:
        """Return what the feed of a viewer says: numbers, records, and what each names."""
        naming = {"notes": "about", "cards": "about"}
        changes, _ = await self.store.page(viewer_id, FeedPlace(after), 100, naming=naming)
        return [
            (c.seq, c.record_id, c.kind == "put" and msgspec.json.decode(c.body).get("about"))
            for c in changes
        ]

    async def ask(self, **given: Any) -> Outcome:
        """Let the other one write over the draft, against a base that is long gone."""
        self.store = MemorySpaceStore(self.space)
        edit = await SpaceEdit.begin(self.store, self.host, now=NOW)
        op = Op(
            op_id=UUID(int=41),
            space_id=self.space.space_id,
            collection="notes",
            record_id=DRAFT,
            base=99,
            **{"kind": OpKind.PUT, **given},
        )
        pushed = await push(edit, self.host, self.store, CALLER, [op])
        self.store.commit()
        return pushed.outcomes[0]


async def desk(*, hidden: bool) -> Desk:
    """Make a desk on which the note about the paper lies."""
    made = Desk()
    if hidden:
        made.rights.hidden.add((OTHER, PAPER))
    await made.write(PAPER, title="paper")
    await made.write(DRAFT, title="draft", about=str(PAPER))
    return made


async def test_a_body_names_what_its_reader_has() -> None:
    """And to who does not have it, the same line says nothing of it."""
    made = await desk(hidden=True)

    assert await made.told(ONE) == [(1, PAPER, None), (2, DRAFT, str(PAPER))]
    assert await made.told(OTHER) == [(1, DRAFT, None)]


async def test_a_name_goes_with_what_it_names_and_comes_back_with_it() -> None:
    """For who loses sight of it, and for nobody else: no other feed moves."""
    made = await desk(hidden=False)

    lost = await made.turn(hidden=True)
    after_loss = await made.told(OTHER, 2)
    found = await made.turn(hidden=False)
    after_all = await made.told(OTHER, 4)

    assert lost == found == {OTHER}
    assert after_loss == [(3, PAPER, False), (4, DRAFT, None)]
    assert after_all == [(5, PAPER, None), (6, DRAFT, str(PAPER))]
    assert made.space.viewers[ONE].head == 2
    assert made.proof_holds(OTHER)


async def test_who_never_had_it_hears_nothing_when_it_changes_or_goes() -> None:
    """A feed moves only for who loses something: a number would tell the others."""
    made = await desk(hidden=True)

    await made.write(PAPER, title="paper, again")
    edit = await made.begin()
    record = edit.record(PAPER)
    assert record is not None
    edit.delete(record, ONE)
    moved = await made.save(edit)

    assert moved == {ONE}
    assert made.space.viewers[OTHER].head == 1
    assert await made.told(ONE, 2) == [(4, PAPER, False), (5, DRAFT, None)]


async def test_who_sees_neither_hears_of_neither() -> None:
    """The note itself is hidden: that its paper comes and goes moves nothing."""
    made = Desk()
    made.rights.hidden = {(OTHER, PAPER), (OTHER, DRAFT)}
    await made.write(PAPER, title="paper")
    await made.write(DRAFT, title="draft", about=str(PAPER))

    await made.turn(hidden=False)

    assert await made.told(OTHER) == [(1, PAPER, None)]


async def test_a_line_that_moves_in_the_same_edit_has_one_number() -> None:
    """A note that is written anew as its paper goes is one line, and not two."""
    made = await desk(hidden=False)
    edit = await made.begin()

    made.put(edit, DRAFT, title="draft, again", about=str(PAPER))
    made.rights.hidden.add((OTHER, PAPER))
    edit.review(PAPER)
    await made.save(edit)

    assert await made.told(OTHER, 2) == [(3, DRAFT, None), (4, PAPER, False)]
    assert made.space.viewers[OTHER].head == 4


async def test_a_deleted_note_names_nothing() -> None:
    """What it named comes and goes without it."""
    made = await desk(hidden=False)
    edit = await made.begin()
    record = edit.record(DRAFT)
    assert record is not None
    edit.delete(record, ONE)
    await made.save(edit)

    await made.turn(hidden=True)

    assert await made.told(OTHER, 2) == [(3, DRAFT, False), (4, PAPER, False)]
    assert made.space.records[DRAFT].named_id is None


@pytest.mark.parametrize("hidden", [True, False])
async def test_an_outcome_names_what_its_reader_has(hidden: bool) -> None:
    """By the same rule as a feed, when it is given and when it is repeated."""
    made = await desk(hidden=hidden)
    wanted = {"set": {"place": "here"}, "was": {"place": "there"}}

    given = [await made.ask(**wanted) for _ in range(2)]

    for outcome in given:
        assert outcome.status is Status.MERGED or outcome.status is Status.CONFLICT
        assert not isinstance(outcome.current, msgspec.UnsetType)
        current = msgspec.json.decode(outcome.current)
        assert current.get("about") == (None if hidden else str(PAPER))


@pytest.mark.parametrize("about", [str(PAPER), None])
async def test_nobody_but_the_host_says_what_is_named(about: str | None) -> None:
    """A device neither names a record nor takes a name away."""
    made = await desk(hidden=True)

    outcome = await made.ask(set={"about": about})

    assert (outcome.status, outcome.code) == (Status.REFUSED, "field-read-only")


def test_a_body_without_a_name_is_the_body_that_never_had_one() -> None:
    """To the byte, and its length is what the field takes."""
    notes = make_host(SwitchedRights()).collections["notes"]
    fields = {"title": 'a "quoted" \u00e9\n title', "text": "x", "at": "2026-11-22T12:00:00Z"}
    bare, named = (
        msgspec.json.encode(msgspec.convert({**fields, **more}, notes.body))
        for more in ({}, {"about": str(PAPER)})
    )

    assert without(named, "about") == without(bare, "about") == bare
    assert len(named) - len(bare) == bytes_of("about")


def test_only_one_field_that_devices_cannot_write_may_name() -> None:
    """Who could write it could ask by it what there is."""

    class Writable(msgspec.Struct):
        about: Annotated[UUID | None, msgspec.Meta(extra={"names": "notes"})] = None

    class Two(msgspec.Struct):
        one: Annotated[UUID, msgspec.Meta(extra={"merge": "read-only", "names": "notes"})]
        two: Annotated[UUID, msgspec.Meta(extra={"merge": "read-only", "names": "notes"})]

    for body in (Writable, Two):
        with pytest.raises(ValueError, match="may name another record"):
            relation_in(body)
    assert relation_in(SimpleBody) is None


class SimpleBody(msgspec.Struct):
    """Names nothing."""

    title: str
