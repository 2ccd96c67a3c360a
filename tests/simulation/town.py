"""One run: a few people, their devices, their spaces, and everything that goes wrong."""

import asyncio
from collections.abc import Coroutine, Iterator
from datetime import timedelta
from itertools import count
from typing import NamedTuple
from uuid import UUID

import msgspec

from sync.core.audience import Viewer
from sync.storage.memory import MemorySpace
from tests.simulation import virtual
from tests.simulation.chance import Chance, Sometimes, Trace
from tests.simulation.devices import YEAR, Device
from tests.simulation.judge import Violation
from tests.simulation.network import DAY_SECONDS, DELAY_DAYS_MAX, Network
from tests.simulation.rights import Facts
from tests.simulation.server import Down, Sabotage, SimulatedServer, Turn

MOMENTS = 8
MOMENT_DAYS_MAX = 4.0
SESSION_SECONDS_MAX = 4.0
HEALING_ROUNDS = 3


class Result(NamedTuple):
    """What one run came to."""

    seed: int
    violation: str | None
    trace_digest: str
    trace_tail: list[str]
    events: int
    sometimes: Sometimes


def simulate(seed: int, *, sabotage: Sabotage | None = None) -> Result:
    """Run one seed to its end."""
    return virtual.run(lambda: _run(seed, sabotage))


async def _run(seed: int, sabotage: Sabotage | None) -> Result:
    town = Town(seed, sabotage)
    violation = await town.live()
    town.close()
    return Result(
        seed=seed,
        violation=violation,
        trace_digest=town.trace.digest(),
        trace_tail=town.trace.tail(),
        events=town.trace.count,
        sometimes=town.sometimes,
    )


class Town:
    """Everybody in one run."""

    def __init__(self, seed: int, sabotage: Sabotage | None) -> None:
        self.chance = Chance(seed)
        self.trace = Trace(asyncio.get_running_loop().time)
        self.sometimes = Sometimes()
        self.server = SimulatedServer(self.chance, self.trace, self.sometimes, sabotage=sabotage)
        self.network = Network(self.server, self.chance, self.trace, self.sometimes)
        self.words = _words()
        self.parties = [self.chance.new_id() for _ in range(self.chance.count(2, 3))]
        self._settle()
        self.devices = [
            Device(self.network, party_id, words=self.words)
            for party_id in self.parties
            for _ in range(self.chance.weighed([(2, 8.0), (3, 3.0), (4, 1.0)]))
        ]
        self.server.announced = self._announced
        self._poked: set[UUID] = set()
        self._poking: list[asyncio.Task[None]] = []

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

    def close(self) -> None:
        """Let go of every store."""
        for device in self.devices:
            device.close()

    async def live(self) -> str | None:
        """Let everything happen, then heal; return the first violation."""
        try:
            for _ in range(MOMENTS):
                await asyncio.sleep(self.chance.between(0.01, MOMENT_DAYS_MAX) * DAY_SECONDS)
                await self._moment()
                if self.server.judge.violations:
                    break
            await self._heal()
        except* Violation:
            assert self.server.judge.violations
        return next(iter(self.server.judge.violations), None)

    async def _moment(self) -> None:
        """Let people be busy at the same time: it is then that things meet."""
        busy = [self._session(device) for device in self.devices if self.chance.happens(0.75)]
        await _all(*busy, *(self._operate() for _ in range(self.chance.count(0, 3))))

    # A person with a device.

    async def _session(self, device: Device) -> None:
        await asyncio.sleep(self.chance.between(0, SESSION_SECONDS_MAX))
        if self.chance.happens(0.03):
            device.replace()
        if self.chance.happens(0.03):
            device.move_clock()
        if not device.spaces() or self.chance.happens(0.4):
            device.learn()
        for _ in range(self.chance.count(1, 3)):
            for _ in range(self.chance.count(0, 2)):
                device.act()
            await self._connect(device)
            await asyncio.sleep(self.chance.between(0, SESSION_SECONDS_MAX))

    async def _connect(self, device: Device) -> None:
        how = self.chance.weighed([("sync", 60.0), ("die", 8.0), ("stay offline", 25.0)])
        if how == "sync":
            await device.sync()
        elif how == "die":
            await device.sync_and_die()

    def _announced(self, party_ids: frozenset[UUID]) -> None:
        """Wake one device that hears the poke, now and then."""
        hear = [
            device
            for device in self.devices
            if device.party_id in party_ids and device.caller.device_id not in self._poked
        ]
        if not hear or not self.network.is_faulty or not self.chance.happens(0.15):
            return
        device = self.chance.pick(hear)
        self._poked.add(device.caller.device_id)
        self._poking.append(asyncio.ensure_future(self._poke(device)))

    async def _poke(self, device: Device) -> None:
        device_id = device.caller.device_id
        await device.sync(attempts=1)
        self._poked.discard(device_id)

    # An operator, a professional, a patient with a browser.

    async def _operate(self) -> None:
        await asyncio.sleep(self.chance.between(0, 3 * SESSION_SECONDS_MAX))
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
                (self._back_up, 8.0),
                (self._restore, 6.0),
                (self._move_clock, 2.0),
                (self._wait_a_year, 0.7),
            ]
        )
        try:
            await what()
        except Down:
            self.trace.note("operator", "finds the server down")

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

    async def _back_up(self) -> None:
        self.server.back_up()

    async def _restore(self) -> None:
        self.server.restore()

    async def _move_clock(self) -> None:
        self.server.skew = self.chance.pick([-YEAR, YEAR])
        self.sometimes.happened("the server's clock moved by a year")

    async def _wait_a_year(self) -> None:
        self.sometimes.happened("a device was away for a year")
        await asyncio.sleep(YEAR.total_seconds())

    # The end.

    async def _heal(self) -> None:
        """Let what is under way arrive, then let everybody sync; then everything is equal."""
        await _all(*(_join(task) for task in self._poking))
        self.network.is_faulty = False
        self.server.heal()
        await asyncio.sleep(DELAY_DAYS_MAX * DAY_SECONDS + 3600)
        for _ in range(HEALING_ROUNDS):
            for device in self.devices:
                device.learn()
                await device.sync(attempts=1)
        if self.server.judge.violations:
            return
        self.server.judge.nothing_acknowledged_is_lost()
        for device in self.devices:
            device.holds_what_it_should()


def _with(facts: Facts, **changed: object) -> Facts:
    return msgspec.structs.replace(facts, **changed)


def _words() -> Iterator[str]:
    return (f"#{n}#" for n in count(1))


async def _all(*works: Coroutine[object, object, None]) -> None:
    """Run works together; the first violation ends them all."""
    async with asyncio.TaskGroup() as group:
        for work in works:
            group.create_task(work)


async def _join(task: "asyncio.Task[None]") -> None:
    await task
