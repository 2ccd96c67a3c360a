"""What reading from PostgreSQL leaves of a bare handler, before anything else is done.

`CARNET_BENCH_URL=postgresql://… python -m tests.bench.round_trips` prints ratios to
the bare handler for a handler that only waits a turn of the loop, and for handlers
that read one row of each of so many statements: by themselves, or together with
whoever waits at the same moment. A poll reads three, one of each kind of shard.
"""

import asyncio
import os
import statistics
from typing import Any

import asyncpg
from litestar import Litestar, get

from tests.bench.bare import Small
from tests.bench.subjects import Server, drive
from tests.bench.subjects import get as request

ROUNDS = int(os.environ.get("CARNET_BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("CARNET_BENCH_SECONDS", "1"))
CONNECTIONS = 32
MANNERS = {
    "waits a turn, reads nothing": ("together", 0),
    "one read by itself": ("alone", 1),
    "three reads by themselves": ("alone", 3),
    "one read, together": ("together", 1),
    "three reads, together": ("together", 3),
}
_READ = "SELECT oid, relname FROM pg_class WHERE oid = $1"
_ANY_TABLE = 1259


class Reads:
    """Reads of a bare handler."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._waiting: list[asyncio.Future[None]] = []
        self._reader: asyncio.Task[None] | None = None

    async def open(self, _: Litestar) -> None:
        """Connect."""
        self._pool = await asyncpg.create_pool(
            os.environ["CARNET_BENCH_URL"], min_size=16, max_size=16, reset=_as_it_is
        )

    async def alone(self) -> None:
        """Read each row by itself."""
        for _ in range(self._count):
            await self._pool.fetchrow(_READ, _ANY_TABLE)

    async def together(self) -> None:
        """Wait for reads that all who wait share."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        if self._reader is None:
            self._reader = asyncio.create_task(self._read())
        await waiter

    async def _read(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            await self.alone()
            for waiter in waiting:
                if not waiter.done():
                    waiter.set_result(None)
        self._reader = None


async def _as_it_is(connection: Any) -> None:
    """Give a connection back without a round trip, as the product does."""


def create() -> Any:
    """Make the application, for the manner that the environment names."""
    how, count = MANNERS[os.environ["CARNET_BENCH_MANNER"]]
    reads = Reads(count)
    read = {"alone": reads.alone, "together": reads.together}[how]

    @get("/")
    async def reading() -> Small:
        """Read, then answer."""
        await read()
        return Small("ok", 42)

    return Litestar([reading], on_startup=[reads.open], openapi_config=None, logging_config=None)


def main() -> None:
    """Measure each manner in turn with the bare handler."""
    bare = Server("tests.bench.bare:create", {})
    try:
        bare.wait("/")
        for manner in MANNERS:
            server = Server("tests.bench.round_trips:create", {"CARNET_BENCH_MANNER": manner})
            try:
                server.wait("/")
                wall, cpu = _ratios(bare, server)
            finally:
                server.stop()
            print(f"{manner:32} {wall:.2f} wall, {cpu:.2f} CPU")
    finally:
        bare.stop()


def _ratios(bare: Server, server: Server) -> tuple[float, float]:
    wall, cpu = [], []
    for _ in range(ROUNDS):
        base, read = (
            drive(one, [request("/")], seconds=SECONDS, connections=CONNECTIONS)
            for one in (bare, server)
        )
        wall.append(read["per_second"] / base["per_second"])
        cpu.append(base["cpu_us"] / read["cpu_us"])
    return statistics.median(wall), statistics.median(cpu)


if __name__ == "__main__":
    main()
