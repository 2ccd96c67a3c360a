"""How many persons one core plans in a second: facts in, everything that is due out.

Nobody is planned twice: three thousand persons of a mixed population, from newborns to
ninety years old, with their doses, examinations, illnesses, pregnancies and refusals.
They are made before the clock runs, and others of the same kind are planned first, so
that what is read once is read by then.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date

from notifications import calendars
from notifications.core.recommend import recommend
from notifications.core.recommendation import Plan
from tests.unit.notifications.lives import population

ROUNDS = 5
PERSONS = 3_000
ON = date(2026, 3, 10)


def planned_per_second(read: Callable[[Plan], object] = lambda plan: None) -> list[float]:
    """Return a rate for each round; *read* is done with each plan."""
    pack = calendars.load("fr")
    for facts in population(pack, seed=0, count=500, on=ON):
        read(recommend(pack, facts, ON))
    return [_rate(read, seed) for seed in range(1, ROUNDS + 1)]


def read_whole(plan: Plan) -> object:
    """Ask as well why each rule that is silent is."""
    return [one.reason.fr for one in plan.silences]


def _rate(read: Callable[[Plan], object], seed: int) -> float:
    pack = calendars.load("fr")
    persons = population(pack, seed=seed, count=PERSONS, on=ON)
    began = time.process_time()
    for facts in persons:
        read(recommend(pack, facts, ON))
    return len(persons) / (time.process_time() - began)


def middle_rate(rates: list[float]) -> float:
    """Return the middle of the rounds."""
    return statistics.median(rates)


if __name__ == "__main__":
    for name, rates in (
        ("planned", planned_per_second()),
        ("planned, and every silence explained", planned_per_second(read_whole)),
    ):
        print(f"{name}: {middle_rate(rates):.0f} persons a second")
