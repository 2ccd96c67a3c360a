"""Thousands of random lives, planned word for word as they were before planning was made fast."""

import hashlib
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from notifications import calendars
from notifications.core.recommend import recommend
from notifications.core.recommendation import Plan, Status
from tests.unit.notifications.lives import lives

FROZEN = Path(__file__).with_name("lives.toml")
SEED, LIVES, BATCH = 20261122, {"fr": 3000, "gb": 1000}, 50


def digest_of(plans: Sequence[Plan]) -> str:
    """Return a digest of every word of some plans."""
    said = hashlib.sha256()
    for plan in plans:
        told = (plan.calendar, plan.on, [*plan.recommendations], [*plan.silences], plan.problems)
        said.update(msgspec.json.encode(told))
    return said.hexdigest()[:16]


def digests(country: str) -> list[str]:
    """Plan all lives of a country, and return a digest for each batch of them."""
    pack = calendars.load(country)
    told = lives(pack, SEED, LIVES[country])
    found = []
    while batch := [*islice(told, BATCH)]:
        found.append(digest_of([recommend(pack, *life) for life in batch]))
    return found


@pytest.mark.parametrize("country", ["fr", "gb"])
def test_every_life_is_planned_word_for_word_as_it_is_frozen(country):
    """Status, days, names, reasons, notes, silences and problems, in their order.

    A change of a calendar changes them: `python -m tests.unit.notifications.test_lives`
    writes them anew, to be committed with that change and with no other.
    """
    frozen = msgspec.toml.decode(FROZEN.read_bytes())[country]

    assert digests(country) == frozen


@pytest.mark.parametrize("country", ["fr", "gb"])
def test_the_lives_meet_every_status_and_every_rule(country):
    """What no life meets, no digest keeps."""
    pack = calendars.load(country)
    plans = [recommend(pack, *life) for life in lives(pack, SEED, LIVES[country])]

    told = [one for plan in plans for one in plan.recommendations]
    assert {one.status for one in told} == set(Status)
    assert {one.item for one in told} == pack.items
    assert {one.item for plan in plans for one in plan.silences} == pack.items
    assert any(plan.problems for plan in plans)


def written() -> str:
    """Write the digests of every country as a file."""
    lines = ["# Digests of the plans of random lives, fifty to a line: see test_lives.py."]
    for country in LIVES:
        lines += ["", f"{country} = [", *(f'    "{one}",' for one in digests(country)), "]"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FROZEN.write_text(written())
