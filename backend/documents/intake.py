"""How many files come in at one time: each is held in memory until it is filed."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from uuid import UUID

from backend.documents.errors import DocumentsBusy
from backend.documents.limits import UPLOADS_MAX, UPLOADS_PER_PERSON_MAX


class Intake:
    """Places for uploads; who sends slowly keeps theirs, so that nobody has many."""

    def __init__(
        self, *, places_max: int = UPLOADS_MAX, per_person_max: int = UPLOADS_PER_PERSON_MAX
    ) -> None:
        self._places_max = places_max
        self._per_person_max = per_person_max
        self._taken: Counter[UUID] = Counter()

    @contextmanager
    def place(self, depositor_id: UUID) -> Iterator[None]:
        """Hold a place while a file comes in.

        Raises:
            DocumentsBusy: All places are taken, or all that one person may have.
        """
        mine = self._taken[depositor_id]
        if mine >= self._per_person_max or self._taken.total() >= self._places_max:
            raise DocumentsBusy("Too many documents are coming in.")
        self._taken[depositor_id] += 1
        try:
            yield
        finally:
            self._taken[depositor_id] -= 1
            if not self._taken[depositor_id]:
                del self._taken[depositor_id]


@cache
def intake() -> Intake:
    """Return the places of this process."""
    return Intake()
