"""A town whose rights an operator turns by hand: it tries the engine of sync on its own."""

from datetime import timedelta
from uuid import UUID

import msgspec

from sync.core.audience import Viewer
from sync.storage.memory import MemorySpace
from tests.simulation.devices import YEAR, Device
from tests.simulation.observed import Sabotage
from tests.simulation.plain import PlainServer, Turn
from tests.simulation.rights import Facts
from tests.simulation.town import Town


class Hamlet(Town):
    """Holders and representatives; clocks that move either way."""

    server: PlainServer

    def make_server(self, sabotage: Sabotage | None) -> PlainServer:
        return PlainServer(self.chance, self.trace, self.sometimes, sabotage=sabotage)

    def populate(self) -> list[Device]:
        self.parties = [self.chance.new_id() for _ in range(self.chance.count(2, 3))]
        self._settle()
        return [
            Device(self.network, party_id, words=self.words)
            for party_id in self.parties
            for _ in range(self.chance.weighed([(2, 8.0), (3, 3.0), (4, 1.0)]))
        ]

    def _settle(self) -> None:
        """Give each space a holder and perhaps representatives."""
        for i in range(self.chance.count(1, 3)):
            space = MemorySpace(self.chance.new_id())
            holder = self.parties[i % len(self.parties)]
            for party_id in self.parties:
                if party_id == holder or self.chance.happens(0.6):
                    viewer = self._viewer(party_id, is_holder=party_id == holder)
                    space.viewers[viewer.viewer_id] = viewer
            self.server.spaces[space.space_id] = space

    def _viewer(self, party_id: UUID, *, is_holder: bool) -> Viewer:
        return Viewer(
            viewer_id=self.chance.new_id(),
            party_id=party_id,
            role="holder" if is_holder else "representative",
        )

    # An operator, a professional, a patient with a browser.

    async def operate(self) -> None:
        what = self.chance.weighed(
            [
                (self._hide, 30.0),
                (self._show, 14.0),
                (self._end, 7.0),
                (self._resume, 12.0),
                (self._end_by_clock, 5.0),
                (self._sweep, 8.0),
                (self._grant, 6.0),
                (self._allow_or_forbid_writes, 4.0),
                (self._deposit, 10.0),
                (self.back_up, 8.0),
                (self.restore, 6.0),
                (self._move_clock, 2.0),
                (self.wait_a_year, 0.7),
            ]
        )
        await what()

    def _eye(self) -> tuple[UUID, Viewer] | None:
        """Choose somebody's eye on a space, not the holder's."""
        eyes = [
            (space_id, viewer)
            for space_id, space in self.server.spaces.items()
            for viewer in space.viewers.values()
            if viewer.role != "holder"
        ]
        return self.chance.pick(eyes) if eyes else None

    def _some(self, space_id: UUID) -> frozenset[UUID]:
        """Choose some records of a space."""
        space = self.server.spaces[space_id]
        every = self.chance.count(1, 3)
        return frozenset(list(space.records)[self.chance.count(0, 2) :: every])

    async def _hide(self) -> None:
        if (eye := self._eye()) is None:
            return
        space_id, viewer = eye
        lines = {(viewer.viewer_id, record_id) for record_id in self._some(space_id)}
        await self._turn(space_id, lambda facts: _with(facts, hidden=facts.hidden | lines))
        self.sometimes.happened("a record was hidden")

    async def _show(self) -> None:
        if (eye := self._eye()) is None:
            return
        space_id, viewer = eye
        lines = {(viewer.viewer_id, record_id) for record_id in self._some(space_id)}
        if lines & self.server.facts.hidden:
            self.sometimes.happened("a record was shown again")
        await self._turn(space_id, lambda facts: _with(facts, hidden=facts.hidden - lines))

    async def _end(self) -> None:
        if (eye := self._eye()) is None:
            return
        space_id, viewer = eye
        await self._turn(space_id, lambda facts: _with(facts, over=facts.over | {viewer.viewer_id}))
        self.sometimes.happened("a grant ended")

    async def _resume(self) -> None:
        if (eye := self._eye()) is None:
            return
        space_id, viewer = eye
        viewer_id = viewer.viewer_id
        if viewer_id in self.server.facts.over:
            self.sometimes.happened("a grant began again")
        await self._turn(
            space_id,
            lambda facts: _with(
                facts,
                over=facts.over - {viewer_id},
                ends={i: end for i, end in facts.ends.items() if i != viewer_id},
            ),
        )

    async def _end_by_clock(self) -> None:
        """Set the end of a grant some moments ahead; nobody will be there to move the feed."""
        if (eye := self._eye()) is None:
            return
        space_id, viewer = eye
        end = self.server.now() + timedelta(seconds=self.chance.between(0, 10))
        ends = {viewer.viewer_id: end}
        await self._turn(space_id, lambda facts: _with(facts, ends={**facts.ends, **ends}))
        self.sometimes.happened("a grant ended by the clock")

    async def _sweep(self) -> None:
        """Move the feeds of the grants that have ended by themselves, perhaps long ago."""
        now = self.server.now()
        due = {i for i, end in self.server.facts.ends.items() if now >= end}
        for space_id in list(self.server.spaces):
            mine = due & self.server.spaces[space_id].viewers.keys()
            if mine:
                await self._turn(space_id, lambda facts: _with(facts, over=facts.over | mine))  # noqa: B023

    async def _grant(self) -> None:
        space_id = self.chance.pick(list(self.server.spaces))
        space = self.server.spaces[space_id]
        looking = {viewer.party_id for viewer in space.viewers.values()}
        others = [party_id for party_id in self.parties if party_id not in looking]
        if others:
            viewer = self._viewer(self.chance.pick(others), is_holder=False)
            await self.server.grant(space_id, viewer)
            self.sometimes.happened("a viewer was granted in mid-run")

    async def _allow_or_forbid_writes(self) -> None:
        if (eye := self._eye()) is None:
            return
        space_id, viewer = eye
        one = {viewer.viewer_id}
        await self._turn(space_id, lambda facts: _with(facts, read_only=facts.read_only ^ one))
        self.sometimes.happened("a viewer could no longer write")

    async def _turn(self, space_id: UUID, turn: Turn) -> None:
        self.trace.note("operator", f"turns rights in {space_id.hex[:4]}")
        await self.server.turn(space_id, turn)

    async def _deposit(self) -> None:
        space_id, record_id = self.chance.pick(list(self.server.spaces)), self.chance.new_id()
        fields = {"title": next(self.words), "text": next(self.words)}
        await self.server.deposit(space_id, record_id, fields)
        self.sometimes.happened("a professional deposited a record")

    async def _move_clock(self) -> None:
        self.server.skew = self.chance.pick([-YEAR, YEAR])
        self.sometimes.happened("the server's clock moved by a year")


def _with(facts: Facts, **changed: object) -> Facts:
    return msgspec.structs.replace(facts, **changed)
