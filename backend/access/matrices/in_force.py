"""The matrix in force, ready for rules that cannot wait for a database."""

from collections.abc import Callable
from datetime import date, datetime

from backend.access.matrices.model import SHIPPED
from backend.access.matrices.service import current_matrix, shipped
from backend.access.reference import codes
from backend.access.rules.matrix import Matrix, Read, cell, may_read, turns
from backend.kernel.work import Work


class MatrixInForce:
    """The matrix that the newest transaction of this process saw."""

    def __init__(self, count_unknown: Callable[[str, int], None] = lambda *_: None) -> None:
        """Begin with the matrix that ships.

        *count_unknown* is told a known profession, and how many entries were kept
        from one of it because the matrix does not say.
        """
        self._count_unknown = count_unknown
        self._number = SHIPPED
        self._matrix: Matrix = shipped()
        self._turns = turns(self._matrix)
        self._readable: dict[tuple[str, date], frozenset[str]] = {}

    async def prepare(self, work: Work) -> None:
        """Take the matrix that is in force in a transaction."""
        number, matrix = await current_matrix(work)
        if number != self._number or matrix is not self._matrix:
            self._number, self._matrix = number, matrix
            self._turns = turns(matrix)
            self._readable.clear()

    def version(self, now: datetime) -> str:
        """Name what rights follow from: the matrix, and the last day on which its cells turned."""
        today = now.date()
        turned = max((day for day in self._turns if day <= today), default=date.min)
        return f"{self._number}/{turned.isoformat()}"

    def is_unknown(self, profession: str, category: str, now: datetime) -> bool:
        """Say whether the matrix says nothing of a category, so that it denies."""
        return cell(self._matrix, profession, category, now.date()).value is Read.UNKNOWN

    def count_unknown(self, profession: str, denials: int) -> None:
        """Count what was denied for not knowing; each other word would be a counter for ever."""
        if profession in codes().professions:
            self._count_unknown(profession, denials)

    def readable(self, profession: str, now: datetime) -> frozenset[str]:
        """Name the types of document and the collections that a profession may read."""
        key = profession, now.date()
        found = self._readable.get(key)
        if found is None:
            if len(self._readable) > _DAYS_KEPT_MAX:
                self._readable.clear()
            categories = {category for known, category in self._matrix.lines if known == profession}
            found = frozenset(
                one for one in categories if may_read(self._matrix, profession, one, key[1])
            )
            self._readable[key] = found
        return found


_DAYS_KEPT_MAX = 200
