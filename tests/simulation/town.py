"""One run: a few people, their devices, their spaces, and everything that goes wrong."""

import asyncio
from collections.abc import Coroutine, Iterator
from itertools import count
from typing import NamedTuple
from uuid import UUID

from tests.simulation.chance import Chance, Sometimes, Trace
from tests.simulation.devices import YEAR, Device
from tests.simulation.judge import Violation
from tests.simulation.network import DAY_SECONDS, DELAY_DAYS_MAX, Network
from tests.simulation.observed import Sabotage
from tests.simulation.server import Down, SimulatedServer

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


class Town:
    """Everybody in one run."""

    server: SimulatedServer
    acts_most = 3
    """How many things are done on the server in one moment."""

    def __init__(self, seed: int, sabotage: Sabotage | None) -> None:
        self.chance = Chance(seed)
        self.trace = Trace(asyncio.get_running_loop().time)
        self.sometimes = Sometimes()
        self.words = _words()
        self.server = self.make_server(sabotage)
        self.network = Network(self.server, self.chance, self.trace, self.sometimes)
        self.devices = self.populate()
        self.server.announced = self._announced
        self._poked: set[UUID] = set()
        self._poking: list[asyncio.Task[None]] = []

    def make_server(self, sabotage: Sabotage | None) -> SimulatedServer:
        """Make the server of this town."""
        raise AssertionError("A town has a server of its own.")

    def populate(self) -> list[Device]:
        """Open the spaces, and hand out the devices."""
        raise AssertionError("A town has people of its own.")

    async def settle_in(self) -> None:
        """Let what stands from the start be done."""

    def close(self) -> None:
        """Let go of every store."""
        for device in self.devices:
            device.close()

    async def live(self) -> str | None:
        """Let everything happen, then heal; return the first violation."""
        try:
            await self.settle_in()
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
        await _all(*busy, *(self._operate() for _ in range(self.chance.count(0, self.acts_most))))

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

    async def operate(self) -> None:
        """Do something on the server."""

    async def _operate(self) -> None:
        await asyncio.sleep(self.chance.between(0, 3 * SESSION_SECONDS_MAX))
        try:
            await self.operate()
        except Down:
            self.trace.note("operator", "finds the server down")

    async def back_up(self) -> None:
        """Copy everything that is committed."""
        self.server.back_up()

    async def restore(self) -> None:
        """Put the last copy back."""
        self.server.restore()

    async def wait_a_year(self) -> None:
        """Let nobody do anything for a year."""
        self.sometimes.happened("a device was away for a year")
        await asyncio.sleep(YEAR.total_seconds())

    # The end.

    async def calm_down(self) -> None:
        """Wait until time alone changes nothing for a while."""

    async def _heal(self) -> None:
        """Let what is under way arrive, then let everybody sync; then everything is equal."""
        await _all(*(_join(task) for task in self._poking))
        self.network.is_faulty = False
        self.server.heal()
        await asyncio.sleep(DELAY_DAYS_MAX * DAY_SECONDS + 3600)
        await self.calm_down()
        for _ in range(HEALING_ROUNDS):
            for device in self.devices:
                device.learn()
                await device.sync(attempts=1)
        if self.server.judge.violations:
            return
        self.server.judge.nothing_acknowledged_is_lost()
        for device in self.devices:
            device.holds_what_it_should()


def _words() -> Iterator[str]:
    return (f"#{n}#" for n in count(1))


async def _all(*works: Coroutine[object, object, None]) -> None:
    """Run works together; the first violation ends them all."""
    async with asyncio.TaskGroup() as group:
        for work in works:
            group.create_task(work)


async def _join(task: "asyncio.Task[None]") -> None:
    await task
