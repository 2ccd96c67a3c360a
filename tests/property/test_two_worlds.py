"""No inference: two worlds that differ only in what is hidden answer byte for byte the same.

The rights are those that ship. Besides the answers: ETags, values that lost, and
how often devices are poked. One limit is known: who may make a record, and tries
it under the very identifier of a hidden one, which is 122 random bits, is refused.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.record import ALL
from sync.core.change import Op, OpKind
from sync.edit import Entry
from sync.errors import SpaceNotFound
from sync.exchange import SpaceAsk, SyncRequest
from sync.kept import KeptAsk
from tests.property.rights_worlds import RightsWorld, document, party
from tests.property.worlds import named

HIDDEN = [named("hidden", number) for number in range(4)]
OPEN = [named("open", number) for number in range(4)]
OWN = [named("own", number) for number in range(3)]
DRAFTS = [named("draft", number) for number in range(4)]
HIDING = {
    "doctor": ["note", "masked document", "mandate"],
    "daughter": ["note", "condition", "secret document", "violence", "block"],
}
PARTS = ("documents", "measures", "appointments")


class Step(NamedTuple):
    """Something that happens: `what` is done by somebody, to the n-th, hidden or not."""

    what: str
    number: int
    again: int


steps = st.lists(
    st.builds(
        Step,
        what=st.sampled_from(
            ["enter", "change", "delete", "mask", "wait", "end", "begin"]
            + ["draft", "draft", "version", "work on a draft"]
            + ["pull", "pull", "guess", "write", "conflict"] * 2
        ),
        number=st.integers(0, 3),
        again=st.integers(0, 4),
    ),
    min_size=4,
    max_size=22,
)
hidden_steps = st.lists(
    st.tuples(st.sampled_from(["enter", "change", "delete", "mask"]), st.integers(0, 3)),
    max_size=12,
)


class Observed:
    """A world, and everything that one observer hears in it."""

    def __init__(self, world: RightsWorld, who: str) -> None:
        self.world = world
        self.who = who
        self.caller = world.devices[who].caller
        self.heard: list[bytes] = []
        self.checkpoint: str | None = None
        self.held: dict[UUID, int] = {}
        self.acts = 0
        self.ops = 0

    async def begin(self) -> None:
        """Let the observer in."""
        world, now = self.world, self.world.now
        if self.who == "doctor":
            fields: dict[str, Any] = {"profession": "10", "status": "given", "keeps_copy": True}
            fields |= {"asked_at": now, "given_at": now}
        else:
            fields = {"status": "active", "sections": PARTS, "actions": ["read", "add", "change"]}
            fields |= {"invited_at": now, "starts_at": now, "ends_at": world.after(50)}
        collection = "consents" if self.who == "doctor" else "mandates"
        person = {"party_id": party(self.who), "name": self.who}
        await world.act(collection, named("grant"), {**person, **fields})

    async def end(self) -> None:
        """End the observer's grant."""
        await self.world.erase(named("grant"))

    async def request(self, *ops: Op, limit: int = 500) -> Any:
        """Push, pull one page, and remember what was answered."""
        space_id = self.world.space_id
        ask = SpaceAsk(space_id=space_id, checkpoint=self.checkpoint, limit=limit)
        answer = await self.world.exchange.sync(
            self.caller, SyncRequest(ops=list(ops), spaces=[ask])
        )
        self.heard.append(answer)
        with suppress(SpaceNotFound):
            self.heard.append(repr(await self.world.exchange.head(self.caller, space_id)).encode())
        page = json.loads(answer)["spaces"][0]
        self.checkpoint = page["checkpoint"] or None
        for change in page["changes"]:
            if change["kind"] == "put":
                self.held[UUID(change["record_id"])] = change["seq"]
            else:
                self.held.pop(UUID(change["record_id"]), None)

    def op(self, collection: str, record_id: UUID, **given: Any) -> Op:
        """Make an op of the observer."""
        self.ops += 1
        return Op(
            op_id=named(self.who, "op", self.ops),
            space_id=self.world.space_id,
            collection=collection,
            record_id=record_id,
            **{"kind": OpKind.PUT, **given},
        )

    async def guess(self, number: int) -> None:
        """Ask for what is hidden, or is not there, in every way but making it."""
        hidden = HIDDEN[number]
        known = min(self.held) if self.held else hidden
        mask = {"record_id": str(hidden)}
        ops = [
            self.op("documents", hidden, kind=OpKind.DELETE, base=1),
            self.op("notes", hidden, kind=OpKind.DELETE),
            self.op("documents", hidden, base=1, set={"title": "x"}),
            self.op("documents", hidden, base=1, set={"status": "current"}),
            self.op("measures", hidden, set={"kind": 5}),
            self.op("appointments", hidden, set={"written_by": {}}),
            self.op("masks", named("a mask", number), set=mask),
            self.op("masks", hidden, set=mask),
            self.op("consents", hidden, set={}),
            self.op("documents", known, base=999, set={"comment": "x"}),
            self.op("nothing", hidden),
        ]
        await self.request(*ops)
        try:
            ask = KeptAsk(space_id=self.world.space_id, record_id=hidden)
            lost = await self.world.exchange.lost(self.caller, ask)
            self.heard.append(repr(lost).encode())
        except SpaceNotFound as refused:
            self.heard.append(refused.code.encode())


async def enter(seen: Observed, record_id: UUID, kind: str, version: int) -> None:
    """Write an entry of some kind, as the holder or a hospital."""
    collection, fields = _KINDS[kind](version)
    if record_id in seen.world.records():
        standing = seen.world.records()[record_id]
        if standing.deleted or standing.collection != collection:
            return
    if collection in ("mandates", "blocks"):
        await seen.world.act(collection, record_id, fields)
        return
    author = party("holder")
    await seen.world.write(
        Entry(record_id=record_id, collection=ALL[collection], author_id=author, fields=fields)
    )


def _mandate(version: int) -> tuple[str, Any]:
    until = "2027-02-01T00:00:00Z"
    begun = "2026-11-01T00:00:00Z"
    who = {"party_id": str(party("neighbour")), "name": f"V{version}", "status": "active"}
    times = {"invited_at": begun, "starts_at": begun, "ends_at": until}
    return "mandates", {**who, **times, "sections": ["documents"], "actions": ["read"]}


def _block(version: int) -> tuple[str, Any]:
    who = {"party_id": str(party("nurse")), "name": f"N{version}"}
    return "blocks", {**who, "blocked_at": "2026-11-01T00:00:00Z"}


_KINDS: dict[str, Callable[[int], tuple[str, Any]]] = {
    "open": lambda v: ("documents", dict(document(version=v))),
    "note": lambda v: ("notes", {"title": f"Note {v}"}),
    "condition": lambda v: ("conditions", {"label": f"Otite {v}"}),
    "masked document": lambda v: (
        "documents",
        dict(document(codes=("MASQUE_PS",), version=v)),
    ),
    "secret document": lambda v: (
        "documents",
        dict(document(codes=("INVISIBLE_REPRESENTANTS_LEGAUX",), version=v)),
    ),
    "violence": lambda v: ("documents", {**document(version=v), "sensitive": ["violence"]}),
    "mandate": _mandate,
    "block": _block,
}


async def mask(seen: Observed, record_id: UUID, scope: dict[str, Any]) -> None:
    """Let the holder mask an entry."""
    seen.acts += 1
    if record_id in seen.world.records():
        act_id = named("mask", record_id, len(seen.world.records()))
        await seen.world.act("masks", act_id, {"record_id": str(record_id), **scope})


async def hide(seen: Observed, what: str, number: int) -> None:
    """Let something happen to what the observer may never see."""
    kinds = HIDING[seen.who]
    record_id, kind = HIDDEN[number], kinds[number % len(kinds)]
    is_there = record_id in seen.world.records()
    if what == "enter" or (what == "change" and is_there):
        await enter(seen, record_id, kind, 1 if what == "enter" else 2)
    elif what == "delete" and is_there:
        await seen.world.erase(record_id)
    elif what == "mask":
        await mask(seen, record_id, {"from_whom": "professionals"})


async def happen(seen: Observed, step: Step, place: int) -> None:
    """Let something happen that the observer may hear of."""
    world, record_id = seen.world, OPEN[step.number]
    there = record_id in world.records()
    if step.what == "enter" or (step.what == "change" and there):
        await enter(seen, record_id, "open", step.again)
    elif step.what == "delete" and there:
        await world.erase(record_id)
    elif step.what == "mask" and there:
        whom = {"from_whom": "person", "party_id": str(party(seen.who))}
        await world.act("masks", named("open mask", place), {"record_id": str(record_id), **whom})
    elif step.what == "wait":
        world.home.clock.move(step.number / 24)
    elif step.what in ("draft", "version"):
        await name_another(seen, step)
    elif step.what == "end" and not world.records()[named("grant")].deleted:
        await seen.end()
    elif step.what == "begin" and world.records()[named("grant")].deleted:
        await seen.begin()
    else:
        await _observe(seen, step)


async def name_another(seen: Observed, step: Step) -> None:
    """Write what names a document: an open one, or one that is hidden or not there at all."""
    named_id = (HIDDEN if step.again < 3 else OPEN)[step.number]
    if step.what == "version":
        record_id, collection = OPEN[step.number - 1], "documents"
        fields: dict[str, Any] = {**document(version=step.again), "replaces": str(named_id)}
    else:
        record_id, collection = DRAFTS[step.again % len(DRAFTS)], "measures"
        fields = {"kind": "weight", "label": f"Poids {step.number}", "value": 60, "unit": "kg"}
        fields |= {"measured_at": "2026-11-20T10:00:00Z"}
        fields |= {"draft_of": str(named_id), "draft_state": "draft"}
    await seen.world.write(
        Entry(
            record_id=record_id,
            collection=ALL[collection],
            author_id=party("holder"),
            fields=fields,
        )
    )


async def _observe(seen: Observed, step: Step) -> None:
    record_id = OWN[step.number % len(OWN)]
    if step.what == "pull":
        await seen.request(limit=1 + step.again * 100)
    elif step.what == "guess":
        await seen.guess(step.number)
    elif step.what == "write":
        fields = {"kind": "weight", "label": "Poids", "value": 60 + step.again, "unit": "kg"}
        base = seen.held.get(record_id)
        measured = {"measured_at": "2026-11-20T10:00:00Z"}
        await seen.request(seen.op("measures", record_id, base=base, set={**fields, **measured}))
    elif step.what == "work on a draft":
        # Against a base that is seldom right: the answer then has the body.
        target = DRAFTS[step.number]
        given = {"value": step.again, "comment": f"c{step.again}"}
        await seen.request(
            seen.op("measures", target, base=step.again, set=given, was={"value": 60})
        )
    elif step.what == "conflict":
        target, base = OPEN[step.number], step.again
        given = {"comment": f"c{step.again}"}
        was = {"comment": "before"}
        await seen.request(seen.op("documents", target, base=base, set=given, was=was))


async def hears(
    who: str, common: list[Step], hidden: list[tuple[str, int]], *, with_hidden: bool
) -> list[bytes]:
    """Let a history happen and return all that the observer heard."""
    seen = Observed(await RightsWorld.make(), who)
    await seen.begin()
    for place, step in enumerate(common):
        if with_hidden:
            for what, number in hidden[place * 2 : place * 2 + 2]:
                await hide(seen, what, number)
        await happen(seen, step, place)
    await seen.guess(0)
    await seen.request()
    pokes = sum(party(who) in told for told in seen.world.home.pokes)
    return [*seen.heard, b"%d pokes" % pokes]


@pytest.mark.parametrize("who", sorted(HIDING))
@given(common=steps, hidden=hidden_steps)
@settings(max_examples=60)
async def test_two_worlds_that_differ_in_hidden_entries_sound_the_same(
    who: str, common: list[Step], hidden: list[tuple[str, int]]
) -> None:
    """Pages, outcomes, errors, ETags, lost values, sizes and pokes: all to the byte."""
    without = await hears(who, common, hidden, with_hidden=False)

    heard = await hears(who, common, hidden, with_hidden=True)

    assert heard == without
    assert not [one for one in HIDDEN if any(str(one).encode() in answer for answer in heard)]


@pytest.mark.parametrize("who", sorted(HIDING))
async def test_what_hides_is_really_there_and_really_hidden(who: str) -> None:
    """The property above would hold of a world in which nothing happens; it is not that."""
    seen = Observed(await RightsWorld.make(), who)
    await seen.begin()
    await enter(seen, OPEN[0], "open", 1)
    for number in range(len(HIDDEN)):
        await hide(seen, "enter", number)
        await hide(seen, "mask", number)

    await seen.request()

    assert set(HIDDEN) <= set(seen.world.records())
    assert set(seen.held) == {OPEN[0]}


@pytest.mark.parametrize("who", sorted(HIDING))
async def test_a_body_says_what_it_names_only_beside_it(who: str) -> None:
    """It is said while the document is there, and not before or after."""
    seen, said = Observed(await RightsWorld.make(), who), []
    await seen.begin()
    await name_another(seen, Step("draft", 0, 3))
    for what in ("enter", "mask"):
        await seen.request()
        await happen(seen, Step(what, 0, 1), 0)
    await seen.request()

    for page in (json.loads(answer)["spaces"][0] for answer in seen.heard[::2]):
        said += [
            c["body"].get("draft_of") for c in page["changes"] if c["collection"] == "measures"
        ]

    assert said == [None, str(OPEN[0]), None]


async def test_the_one_limit_is_the_identifier_of_a_hidden_record() -> None:
    """Who may make a measure is told that this identifier is taken, and nothing more."""
    codes = []
    for is_there in (False, True):
        seen = Observed(await RightsWorld.make(), "daughter")
        await seen.begin()
        if is_there:
            await enter(seen, HIDDEN[0], "note", 1)
        fields = {"kind": "weight", "label": "Poids", "value": 60, "unit": "kg"}
        measured = {"measured_at": "2026-11-20T10:00:00Z"}
        await seen.request(seen.op("measures", HIDDEN[0], set={**fields, **measured}))
        codes.append(json.loads(seen.heard[0])["outcomes"][0].get("code"))

    assert codes == [None, "record-not-found"]
