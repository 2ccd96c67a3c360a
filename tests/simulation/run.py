"""Run many seeds: `python -m tests.simulation.run --seed 1 --runs 2000 --jobs 2`.

One seed is one world that always goes the same way. At the first violation it
prints the seed, the commit, the end of the trace and how to see it again.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import click

from tests.simulation.chance import SOMETIMES, Sometimes
from tests.simulation.observed import Sabotage
from tests.simulation.town import Result
from tests.simulation.worlds import simulate

RUNS_THAT_REACH_ALL = 120
"""From this many runs on, a fault that was never reached is a failure of its own."""

AT_ONCE = 20
TAIL_LINES = 40


def simulate_some(seeds: list[int], sabotage: Sabotage | None) -> list[Result]:
    """Run seeds until one fails; keep the trace of that one only."""
    results = []
    for seed in seeds:
        result = simulate(seed, sabotage=sabotage)
        if result.violation is None:
            result = result._replace(trace_tail=[])
        results.append(result)
        if result.violation is not None:
            break
    return results


def results_of(seeds: range, *, jobs: int, sabotage: Sabotage | None = None) -> Iterator[Result]:
    """Yield the result of each seed, in order, up to the first that fails."""
    chunks = [list(seeds[i : i + AT_ONCE]) for i in range(0, len(seeds), AT_ONCE)]
    with ExitStack() as stack:
        if jobs > 1:
            pool = stack.enter_context(ProcessPoolExecutor(jobs))
            answers = pool.map(simulate_some, chunks, [sabotage] * len(chunks))
            stack.callback(pool.shutdown, cancel_futures=True)
        else:
            answers = iter(simulate_some(chunk, sabotage) for chunk in chunks)
        for results in answers:
            for result in results:
                yield result
                if result.violation is not None:
                    return


def _commit() -> str:
    folder = Path(__file__).resolve().parent
    asked = subprocess.run(
        ["git", "-C", str(folder), "rev-parse", "--short=12", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() or "unknown"


def report(result: Result, sabotage: Sabotage | None = None) -> str:
    """Say what is needed to see a failure again."""
    broken = "" if sabotage is None else f" --sabotage {sabotage.value}"
    tail = "\n".join(line[:400] for line in result.trace_tail[-TAIL_LINES:])
    return (
        f"{tail}\n\nViolation: {result.violation}\n"
        f"Seed {result.seed}, commit {_commit()}, {result.events} events, "
        f"trace {result.trace_digest[:16]}\n"
        f"Again: python -m tests.simulation.run --seed {result.seed} --runs 1{broken}\n"
    )


@click.command()
@click.option("--seed", default=1, show_default=True, help="The first seed.")
@click.option("--runs", default=200, show_default=True, help="How many seeds, from that one on.")
@click.option("--jobs", default=1, show_default=True, help="How many processes.")
@click.option(
    "--sabotage",
    type=click.Choice([one.value for one in Sabotage]),
    help="Break the server on purpose: the run must then fail.",
)
def main(seed: int, runs: int, jobs: int, sabotage: str | None) -> None:
    """Run seeds and say what they reached."""
    broken = None if sabotage is None else Sabotage(sabotage)
    total, events, began = Sometimes(), 0, time.monotonic()
    results = results_of(range(seed, seed + runs), jobs=jobs, sabotage=broken)
    for done, result in enumerate(results, 1):
        events += result.events
        total.update(result.sometimes)
        if result.violation is not None:
            click.echo(report(result, broken))
            sys.exit(1)
        if done % 100 == 0 or done == runs:
            rate = done / (time.monotonic() - began)
            click.echo(f"{done} of {runs} seeds, {events} events, {rate:.1f} seeds a second")
    for what in SOMETIMES:
        click.echo(f"{total[what]:10d}  {what}")
    missing = total.missing()
    if missing and runs >= RUNS_THAT_REACH_ALL:
        click.echo(f"Never reached, so nothing is proved of: {', '.join(missing)}")
        sys.exit(1)


if __name__ == "__main__":
    main()
