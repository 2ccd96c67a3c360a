"""Many random lives, planned word for word as they were before planning was made fast."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from notifications import calendars
from notifications.core.recommend import recommend
from notifications.core.recommendation import Plan, Status
from tests.unit.notifications.lives import lives

FROZEN = Path(__file__).with_name("lives.toml")
SEED, LIVES, BATCH = 20261122, {"fr": 1200, "gb": 500}, 50


def digest_of(plans: Sequence[Plan]) -> str:
    """Return a digest of every word of some plans."""
    said = hashlib.sha256()
    for plan in plans:
        told = (plan.calendar, plan.on, [*plan.recommendations], [*plan.silences], plan.problems)
        said.update(msgspec.json.encode(told))
    return said.hexdigest()[:16]


def plans_of(country: str) -> list[Plan]:
    """Plan all lives of a country."""
    pack = calendars.load(country)
    return [recommend(pack, *life) for life in lives(pack, SEED, LIVES[country])]


def digests(plans: Sequence[Plan]) -> list[str]:
    """Return a digest for each batch of plans."""
    return [digest_of(plans[i : i + BATCH]) for i in range(0, len(plans), BATCH)]


@pytest.mark.parametrize("country", ["fr", "gb"])
def test_every_life_is_planned_word_for_word_as_it_is_frozen(country):
    """Status, days, names, reasons, notes, silences and problems, in their order.

    A change of a calendar changes them: `python -m tests.unit.notifications.test_lives`
    writes them anew, to be committed with that change and with no other. What no life
    meets, no digest keeps: together they meet every status and every rule.
    """
    frozen = msgspec.toml.decode(FROZEN.read_bytes())[country]

    plans = plans_of(country)

    assert digests(plans) == frozen
    items = calendars.load(country).items
    told = [one for plan in plans for one in plan.recommendations]
    assert {one.status for one in told} == set(Status)
    assert {one.item for one in told} == items
    assert {one.item for plan in plans for one in plan.silences} == items
    assert any(plan.problems for plan in plans)


def written() -> str:
    """Write the digests of every country as a file."""
    lines = ["# Digests of the plans of random lives, fifty to a line: see test_lives.py."]
    for country in LIVES:
        lines += [
            "",
            f"{country} = [",
            *(f'    "{one}",' for one in digests(plans_of(country))),
            "]",
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FROZEN.write_text(written())
