"""The network between a device and the server: it loses, doubles, delays and cuts."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import msgspec

from sync.core.change import Op
from sync.errors import SyncRefused
from sync.exchange import SpaceAsk, SyncRequest
from sync.push import Caller
from sync.replica import Refused, Unreachable
from tests.simulation.chance import Chance, Sometimes, Trace
from tests.simulation.server import Down, Reply, SimulatedServer

DAY_SECONDS = 86_400.0
DELAY_DAYS_MAX = 7.0
TIMEOUT_SECONDS = 30.0
TRIP_SECONDS_MAX = 1.5

_FATES = (
    ("whole", 66.0),
    ("request lost", 6.0),
    ("reply lost", 8.0),
    ("twice", 6.0),
    ("days late", 4.0),
    ("cut", 4.0),
    ("busy", 4.0),
)


class Network:
    """What lies between all devices and the server."""

    def __init__(
        self, server: SimulatedServer, chance: Chance, trace: Trace, sometimes: Sometimes
    ) -> None:
        self.server = server
        self.is_faulty = True
        self.chance = chance
        self.trace = trace
        self.sometimes = sometimes
        self._under_way: dict[asyncio.Task[Reply], None] = {}
        self._arrived: dict[UUID, int] = {}

    def fate(self) -> str:
        """Choose what becomes of one request."""
        return self.chance.weighed(_FATES) if self.is_faulty else "whole"

    async def trip(self) -> None:
        """Take the time of one way."""
        await asyncio.sleep(self.chance.between(0.01, TRIP_SECONDS_MAX))

    def deliver(self, caller: Caller, body: bytes, place: int) -> "asyncio.Task[Reply]":
        """Hand a request to the server, which goes on with it whatever becomes of the device."""
        if self._arrived.get(caller.device_id, 0) > place:
            self.sometimes.happened("requests arrived out of order")
        self._arrived[caller.device_id] = max(place, self._arrived.get(caller.device_id, 0))
        task = asyncio.ensure_future(self._deliver(caller, body))
        self._under_way[task] = None
        task.add_done_callback(self._ended)
        return task

    def deliver_later(self, caller: Caller, body: bytes, place: int) -> None:
        """Hand a request to the server in some days; nobody waits for the answer."""
        seconds = self.chance.between(TIMEOUT_SECONDS, DELAY_DAYS_MAX * DAY_SECONDS)
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, lambda: self.deliver(caller, body, place))

    async def _deliver(self, caller: Caller, body: bytes) -> Reply:
        return await self.server.serve(lambda: self.server.sync(caller, body))

    def _ended(self, task: "asyncio.Task[Reply]") -> None:
        self._under_way.pop(task, None)
        if not task.cancelled():
            task.exception()  # Whoever waited has it; the judge has its own book of violations.


class Line:
    """One device's way to the server: a `StreamingTransport`."""

    def __init__(self, network: Network, caller: Caller) -> None:
        self._network = network
        self._caller = caller
        self._sent = 0

    async def sync(self, request: bytes) -> bytes:
        """Carry one request and perhaps its reply."""
        network = self._network
        self._sent += 1
        place = self._sent
        fate = network.fate()
        ops = msgspec.json.decode(request, type=SyncRequest).ops
        network.trace.note(_name(self._caller), f"sends {[_brief(op) for op in ops]}: {fate}")
        if fate in {"request lost", "days late"}:
            await self._never_arrives(fate, request, place)
        if fate == "busy":
            network.sometimes.happened("the server said it was busy")
            raise Refused(network.chance.pick([429, 503]), retry_after_seconds=2.0)
        await network.trip()
        reply = await self._arrive(request, place)
        if fate == "twice":
            network.sometimes.happened("a request arrived twice")
            network.deliver_later(self._caller, request, place)
        if fate == "reply lost":
            network.sometimes.happened("a reply was lost")
            await asyncio.sleep(TIMEOUT_SECONDS)
            raise Unreachable
        await network.trip()
        if fate == "cut":
            network.sometimes.happened("a reply was cut")
            return reply.body[: network.chance.count(0, len(reply.body) - 1)]
        network.server.judge.replied(self._caller, ops, reply.body, reply.restores)
        return reply.body

    async def _never_arrives(self, fate: str, request: bytes, place: int) -> None:
        if fate == "days late":
            self._network.sometimes.happened("a request arrived days late")
            self._network.deliver_later(self._caller, request, place)
        else:
            self._network.sometimes.happened("a request was lost")
        await asyncio.sleep(TIMEOUT_SECONDS)
        raise Unreachable

    async def _arrive(self, request: bytes, place: int) -> Reply:
        task = self._network.deliver(self._caller, request, place)
        try:
            return await asyncio.shield(task)
        except Down:
            raise Unreachable from None
        except SyncRefused as refused:
            raise Refused(refused.status, code=refused.code) from None

    async def stream(self, space_id: UUID, checkpoint: str | None) -> AsyncIterator[bytes]:
        """Carry every page of a space, or some."""
        network = self._network
        ask = SpaceAsk(space_id=space_id, checkpoint=checkpoint)
        breaks_after = network.chance.count(0, 12) if network.is_faulty else None
        lines = 0
        pages = network.server.every_page(self._caller, ask)
        try:
            async for page in pages:
                await network.trip()
                for line in page.splitlines():
                    if lines == breaks_after:
                        network.sometimes.happened("a stream broke")
                        raise Unreachable
                    lines += 1
                    yield line
        except Down:
            raise Unreachable from None
        except SyncRefused as refused:
            raise Refused(refused.status, code=refused.code) from None
        finally:
            await pages.aclose()
        network.sometimes.happened("a stream was whole")


def _brief(op: Op) -> str:
    return f"{op.kind.value} {op.record_id.hex[:4]} from {op.base} {op.was} to {op.set}"


def _name(caller: Caller) -> str:
    return caller.device_id.hex[:4]
