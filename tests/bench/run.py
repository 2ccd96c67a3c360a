"""`make bench`: ratios to a bare handler within one run, with what limits each.

Absolute figures are for orientation only; machines differ. CARNET_BENCH_URL
names a PostgreSQL database to measure instead of SQLite.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
from rich.console import Console
from rich.table import Table

from tests.bench.plans import middle_rate, planned_per_second, read_whole
from tests.bench.rights import measure as measure_rights
from tests.bench.rights import middle
from tests.bench.subjects import Filled, Server, drive, fill, get, ops, post

ROUNDS = int(os.environ.get("CARNET_BENCH_ROUNDS", "3"))
SECONDS = float(os.environ.get("CARNET_BENCH_SECONDS", "2"))
CONNECTIONS = 32
SIZES = {"small": 1_000, "middle": 10_000, "large": 100_000}


class Row:
    """One line of the table."""

    def __init__(self, what: str, value: str, target: str, *, reached: bool, limit: str) -> None:
        self.what, self.value, self.target = what, value, target
        self.reached, self.limit = reached, limit


class Bench:
    """Two servers, measured in turn so that a neighbour's noise falls on both."""

    def __init__(self, bare: Server, carnet: Server, filled: Filled) -> None:
        self.bare, self.carnet, self.filled = bare, carnet, filled
        self.figures: dict[str, Any] = {}

    def ratio(self, name: str, requests: list[bytes]) -> tuple[float, float, dict[str, Any]]:
        """Return the wall and CPU ratios to the bare handler, and one result."""
        wall, cpu = [], []
        result: dict[str, Any] = {}
        for _ in range(ROUNDS):
            base = drive(self.bare, [get("/")], seconds=SECONDS, connections=CONNECTIONS)
            result = drive(self.carnet, requests, seconds=SECONDS, connections=CONNECTIONS)
            wall.append(result["per_second"] / base["per_second"])
            cpu.append(base["cpu_us"] / result["cpu_us"])
        self.figures[name] = {"wall": wall, "cpu": cpu, **result}
        return statistics.median(wall), statistics.median(cpu), result

    def changes(self, space: str, checkpoint: str, **headers: str) -> bytes:
        """Write the request for the changes of one space."""
        space_id = self.filled.spaces[space]
        path = f"/v1/spaces/{space_id}/changes?checkpoint={self.filled.checkpoints[checkpoint]}"
        return get(path, self.filled.token, **headers)

    def poll(self) -> Row:
        """Nothing is new."""
        tag = self._etag("middle")
        request = self.changes("middle", "middle", If_None_Match=tag)
        wall, cpu, result = self.ratio("poll", [request])
        assert set(result["statuses"]) == {"304"}, result["statuses"]
        return Row(
            "no-change poll, signed in",
            f"{wall:.2f} wall, {cpu:.2f} CPU ({result['per_second']:.0f}/s)",
            "≥ 0.60",
            reached=max(wall, cpu) >= 0.6,
            limit="the server itself; three point reads, on SQLite after a commit",
        )

    def polls(self) -> Row:
        """Nothing is new for many people, each in a space of their own."""
        requests = []
        for token, space_id in self.filled.people:
            path = f"/v1/spaces/{space_id}/changes"
            headers = {"Authorization": f"Bearer {token}"}
            answer = httpx.get(f"http://127.0.0.1:{self.carnet.port}{path}", headers=headers)
            query = f"?checkpoint={answer.json()['checkpoint']}"
            requests.append(get(path + query, token, If_None_Match=answer.headers["etag"]))
        wall, cpu, result = self.ratio("polls", requests)
        assert set(result["statuses"]) == {"304"}, result["statuses"]
        return Row(
            f"the same, of {len(requests)} people in turns",
            f"{wall:.2f} wall, {cpu:.2f} CPU ({result['per_second']:.0f}/s)",
            "no target",
            reached=True,
            limit="the same; writing keys and reading rows",
        )

    def delta(self) -> Row:
        """A hundred changes out of ten thousand records."""
        request = self.changes("middle", "middle-before", Accept_Encoding="zstd")
        wall, cpu, result = self.ratio("delta", [request])
        assert set(result["statuses"]) == {"200"}, result["statuses"]
        return Row(
            "100 changes of 10,000, sealed",
            f"{wall:.2f} wall, {cpu:.2f} CPU, {result['bytes'] / 1000:.1f} kB",
            "≥ 0.10, ≤ 9 kB",
            reached=max(wall, cpu) >= 0.1 and result["bytes"] <= 9000,
            limit="opening 100 seals and reading 100 rows",
        )

    def first_sync(self) -> Row:
        """Ten thousand records to an empty phone, in one answer."""
        url = (
            f"http://127.0.0.1:{self.carnet.port}/v1/spaces/{self.filled.spaces['middle']}/changes"
        )
        headers = {
            "Authorization": f"Bearer {self.filled.token}",
            "Accept": "application/x-ndjson",
            "Accept-Encoding": "zstd",
        }
        times, size = [], 0
        with httpx.Client() as client:
            for _ in range(5):
                began = time.perf_counter()
                with client.stream("GET", url, headers=headers) as answer:
                    size = sum(len(piece) for piece in answer.iter_raw())
                times.append(time.perf_counter() - began)
        best, middle = min(times), statistics.median(times)
        self.figures["first_sync"] = {"seconds": times, "bytes": size}
        return Row(
            "first sync of 10,000, sealed",
            f"{middle:.3f} s (best {best:.3f}), {size / 1e6:.2f} MB",
            "≤ 0.2 s, ≤ 0.7 MB",
            reached=middle <= 0.2 and size <= 700_000,
            limit="opening seals and reading rows, then zstd",
        )

    def push(self, target: int) -> Row:
        """Batches of 100 new records, durable before they are answered."""
        space_id = self.filled.spaces["small"]
        one, eight = self._push(space_id, 1), self._push(space_id, 8)
        return Row(
            "push, batches of 100, durable, sealed",
            f"{one:.0f}/s with 1 client, {eight:.0f}/s with 8",
            f"≥ {target}",
            reached=max(one, eight) >= target,
            limit="checking and sealing bodies; one fsync a group",
        )

    def _push(self, space_id: Any, connections: int) -> float:
        rates = []
        for _ in range(ROUNDS):
            requests = [
                post(
                    "/v1/sync",
                    self.filled.token,
                    msgspec.json.encode({"ops": ops(space_id, 100), "spaces": []}),
                )
                for _ in range(int(250 * SECONDS))
            ]
            result = drive(self.carnet, requests, seconds=SECONDS, connections=connections)
            assert set(result["statuses"]) == {"200"}, result["statuses"]
            rates.append(result["per_second"] * 100)
        self.figures[f"push_{connections}"] = rates
        return statistics.median(rates)

    def flat(self) -> Row:
        """A delta costs the same in a small space and in a large one."""
        pairs = []
        for _ in range(ROUNDS + 2):
            small, large = (
                drive(
                    self.carnet,
                    [self.changes(space, f"{space}-before")],
                    seconds=SECONDS / 2,
                    connections=8,
                )
                for space in ("small", "large")
            )
            pairs.append(large["cpu_us"] / small["cpu_us"])
        middle = statistics.median(pairs)
        self.figures["flat"] = pairs
        return Row(
            "a delta in 100,000 records against 1,000",
            f"{middle:.2f} times the CPU",
            "0.80 to 1.20",
            reached=0.8 <= middle <= 1.2,
            limit="one more level of index pages",
        )

    def _etag(self, space: str) -> str:
        url = f"http://127.0.0.1:{self.carnet.port}/v1/spaces/{self.filled.spaces[space]}/changes"
        answer = httpx.get(
            url,
            params={"checkpoint": self.filled.checkpoints[space]},
            headers={"Authorization": f"Bearer {self.filled.token}"},
        )
        return answer.headers["etag"]


def rights(url: str, figures: dict[str, Any]) -> list[Row]:
    """Acts of rights on ten thousand entries; orders of size, for orientation."""
    seconds = asyncio.run(measure_rights(url))
    figures["rights"] = seconds
    limits: dict[str, tuple[int | None, str]] = {
        "mask": (50, "one record, its family, and a line for each viewer that loses it"),
        "block": (150, "reading the acts again; the copy is wiped whole, no line moves"),
        "consent": (None, "judging 10,000 entries, and writing as many lines"),
        "section mask": (None, "judging 10,000 entries, and writing as many lines"),
    }
    return [
        Row(
            f"a {act} on 10,000 entries",
            f"{middle(seconds[act]):.0f} ms",
            "once the whole space" if most is None else f"≤ {most} ms",
            reached=most is None or middle(seconds[act]) <= most,
            limit=limit,
        )
        for act, (most, limit) in limits.items()
    ]


def plans(figures: dict[str, Any]) -> Row:
    """What is due to a person of a mixed population, by the French calendar."""
    rates = planned_per_second()
    explained = planned_per_second(read_whole)
    figures["plans"], figures["plans_explained"] = rates, explained
    return Row(
        "persons planned by a calendar, one core",
        f"{middle_rate(rates):.0f}/s, {middle_rate(explained):.0f}/s with every silence explained",
        "≥ 10000",
        reached=middle_rate(rates) >= 10_000,
        limit="the ten rules or so that concern a person, and twenty lines of a plan",
    )


def main() -> None:
    """Measure, then print a table or JSON."""
    url = os.environ.get("CARNET_BENCH_URL", "sqlite")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        filled = asyncio.run(fill(url, folder, SIZES))
        began = time.perf_counter()
        carnet = Server("backend.server:create", {"CARNET_DATA": name, "CARNET_DATABASE_URL": url})
        bare = Server("tests.bench.bare:create", {})
        try:
            carnet.wait("/health/ready")
            start = time.perf_counter() - began
            memory = carnet.memory_mib()
            bare.wait("/")
            bench = Bench(bare, carnet, filled)
            rows = [bench.poll(), bench.polls(), bench.delta(), bench.first_sync()]
            rows += [bench.flat(), bench.push(8000 if url == "sqlite" else 4000)]
            rows.append(
                Row(
                    "start to first answer; memory at rest",
                    f"{start:.2f} s; {memory:.0f} MiB",
                    "≤ 1.5 s; ≤ 120 MiB",
                    reached=start <= 1.5 and memory <= 120,
                    limit="importing the framework",
                )
            )
        finally:
            carnet.stop()
            bare.stop()
    rows += rights(url, bench.figures)
    rows.append(plans(bench.figures))
    _show(rows, bench.figures)


def _show(rows: list[Row], figures: dict[str, Any]) -> None:
    if "--json" in sys.argv:
        print(json.dumps({"rows": [row.__dict__ for row in rows], "figures": figures}))
        return
    table = Table(box=None)
    for heading in ("what", "measured", "target", "", "limited by"):
        table.add_column(heading)
    for row in rows:
        table.add_row(row.what, row.value, row.target, "✓" if row.reached else "✗", row.limit)
    Console().print(table)


if __name__ == "__main__":
    main()
