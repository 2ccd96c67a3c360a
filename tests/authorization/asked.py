"""The matrix run against the application: every cell asked, every answer judged."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec

from tests.authorization.asking import Answer, Request, ask
from tests.authorization.cast import Actor
from tests.authorization.cells import (
    OWN,
    Cell,
    Door,
    Target,
    cells,
    parameters_in,
    request_for,
)
from tests.authorization.declaration import AUDIENCES, Operation, operations, rights
from tests.authorization.world import UNKNOWN, World

PROFESSIONAL_ONLY = "professional-only"
# Where somebody whose session is over, or who brings no token, is always answered alike.
_SHUT_AT = {"patient": "listSpaces", "professional": "readProfessional"}


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that was not answered as it is declared."""

    cell: str
    actor: str
    target: str
    expected: str
    got: str


class Report(msgspec.Struct, kw_only=True):
    """What came of all cells."""

    counts: Counter[str] = msgspec.field(default_factory=Counter)
    violations: list[Violation] = []
    leaks: set[tuple[str, str]] = set()
    """Operations, and what they tell though they should not: those that are declared."""

    @property
    def cells(self) -> int:
        """How many cells were asked."""
        return sum(self.counts.values())

    def table(self, most: int = 50) -> str:
        """Write the first violations as people read them."""
        rows = [
            f"{v.cell:26} {v.actor:20} {v.target:34} {v.expected:10} {v.got}"
            for v in self.violations[:most]
        ]
        counted = ", ".join(f"{n} {kind}" for kind, n in sorted(self.counts.items()))
        head = f"{len(self.violations)} of {self.cells} cells are not as declared ({counted}):"
        return "\n".join(["", head, *rows])


class Secret(msgspec.Struct, frozen=True):
    """Something that only some actors may be told."""

    what: str
    kind: str
    knowers: frozenset[str]


class Asking:
    """Asks and judges, for one world."""

    def __init__(self, world: World, doors: list[Door]) -> None:
        self.world = world
        self.doors = {door.name: door for door in doors}
        self.report = Report()
        self._others: dict[tuple[str, str], Mapping[str, str]] = {}
        self._answers: dict[tuple[str, str, Target, int], Answer] = {}
        self._secrets = secrets_of(world)

    async def run(self) -> Report:
        """Ask every cell."""
        for cell in cells(self.world, [*self.doors.values()]):
            await self._try(cell)
        return self.report

    async def answer(self, actor: Actor, request: Request, label: str) -> Answer:
        """Ask something as somebody, and look at what comes for what must not."""
        answer = await ask(self.world.app, request, actor.credential, actor.address)
        if answer.status >= 500 and answer.code != "storage-unavailable":
            self.blame(label, actor.name, request.path, "no bug", f"{answer.status} {answer.code}")
        for said in self._leaks(label, actor, request, answer):
            self.blame(label, actor.name, request.path, "no leak", said)
        return answer

    def blame(self, label: str, actor: str, target: str, expected: str, got: str) -> None:
        """Note that a cell is not as declared."""
        self.report.violations.append(
            Violation(cell=label, actor=actor, target=target, expected=expected, got=got)
        )

    async def _try(self, cell: Cell) -> None:
        actor = self.world.actors[cell.actor]
        answer = await self._asked(cell, actor)
        said = f"{answer.status} {answer.code}".strip()
        wrong = ""
        if cell.expected == "allowed":
            wrong = await self._wrongly_let_in(cell, answer)
        elif cell.expected == "refused":
            wrong = "" if answer.code == self._refusal(cell, actor) else said
        elif cell.expected == "shut":
            wrong = _differs(answer, await self._shut(cell, actor), status=401)
        else:
            assert cell.like is not None
            like = await self._known(cell.name, actor, cell.like, cell.variant)
            is_blank = operations()[cell.name].blank and cell.like.space != UNKNOWN
            wrong = _differs(answer, like, status=like.status if is_blank else 404)
        self.report.counts[cell.expected] += 1
        if wrong:
            target = f"{cell.target.space} {cell.target.item} {cell.variant or ''}".strip()
            self.blame(cell.name, cell.actor, target, cell.expected, wrong)

    async def _wrongly_let_in(self, cell: Cell, answer: Answer) -> str:
        """Say what is wrong with an answer to somebody to whom a door is open."""
        declared = operations()[cell.name]
        if not answer.is_success and answer.code not in declared.codes:
            return f"{answer.status} {answer.code}"
        if declared.door == "public" and not declared.varies and answer.code != "too-many-tries":
            anonymous = self.world.actors["anonymous"]
            like = await self._known(cell.name, anonymous, cell.target, cell.variant)
            if not answer.says_the_same(like):
                return "another answer than to somebody without a token"
        return self._missing(cell, answer) if declared.whole and not cell.variant else ""

    def _missing(self, cell: Cell, answer: Answer) -> str:
        """Say what an answer leaves out that the actor sees in the space."""
        relation = self.world.actors[cell.actor].relations[cell.target.space]
        left_out = [
            one.name
            for one in self.world.records.values()
            if one.space == cell.target.space
            and one.name in rights().relations[relation].sees
            and one.record_id.encode() not in answer.body
        ]
        return f"left out {', '.join(left_out)}" if left_out else ""

    async def _shut(self, cell: Cell, actor: Actor) -> Answer:
        """Return the answer of a door that does not open, to somebody like this actor."""
        declared = operations()[cell.name]
        chance = self.world.actors["chance"]
        is_of_door = actor.voice == "silent" or actor.audience in AUDIENCES[declared.door]
        if declared.door == "operator" or actor.voice == "chance" or not is_of_door:
            return await self._known(cell.name, chance, cell.target, cell.variant)
        if actor.voice == "signed-in":
            return await self._known(cell.name, chance, cell.target, cell.variant)
        door = _SHUT_AT["patient" if actor.audience in ("", "patient") else "professional"]
        return await self._known(door, actor, Target(), 0)

    async def _known(self, name: str, actor: Actor, target: Target, variant: int) -> Answer:
        key = name, actor.name, target, variant
        if key not in self._answers:
            request = request_for(self.world, self.doors[name], target, variant)
            self._answers[key] = await self.answer(actor, request, name)
        return self._answers[key]

    def _refusal(self, cell: Cell, actor: Actor) -> str:
        """Return the code with which a cell is refused to somebody who sees what it is about."""
        held = actor.relations.get(cell.target.space, "")
        return operations()[cell.name].refuses.get(held, PROFESSIONAL_ONLY)

    async def _asked(self, cell: Cell, actor: Actor) -> Answer:
        declared, made = operations()[cell.name], None
        if declared.target in ("device", "own") and cell.target.item != UNKNOWN:
            made = await self._made(cell, actor)
        elif cell.expected != "allowed":
            return await self._known(cell.name, actor, cell.target, cell.variant)
        elif declared.fresh is not None:
            fresh_id = await self.world.fresh(cell.target.space, declared)
            made = dict.fromkeys(parameters_in(self.doors[cell.name].path), fresh_id)
            made.pop("space_id", None)
        elif declared.effect == "ends":
            actor = await self._stand_in(actor)
        door = self.doors[cell.name]
        request = request_for(self.world, door, cell.target, cell.variant, made)
        return await self.answer(actor, request, cell.name)

    async def _stand_in(self, actor: Actor) -> Actor:
        """Sign an actor in once more, for a session that is going to be ended."""
        if actor.audience in ("operator", ""):
            return actor
        cast = self.world.cast
        if actor.audience == "agent":
            return msgspec.structs.replace(actor, token=await cast.agent_again(actor.token))
        return msgspec.structs.replace(actor, token=(await cast.again(actor.token)).access_token)

    async def _made(self, cell: Cell, actor: Actor) -> Mapping[str, str]:
        """Return something of the actor's own, or of another of the same kind: made for this."""
        declared = operations()[cell.name]
        # Whatever there is, is the operator's.
        is_own = cell.target.item == OWN or declared.door == "operator"
        is_own = (
            is_own and actor.voice == "signed-in" and actor.audience in AUDIENCES[declared.door]
        )
        is_own = is_own and declared.act in ("", *actor.acts)
        owner = actor if is_own else self._another(declared, actor)
        key = cell.name, owner.name
        # What was not ended by the cell before may serve again.
        if is_own or key not in self._others:
            self._others[key] = await self._make(cell.name, owner)
        return self._others[key]

    async def _make(self, name: str, owner: Actor) -> Mapping[str, str]:
        """Have somebody make what an operation is about, by the doors that make it."""
        declared, wanted = operations()[name], parameters_in(self.doors[name].path)
        if declared.target == "device":
            signed_in = await self.world.cast.again(owner.token)
            return dict.fromkeys(wanted, str(signed_in.device_id))
        made: dict[str, str] = {}
        for step in declared.made_by:
            request = request_for(self.world, self.doors[step], Target(), 0, made)
            answer = await self.answer(owner, request, step)
            assert answer.is_success, (step, owner.name, answer)
            told = msgspec.json.decode(answer.body or b"{}")
            made |= {one: str(told[one]) for one in wanted if one in told}
        return made

    def _another(self, declared: Operation, actor: Actor) -> Actor:
        names = {
            "professional": ("doctor-unknown", "doctor-online"),
            "agent": ("agent-elsewhere", "agent"),
        }.get(declared.door, ("stranger", "holder"))
        if declared.door == "operator":
            return self.world.actors["operator"]
        return self.world.actors[next(name for name in names if name != actor.name)]

    def _leaks(self, label: str, actor: Actor, request: Request, answer: Answer) -> list[str]:
        """Name what an answer holds that the actor may not be told, and did not say first."""
        declared = operations()[label]
        asked = request.path.encode() + request.body
        told = []
        for needle, secret in self._secrets.items():
            if actor.name in secret.knowers or needle not in answer.body or needle in asked:
                continue
            if secret.kind in declared.leaks:
                self.report.leaks.add((label, secret.kind))
            elif secret.kind not in declared.tells:
                told.append(f"tells the {secret.what} of {secret.kind}")
        return told


def secrets_of(world: World) -> Mapping[bytes, Secret]:
    """Return every word and identifier that is not for everybody, with whom it is for."""
    found: dict[bytes, Secret] = {}
    for planted in world.records.values():
        seeing, knowing = set(), set()
        for actor in world.actors.values():
            relation = rights().relations.get(actor.relations.get(planted.space, ""))
            if relation is not None and planted.name in relation.sees:
                seeing.add(actor.name)
            if relation is not None and planted.name in relation.sees | relation.gone:
                knowing.add(actor.name)
        kind = f"{planted.space}.{planted.name}"
        found[planted.record_id.encode()] = Secret("identifier", kind, frozenset(knowing))
        if planted.word != planted.record_id:
            found[planted.word.encode()] = Secret("words", kind, frozenset(seeing))
    for secret, (kind, knowers) in world.secrets.items():
        found[secret.encode()] = Secret("identifier", kind, knowers)
    return found


def _differs(answer: Answer, like: Answer, *, status: int) -> str:
    """Say how an answer differs from the one it must be equal to; nothing when it does not."""
    if answer.status != status:
        return f"{answer.status} {answer.code}".strip()
    if answer.says_the_same(like):
        return ""
    return f"other bytes than what does not exist: {_shown(answer)} and not {_shown(like)}"


def _shown(answer: Answer) -> Any:
    return answer.body[:160] or answer.headers
