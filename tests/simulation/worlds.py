"""One seed, one world: the engine on its own in every third, the real rights in the others."""

from tests.simulation import virtual
from tests.simulation.hamlet import Hamlet
from tests.simulation.household import Household
from tests.simulation.observed import OF_REAL_RIGHTS, Sabotage
from tests.simulation.town import Result, Town

EVERY = 3
"""Each so many seeds, one is of the engine on its own."""


def simulate(seed: int, *, sabotage: Sabotage | None = None) -> Result:
    """Run one seed to its end."""
    return virtual.run(lambda: _run(seed, sabotage))


def town_of(seed: int, sabotage: Sabotage | None) -> type[Town]:
    """Say which town a seed is about; what is broken on purpose must be in it."""
    if sabotage is not None:
        return Household if sabotage in OF_REAL_RIGHTS else Hamlet
    return Household if seed % EVERY else Hamlet


async def _run(seed: int, sabotage: Sabotage | None) -> Result:
    town = town_of(seed, sabotage)(seed, sabotage)
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
