"""The same matrix inside sync, where one request holds many questions."""

from uuid import uuid4

import msgspec

from tests.authorization.asked import Asking
from tests.authorization.asking import JSON, Answer, Request
from tests.authorization.cast import Actor
from tests.authorization.declaration import AUDIENCES, ONLINE, Json, Relation, filled, rights
from tests.authorization.world import UNKNOWN, World

PATH = "/v1/sync"
_TAKEN = frozenset({"applied", "merged", "conflict"})


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One op, and what it is about. `name` is UNKNOWN for a record that is nowhere."""

    action: str
    collection: str
    name: str
    home: str
    op: Json


class Pushing:
    """Asks, for every actor and space, for every op and for what is new."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._world = asking.world
        self._report = asking.report

    async def run(self) -> None:
        """Ask every cell of sync."""
        for actor in self._world.actors.values():
            is_shut = actor.voice != "signed-in" or actor.audience not in AUDIENCES["seat"]
            for space in self._world.spaces:
                if not is_shut:
                    await self._push(actor, space)
                    await self._pull(actor, space)

    async def _push(self, actor: Actor, space: str) -> None:
        questions = questions_about(self._world, space)
        relation = rights().relations.get(actor.relations.get(space, ""))
        answer = await self._sent(actor, ops=[one.op for one in questions])
        if answer.status != 200:
            self._blame("push", actor, space, "an outcome for each", str(answer.status))
            return
        outcomes = msgspec.json.decode(answer.body)["outcomes"]
        if relation is None or not relation.feed:
            self._report.counts["unknown"] += len(questions)
            elsewhere = self._world.spaces[UNKNOWN]
            ops = [{**one.op, "space_id": elsewhere} for one in questions]
            like = await self._sent(actor, ops=ops)
            if not answer.says_the_same(like) or any(
                one.get("code") != "space-not-found" for one in outcomes
            ):
                self._blame("push", actor, space, "unknown", "other bytes")
            return
        nothing = {
            (one.action, one.collection): _told(outcome)
            for one, outcome in zip(questions, outcomes, strict=True)
            if one.name == UNKNOWN
        }
        for one, outcome in zip(questions, outcomes, strict=True):
            expected = expected_of(one, space, relation)
            unknown = nothing.get((one.action, one.collection), {})
            self._judge(actor, f"{one.home}.{one.name}", one, (expected, outcome, unknown))

    def _judge(
        self, actor: Actor, target: str, one: Question, told: tuple[str, Json, Json]
    ) -> None:
        expected, outcome, unknown = told
        code = outcome.get("code", outcome["status"])
        is_right = {
            "allowed": outcome["status"] in _TAKEN,
            "refused": code == "not-allowed",
            "gone": code == "record-gone",
            "online": code == "online-only" and _told(outcome) == (unknown or _told(outcome)),
            "unknown": code == "record-not-found" and _told(outcome) == unknown,
        }[expected]
        self._report.counts["refused" if expected in ("gone", "online") else expected] += 1
        if not is_right:
            self._blame(f"push {one.action} {one.collection}", actor, target, expected, code)

    async def _pull(self, actor: Actor, space: str) -> None:
        answer = await self._sent(actor, spaces=[{"space_id": self._world.spaces[space]}])
        (page,) = msgspec.json.decode(answer.body)["spaces"]
        relation = rights().relations.get(actor.relations.get(space, ""))
        if relation is None or not relation.feed:
            self._report.counts["unknown"] += 1
            nowhere = self._world.spaces[UNKNOWN]
            like = await self._sent(actor, spaces=[{"space_id": nowhere}])
            same = like.body.replace(nowhere.encode(), self._world.spaces[space].encode())
            if answer.body != same or page["state"] != "wipe":
                self._blame("pull", actor, space, "unknown", page["state"])
            return
        self._report.counts["allowed"] += 1
        names = {one.record_id: n for (s, n), one in self._world.records.items() if s == space}
        for kind, declared in (("put", relation.sees), ("gone", relation.gone)):
            told = {names.get(c["record_id"]) for c in page["changes"] if c["kind"] == kind}
            told.discard(None)
            planted = declared.intersection(names.values())
            if told != planted:
                differing = f"too much {told - planted}, missing {planted - told}"
                self._blame(f"pull {kind}", actor, space, "as declared", differing)

    async def _sent(self, actor: Actor, **body: list[Json]) -> Answer:
        request = Request(method="POST", path=PATH, headers=JSON, body=msgspec.json.encode(body))
        return await self._asking.answer(actor, request, "sync")

    def _blame(self, label: str, actor: Actor, target: str, expected: str, got: str) -> None:
        self._asking.blame(label, actor.name, target, expected, got)


def expected_of(one: Question, space: str, relation: Relation) -> str:
    """Read from the declarations what becomes of an op of somebody who is let in."""
    if rights().collections[one.collection] == ONLINE:
        return "online"
    if one.action == "add":
        return "allowed" if one.collection in relation.adds else "refused"
    if one.home != space:
        return "unknown"
    if one.name in relation.gone and one.action != "point":
        return "gone"
    if one.name not in relation.sees:
        return "unknown"
    if one.action == "point":
        return "allowed" if one.collection in relation.adds else "refused"
    permitted = relation.changes if one.action == "change" else relation.deletes
    return "allowed" if one.name in permitted else "refused"


def questions_about(world: World, space: str) -> list[Question]:
    """Make every op: one more in each collection, and three about each record.

    A change changes nothing, a deletion comes too late for what it is about, and a mask
    is from nobody: all are refused before that to whoever may not.
    """
    space_id = world.spaces[space]
    found = []
    for collection, body in rights().collections.items():
        fields = {} if body == ONLINE else filled(body, world.given)
        found.append(_question("add", collection, ("", space, str(uuid4())), space_id, fields))
        for action in ("change", "delete"):
            nowhere = (UNKNOWN, UNKNOWN, str(uuid4()))
            found.append(_question(action, collection, nowhere, space_id))
    for one in world.records.values():
        known = (one.name, one.space, one.record_id)
        found += [_question(a, one.collection, known, space_id) for a in ("change", "delete")]
        found.append(_pointing(world, known, space_id))
    found.append(_pointing(world, (UNKNOWN, UNKNOWN, str(uuid4())), space_id))
    return found


def _pointing(world: World, about: tuple[str, str, str], space_id: str) -> Question:
    """Make a mask on a record, from somebody whom nobody is."""
    name, home, record_id = about
    fields = {
        "record_id": record_id,
        "from_whom": "person",
        "party_id": world.given["unknown_id"],
    }
    return _question("point", "masks", (name, home, str(uuid4())), space_id, fields)


def _question(
    action: str,
    collection: str,
    about: tuple[str, str, str],
    space_id: str,
    fields: Json | None = None,
) -> Question:
    name, home, record_id = about
    op = {
        "op_id": str(uuid4()),
        "space_id": space_id,
        "collection": collection,
        "record_id": record_id,
        "kind": "delete" if action == "delete" else "put",
        "base": 0 if action in ("change", "delete") else None,
    }
    if action != "delete":
        op |= {"set": fields or {}, "was": {}}
    return Question(action=action, collection=collection, name=name, home=home, op=op)


def _told(outcome: Json) -> Json:
    return {name: value for name, value in outcome.items() if name != "op_id"}
