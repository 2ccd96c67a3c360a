"""Seeds of the simulation, and proof that its judge would notice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.chance import Sometimes
from tests.simulation.observed import Sabotage
from tests.simulation.run import report, results_of
from tests.simulation.worlds import simulate

pytestmark = pytest.mark.slow

SEEDS = 90
SABOTAGED_SEEDS = 120


def test_devices_converge_and_nothing_leaks_or_is_lost_under_every_fault() -> None:
    """Whatever the network, the server, the clocks and the devices do, in every world tried."""
    reached = Sometimes()

    for result in results_of(range(1, SEEDS + 1), jobs=1):
        assert result.violation is None, report(result)
        reached.update(result.sometimes)

    assert reached.missing() == []


def test_a_seed_always_goes_the_same_way() -> None:
    """The same seed leaves the same trace, in another process and with other hashes too."""
    here = [simulate(seed).trace_digest for seed in (7, 8, 7)]
    program = "from tests.simulation.worlds import simulate; print(simulate(7).trace_digest)"

    there = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert here[0] == here[2] == there.stdout.strip()
    assert here[0] != here[1]


NOTICED_AS = {
    Sabotage.NUMBERS_OUTSIDE_THE_LOCK: "gave a number twice",
    Sabotage.NO_MEMORY_OF_OPS: "was applied twice",
    Sabotage.ACKNOWLEDGED_BEFORE_COMMIT: "is acknowledged and not stored",
    Sabotage.HIDDEN_WITHOUT_WITHDRAWAL: "which is hidden from its reader",
    Sabotage.GRANT_UNCHECKED: "to one without a grant",
    Sabotage.LOSERS_DROPPED: "is nowhere",
    Sabotage.PAGES_SKIP: "had another digest",
    Sabotage.WITHDRAWAL_UNSAID: "had another digest",
    Sabotage.NOTHING_WRITTEN_DOWN: "the trail",
    Sabotage.ACTS_WITHOUT_EFFECT: "which is hidden from its reader",
    Sabotage.FAMILIES_APART: "which is hidden from its reader",
    Sabotage.VERSIONS_UNMASKED: "which is hidden from its reader",
    Sabotage.TIME_UNNOTICED: "a feed ends with",
    Sabotage.CLOSED_VIEWER_SERVED: "to one without a grant",
    Sabotage.MATRIX_UNNOTICED: "which is hidden from its reader",
    Sabotage.NAMES_TOLD: "which its reader may not see",
    Sabotage.NAMES_UNFOLLOWED: "instead of",
}


@pytest.mark.parametrize("sabotage", Sabotage, ids=lambda sabotage: sabotage.value)
def test_a_broken_server_is_noticed(sabotage: Sabotage) -> None:
    """Each invariant that is broken on purpose is found broken, or the judge sees nothing."""
    seen = (
        str(simulate(seed, sabotage=sabotage).violation) for seed in range(1, SABOTAGED_SEEDS + 1)
    )

    assert any(NOTICED_AS[sabotage] in violation for violation in seen)
