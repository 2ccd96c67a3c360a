"""A rights matrix that changes: small, and seen by each transaction as committed then."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from backend.access.matrices.in_force import MatrixInForce
from backend.access.rules.matrix import Line, Matrix, Read, turns
from tests.simulation.chance import Chance
from tests.simulation.oracle import Cells
from tests.simulation.records import CATEGORIES

PROFESSIONS = ("10", "70", "60")


class Version(NamedTuple):
    """One version of the matrix, in the form of each of those who ask."""

    number: int
    matrix: Matrix
    cells: Cells


def make_version(number: int, today: date, chance: Chance) -> Version:
    """Make a matrix in which some rights begin or end in the coming days."""
    cells: dict[tuple[str, str], tuple[date, date]] = {}
    for profession in PROFESSIONS:
        for category in CATEGORIES:
            if chance.happens(0.25):
                continue
            begins = today + timedelta(days=chance.weighed([(-9, 8.0), (2, 1.0)]))
            ends = today + timedelta(days=chance.weighed([(99_999, 8.0), (3, 1.0)]))
            cells[profession, category] = (begins, ends)
    lines = {
        cell: (Line(read=Read.YES, source="", effective_from=begins, effective_to=ends),)
        for cell, (begins, ends) in cells.items()
    }
    return Version(number, Matrix(lines), cells)


class SimulatedMatrix(MatrixInForce):
    """What a process knows of the matrix: what its newest transaction saw."""

    def __init__(self, committed: Callable[[], Version]) -> None:
        super().__init__()
        self._committed = committed

    def adopt(self) -> None:
        """Take the matrix that is in force now."""
        number, matrix, _ = self._committed()
        if matrix is not self._matrix:
            self._number, self._matrix, self._turns = number, matrix, turns(matrix)
            self._readable.clear()
