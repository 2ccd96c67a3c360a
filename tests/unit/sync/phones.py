"""Real replicas on the real engine: a wire that a test can cut, and a clock that never waits."""

import random
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from sync.core.audience import Viewer
from sync.exchange import SpaceAsk, SyncRequest
from sync.pull import Page
from sync.replica import Replica, ReplicaStore, SpaceSeen, Unreachable
from tests.property.worlds import World, named

NOTES = "notes"


class PowerCut(BaseException):
    """The device stops here."""


class StillClock:
    """A clock that moves only when somebody sleeps, and remembers for how long."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 8, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


class Wire:
    """The way from one phone to the server; each request meets the next planned fate.

    Fates: "ok", "lost request", "lost reply", "doubled", "cut", "crash before",
    "crash after", an exception to raise, or a whole answer to give instead.
    """

    def __init__(self, world: World, viewer: int, device: object = 0) -> None:
        self.world = world
        self.caller = world.caller(viewer, device)
        self.fates: deque[str | Exception | bytes] = deque()
        self.requests: list[dict[str, Any]] = []
        self.answers: list[bytes] = []
        self.page_limit = 500

    async def sync(self, request: bytes) -> bytes:
        self.requests.append(msgspec.json.decode(request))
        fate = self.fates.popleft() if self.fates else "ok"
        if isinstance(fate, Exception):
            raise fate
        if isinstance(fate, bytes):
            return fate
        if fate == "crash before":
            raise PowerCut
        if fate == "lost request":
            raise Unreachable("No way.")
        answer = await self._serve(request)
        if fate == "doubled":
            answer = await self._serve(request)
        self.answers.append(answer)
        if fate == "crash after":
            raise PowerCut
        if fate == "lost reply":
            raise Unreachable("No reply.")
        return answer[: len(answer) // 2] if fate == "cut" else answer

    async def _serve(self, request: bytes) -> bytes:
        asked = msgspec.json.decode(request, type=SyncRequest)
        limited = [msgspec.structs.replace(s, limit=self.page_limit) for s in asked.spaces]
        return await self.world.exchange.sync(
            self.caller, msgspec.structs.replace(asked, spaces=limited)
        )


class StreamingWire(Wire):
    """A wire that can also stream a space, and break after some lines."""

    def __init__(self, world: World, viewer: int, device: object = 0) -> None:
        super().__init__(world, viewer, device)
        self.streams: list[str | None] = []
        self.breaks_after: int | None = None

    async def stream(self, space_id: UUID, checkpoint: str | None) -> AsyncGenerator[bytes, None]:
        self.streams.append(checkpoint)
        ask = SpaceAsk(space_id=space_id, checkpoint=checkpoint, limit=self.page_limit)
        sent = 0
        async for page in self.world.exchange.every_page(self.caller, ask):
            for line in lines_of(page):
                if sent == self.breaks_after:
                    raise Unreachable("It broke.")
                sent += 1
                yield line


def lines_of(page: Page) -> list[bytes]:
    """Write a page as a stream does: a change a line, then where they lead."""
    return [line for line in page.encode_lines().split(b"\n") if line]


class PhoneOf:
    """A replica with what a test needs to look at it and to restart it."""

    def __init__(self, wire: Wire, path: Path | str = ":memory:", seed: int = 0) -> None:
        self.wire = wire
        self.world = wire.world
        self.path = path
        self.clock = StillClock()
        self.store = ReplicaStore(path)
        self._ids = 0
        self._random = random.Random(seed)
        self.replica = self._make()
        self.space_id = wire.world.space_id
        self.learn(self.space_id)

    def learn(self, *space_ids: UUID, state: str = "open") -> None:
        self.replica.learn_spaces(
            SpaceSeen(space_id=i, role="holder", display_name=f"Person {i.hex[:4]}", state=state)
            for i in space_ids
        )

    def restart(self) -> None:
        """Start the program again over what is on disk."""
        if self.path != ":memory:":
            self.store.close()
            self.store = ReplicaStore(self.path)
        self.replica = self._make()

    def _make(self) -> Replica:
        return Replica(
            self.store, self.wire, clock=self.clock, random=self._random, new_id=self._new_id
        )

    def _new_id(self) -> UUID:
        self._ids += 1
        return named(self.wire.caller.device_id, "made", self._ids)

    def add(self, **fields: object) -> UUID:
        return self.replica.put(self.space_id, NOTES, None, fields)

    def edit(self, record_id: UUID, **fields: object) -> None:
        self.replica.put(self.space_id, NOTES, record_id, fields)

    def delete(self, record_id: UUID) -> None:
        self.replica.delete(self.space_id, NOTES, record_id)

    def fields(self, record_id: UUID) -> dict[str, Any] | None:
        shown = self.replica.get(self.space_id, record_id)
        return None if shown is None else shown.fields

    def shown(self) -> dict[UUID, dict[str, Any]]:
        return {s.record_id: s.fields for s in self.replica.records(self.space_id, NOTES)}

    def ops(self) -> list[dict[str, Any]]:
        """Return the queue as it is stored."""
        found = self.store.rows('SELECT kind, base, "set", was, attempts FROM op ORDER BY place')
        return [
            {
                **dict(row),
                "set": msgspec.json.decode(row["set"]),
                "was": msgspec.json.decode(row["was"]),
            }
            for row in found
        ]

    def sent(self) -> list[list[dict[str, Any]]]:
        """Return the ops of each request."""
        return [request["ops"] for request in self.wire.requests]

    async def holds_what_it_should(self) -> None:
        """Fail unless this phone is in step with what its viewer may see."""
        standing = self.replica.standing(self.space_id)
        viewer = next(
            i for i, v in enumerate(self.world.viewers) if v.party_id == self.wire.caller.party_id
        )
        assert standing.is_equal
        assert standing.waiting == 0
        assert self.shown() == await self.world.visible(viewer)


async def a_world(*, viewers: int = 2, name: str = "") -> World:
    """Make a world with one empty space."""
    return await World.make(viewers=viewers, name=name)


async def a_phone(world: World | None = None, viewer: int = 0, device: object = 0) -> PhoneOf:
    """Make a phone in memory."""
    return PhoneOf(Wire(world or await a_world(), viewer, device))


async def two_phones() -> tuple[PhoneOf, PhoneOf]:
    """Make a phone for each of two viewers of one space."""
    world = await a_world()
    return await a_phone(world, 0), await a_phone(world, 1)


async def a_shared_note(**fields: object) -> tuple[PhoneOf, PhoneOf, UUID]:
    """Make two phones that both hold one note."""
    one, other = await two_phones()
    record_id = one.add(**fields)
    await one.replica.sync()
    await other.replica.sync()
    return one, other, record_id


async def second_space(phone: PhoneOf, name: str = "second") -> UUID:
    """Give the phone's person an eye on one more, empty space."""
    space_id = named(name, "space")
    viewer = Viewer(
        viewer_id=named(name, "viewer"), party_id=phone.wire.caller.party_id, role="caregiver"
    )
    await phone.world.home.create(space_id, [viewer])
    phone.learn(space_id)
    return space_id


def lost_of(phone: PhoneOf) -> Sequence[tuple[dict[str, Any], str]]:
    """Return what was lost, oldest first, with the code of each."""
    return [(lost.fields, lost.code) for c in phone.replica.conflicts() for lost in c.lost]
