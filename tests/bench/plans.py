"""How many persons one core plans in a second: facts in, everything that is due out."""

import statistics
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from notifications import calendars
from notifications.core.facts import Facts
from notifications.core.pack import Pack
from notifications.core.recommend import recommend
from notifications.core.written import facts_of, read_persons
from tests.unit.notifications import worked

ROUNDS = 5
SECONDS = 1.0


def planned_per_second() -> list[float]:
    """Return a rate for each round, over the worked persons: from two months to 75 years old."""
    pack = calendars.load("fr")
    file = Path(worked.__file__).with_name("persons.toml")
    persons = read_persons(file.read_bytes())
    asked = [(facts_of(pack, person), person.on) for person in persons]
    for facts, on in asked:
        recommend(pack, facts, on)  # What is read once is read by now.
    return [_rate(asked, pack) for _ in range(ROUNDS)]


def _rate(asked: Sequence[tuple[Facts, date]], pack: Pack) -> float:
    count, began = 0, time.process_time()
    while time.process_time() - began < SECONDS:
        for facts, on in asked:
            recommend(pack, facts, on)
        count += len(asked)
    return count / (time.process_time() - began)


def middle_rate(rates: list[float]) -> float:
    """Return the middle of the rounds."""
    return statistics.median(rates)
