"""A town with the real rights: a family, who cares for it, and professionals with software."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from uuid import UUID

from sync.core.audience import Viewer
from sync.push import Caller
from sync.storage.memory import MemorySpace
from sync.storage.port import Record
from tests.simulation.bureau import Bureau, Stage
from tests.simulation.decisions import SYSTEM, Decisions
from tests.simulation.devices import YEAR, Device
from tests.simulation.matrix import PROFESSIONS, make_version
from tests.simulation.network import Network
from tests.simulation.observed import Sabotage
from tests.simulation.oracle import Person
from tests.simulation.records import COLLECTIONS, CONDITIONS, DOCUMENTS, SENSITIVE, TYPES
from tests.simulation.server import BEGINNING
from tests.simulation.town import Town

CALM = timedelta(minutes=15)
AMONG = (
    ("young", "physio", "elder"),
    ("young", "neighbour", "physio"),
    ("neighbour", "daughter", "physio"),
    ("neighbour", "nurse", "doctor"),
)
"""Whose devices there are beside the three that always are."""
OWN = {"holder", "representative"}


class Phone(Device):
    """A device whose person may hide things."""

    collections = tuple(COLLECTIONS)
    adds_to = ("notes", CONDITIONS, "appointments")

    def __init__(
        self, network: Network, party_id: UUID, *, words: Iterator[str], targets: list[UUID]
    ) -> None:
        self._targets = targets
        super().__init__(network, party_id, words=words)

    def act_in(self, space_id: UUID) -> None:
        chance = self._network.chance
        roles = {profile.space_id: profile.role for profile in self.replica.profiles()}
        if roles[space_id] in OWN and chance.happens(0.3):
            self._mask_or_lift(space_id)
        elif chance.happens(0.1) and (papers := self.replica.records(space_id, DOCUMENTS)):
            self._edit(chance.pick(papers))
        else:
            super().act_in(space_id)

    def _mask_or_lift(self, space_id: UUID) -> None:
        chance = self._network.chance
        masks = self.replica.records(space_id, "masks")
        if masks and chance.happens(0.35):
            mask = chance.pick(masks)
            self.judge.wanted_gone.setdefault((self.caller.device_id, mask.record_id), set())
            self.replica.delete(space_id, "masks", mask.record_id)
            self._happened("a mask was lifted")
            return
        fields: dict[str, str] = {}
        shown = [
            record
            for name in (DOCUMENTS, DOCUMENTS, CONDITIONS)
            for record in self.replica.records(space_id, name)
        ]
        if shown and chance.happens(0.8):
            fields["record_id"] = str(chance.pick(shown).record_id)
        else:
            fields["section"] = chance.pick((CONDITIONS, SENSITIVE[1], *TYPES))
        fields["from_whom"] = chance.pick(("professionals", "profession", "person"))
        if fields["from_whom"] == "profession":
            fields["profession"] = chance.pick(PROFESSIONS)
        elif fields["from_whom"] == "person":
            fields["party_id"] = str(chance.pick(self._targets))
        record_id = self.replica.put(space_id, "masks", None, fields)
        self._network.trace.note(self.name, f"masks {record_id.hex[:4]} by {fields}")
        self._happened("a mask was made offline")

    def wiped(self, space_id: UUID) -> None:
        super().wiped(space_id)
        viewer = self.server.eye(space_id, self.party_id)
        if viewer is not None and viewer.role in {"caregiver", "professional"}:
            self._happened(f"a {viewer.role}'s device was wiped")


class Household(Town):
    """A grandmother, her daughter, a child who comes of age, a neighbour, three professionals."""

    server: Bureau
    acts_most = 5

    def make_server(self, sabotage: Sabotage | None) -> Bureau:
        names = ("elder", "daughter", "neighbour", "young", "doctor", "physio", "nurse")
        kinds = ("person", "person", "person", "person", *["professional"] * 3)
        ids = {name: self.chance.new_id() for name in names}
        professions = dict(zip(names[4:], PROFESSIONS, strict=True))
        self.ids = ids
        self.professionals = [ids[name] for name in names[4:]]
        self.people = {
            ids[name]: Person(kind, professions.get(name, ""))
            for name, kind in zip(names, kinds, strict=True)
        }
        return Bureau(
            self.chance, self.trace, self.sometimes, people=self.people, sabotage=sabotage
        )

    def populate(self) -> list[Device]:
        self.decide = Decisions(self.server, self.chance, lambda: next(self.words))
        self.goes_back = self.chance.happens(0.1)
        """Whether the server's clock may be set back: what time alone revealed stays told."""
        self.decide.announces = not self.goes_back
        days = 9_999.0 if self.goes_back else self.chance.between(3, 20)
        self.majority = BEGINNING + timedelta(days=days)
        elder, daughter = self.ids["elder"], self.ids["daughter"]
        self.home = self._open((elder, "holder"))
        self.nest = self._open((None, "holder"), (daughter, "representative"))
        targets = [*self.professionals, daughter, self.ids["neighbour"]]
        names = ["elder", "daughter", "doctor", *self.chance.pick(AMONG)]
        owners = [self.ids[name] for name in names]
        return [
            Phone(self.network, party_id, words=self.words, targets=targets) for party_id in owners
        ]

    def _open(self, *parties: tuple[UUID | None, str]) -> UUID:
        space = MemorySpace(self.chance.new_id())
        for party_id, role in parties:
            closes_at = self.majority if role == "representative" else None
            viewer = Viewer(
                viewer_id=self.chance.new_id(), party_id=party_id, role=role, closes_at=closes_at
            )
            space.viewers[viewer.viewer_id] = viewer
        self.server.spaces[space.space_id] = space
        return space.space_id

    async def settle_in(self) -> None:
        """Begin with some trust and some documents."""
        self.server.is_faulty = False
        for space_id in (self.home, self.nest):
            for party_id in self.professionals[:2]:
                consent = self.decide.consent(party_id, keeps_copy=True, is_open_ended=True)
                await self.server.edit(space_id, consent)
            for _ in range(self.chance.count(2, 4)):
                author_id = self.chance.pick(self.professionals)
                await self.server.edit(space_id, self.decide.deposit(author_id))
        for caregiver in ("daughter", "neighbour"):
            await self.server.edit(self.home, self.decide.mandate(self.ids[caregiver]))
        if self.chance.happens(0.5):
            await self.server.edit(self.home, self.decide.joined(self.ids["doctor"], "attending"))
        self.server.is_faulty = True

    # What is decided on the server.

    async def operate(self) -> None:
        verbs: list[tuple[Callable[[UUID], Awaitable[None]], float]] = [
            (self._consent, 12.0),
            (self._end_consent, 6.0),
            (self._join, 6.0),
            (self._leave, 6.0),
            (self._block, 4.0),
            (self._unblock, 7.0),
            (self._mandate, 9.0),
            (self._end_mandate, 9.0),
            (self._emergency, 12.0),
            (self._settings, 2.0),
            (self._change_matrix, 4.0),
            (self._deposit, 10.0),
            (self._version, 12.0),
            (self._release, 4.0),
            (self._withdraw, 7.0),
            (self._look_online, 10.0),
            (self._hand_over, 4.0),
            (self._back_up, 8.0),
            (self._restore, 5.0),
            (self._move_clock, 8.0 if self.goes_back else 0.5),
            (self._wait_a_year, 0.5),
        ]
        verb = self.chance.weighed(verbs)
        self.trace.note("operator", verb.__name__)
        await verb(self.home if self.chance.happens(0.6) else self.nest)

    async def _do(self, space_id: UUID, stage: Stage, what: str) -> None:
        self.sometimes.happened(what)
        await self.server.edit(space_id, stage)

    async def _consent(self, space_id: UUID) -> None:
        party_id = self.chance.pick(self.professionals)
        if not self.decide.standing(space_id, "blocks", party_id):
            consent = self.decide.consent(party_id, keeps_copy=self.chance.happens(0.7))
            await self._do(space_id, consent, "a consent was given")

    async def _end_consent(self, space_id: UUID) -> None:
        party_id = self.chance.pick(self.professionals)
        if given := self.decide.standing(space_id, "consents", party_id):
            await self._do(space_id, self.decide.ended("consents", given), "a consent was ended")

    async def _join(self, space_id: UUID) -> None:
        party_id = self.chance.pick(self.professionals)
        role = self.chance.weighed([("member", 2.0), ("attending", 1.0), ("administrator", 0.5)])
        await self._do(space_id, self.decide.joined(party_id, role), f"a team has a new {role}")

    async def _leave(self, space_id: UUID) -> None:
        party_id = self.chance.pick(self.professionals)
        if joined := self.decide.standing(space_id, "care_team", party_id):
            await self._do(space_id, self.decide.ended("care_team", joined), "a team was left")

    async def _block(self, space_id: UUID) -> None:
        party_id = self.chance.pick(self.professionals)
        stage = self.decide.blocked(space_id, party_id)
        await self._do(space_id, stage, "a professional was blocked")

    async def _unblock(self, space_id: UUID) -> None:
        if blocks := self.decide.standing(space_id, "blocks"):
            lifted = self.decide.withdrawn(self.chance.pick(blocks), SYSTEM)
            await self._do(space_id, lifted, "a block was lifted")

    async def _mandate(self, _: UUID) -> None:
        party_id = self.ids[self.chance.pick(("daughter", "neighbour"))]
        await self._do(self.home, self.decide.mandate(party_id), "a mandate was renewed")

    async def _end_mandate(self, _: UUID) -> None:
        party_id = self.ids[self.chance.pick(("daughter", "neighbour"))]
        known = self.decide.standing(self.home, "mandates", party_id)
        if not known:
            return
        is_away = any(
            device.party_id == party_id and self.home in device.spaces() and not device.is_busy
            for device in self.devices
        )
        what = "a mandate ended while its device was away" if is_away else "a mandate ended early"
        await self._do(self.home, self.decide.ended("mandates", known), what)

    async def _emergency(self, space_id: UUID) -> None:
        party_id = self.chance.pick(self.professionals)
        await self._do(space_id, self.decide.emergency(party_id), "an emergency was declared")

    async def _settings(self, space_id: UUID) -> None:
        await self._do(space_id, self.decide.settings(space_id), "settings were changed")

    async def _change_matrix(self, _: UUID) -> None:
        number, today = self.server.version.number + 1, self.server.now().date()
        self.server.version = make_version(number, today, self.chance)
        self.sometimes.happened("the matrix changed")

    async def _deposit(self, space_id: UUID) -> None:
        author_id = self.chance.pick(self.professionals)
        await self._do(
            space_id, self.decide.deposit(author_id), "a professional deposited a record"
        )

    def _paper(self, space_id: UUID) -> Record | None:
        papers = self.decide.standing(space_id, DOCUMENTS)
        records = self.server.spaces[space_id].records
        masked = [record_id for record_id in papers if records[record_id].restrictions]
        if masked and self.chance.happens(0.6):
            papers = masked
        return records[self.chance.pick(papers)] if papers else None

    async def _version(self, space_id: UUID) -> None:
        if (paper := self._paper(space_id)) is not None:
            stage = self._sabotaged(self.decide.deposit(paper.depositor_id, of=paper))
            is_masked = bool(paper.restrictions)
            what = "a masked document had a version" if is_masked else "a document had a version"
            await self._do(space_id, stage, what)

    def _sabotaged(self, stage: Stage) -> Stage:
        """Forget from whom a document is kept, if that is what is broken."""
        if self.server.sabotage is not Sabotage.VERSIONS_UNMASKED:
            return stage

        def forget(*_: object) -> bytes:
            return b""

        async def broken(edit: object) -> None:
            edit._restrictions = forget  # type: ignore[attr-defined]
            await stage(edit)  # type: ignore[arg-type]

        return broken

    async def _release(self, space_id: UUID) -> None:
        if (paper := self._paper(space_id)) is None:
            return
        records = self.server.spaces[space_id].records
        drafts = [
            record_id
            for record_id in self.decide.standing(space_id, CONDITIONS)
            if records[record_id].family == paper.family
        ]
        stage = self.decide.released(paper.record_id, drafts)
        await self._do(space_id, stage, "a document was released")

    async def _withdraw(self, space_id: UUID) -> None:
        if (paper := self._paper(space_id)) is not None:
            stage = self.decide.withdrawn(paper.record_id, paper.depositor_id)
            await self._do(space_id, stage, "a document was withdrawn")

    async def _look_online(self, space_id: UUID) -> None:
        party_id = self.chance.pick(self.professionals)
        caller = Caller(party_id=party_id, device_id=self.chance.new_id())
        if await self.server.look_online(caller, space_id) is not None:
            self.sometimes.happened("a professional read online")
        else:
            self.sometimes.happened("a professional found nothing online")

    async def _hand_over(self, _: UUID) -> None:
        """Give a child that came of age the record in its own name."""
        space = self.server.spaces[self.nest]
        holder = next(viewer for viewer in space.viewers.values() if viewer.role == "holder")
        if self.server.now() < self.majority or holder.party_id is not None:
            return
        stage = self.server.handed_over(holder.viewer_id, self.ids["young"])
        await self._do(self.nest, stage, "a young adult took over")

    async def _back_up(self, _: UUID) -> None:
        await self.back_up()

    async def _restore(self, _: UUID) -> None:
        await self.restore()

    async def _wait_a_year(self, _: UUID) -> None:
        await self.wait_a_year()

    async def _move_clock(self, _: UUID) -> None:
        """Move the clock by a year: on, and sometimes back to where it was."""
        is_off = self.server.skew > timedelta(0)
        self.server.skew = timedelta(0) if self.goes_back and is_off else self.server.skew + YEAR
        self.sometimes.happened("the server's clock moved by a year")

    # The end.

    async def calm_down(self) -> None:
        """Wait until nothing turns by the clock for a while."""
        while True:
            now = self.server.now()
            soon = [at for at in self.server.turns() if now < at <= now + CALM]
            if not soon:
                return
            await asyncio.sleep((max(soon) - now).total_seconds() + 1)
