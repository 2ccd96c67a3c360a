"""The matrix in force, and putting another in its place."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from backend.access.matrices import store
from backend.access.matrices.errors import (
    MatrixChanged,
    MatrixDateInvalid,
    MatrixInvalid,
    MatrixNotFound,
)
from backend.access.matrices.limits import COMPLAINTS_TOLD_MAX, NUMBER_MAX, PARSED_MAX
from backend.access.matrices.model import (
    SHIPPED,
    MatrixImported,
    MatrixOrder,
    MatrixVersion,
    Shift,
)
from backend.access.reference import codes, shipped_matrix
from backend.access.rules.matrix import Matrix
from backend.access.rules.matrix_review import Change, changes, review
from backend.kernel.work import Work

_parsed: dict[bytes, Matrix] = {}


async def current_matrix(work: Work) -> tuple[int, Matrix]:
    """Return the matrix in force at this instant, with its version.

    One point read tells which it is, so that every process takes a new one with
    its next transaction. What was read is kept by the hash of its text, which is
    right whichever database it came from.
    """
    found = await store.in_force(work.db, work.now)
    if found is None:
        return SHIPPED, shipped()
    number, digest = found
    matrix = _parsed.get(digest)
    if matrix is None:
        imported = await store.version(work.db, number)
        assert imported is not None
        matrix = _parsed[digest] = review(imported.text, codes()).matrix
        while len(_parsed) > PARSED_MAX:
            del _parsed[next(iter(_parsed))]
    return number, matrix


@lru_cache(maxsize=1)
def shipped() -> Matrix:
    """Return the matrix that came with the code."""
    return review(shipped_matrix(), codes()).matrix


async def matrix_version(work: Work, number: int | None) -> MatrixVersion:
    """Return a version of the matrix, the one in force when none is named.

    Raises:
        MatrixNotFound: No version has this number.
    """
    if number is None:
        found = await store.in_force(work.db, work.now)
        number = SHIPPED if found is None else found[0]
    if number == SHIPPED:
        text = shipped_matrix()
        return MatrixVersion(
            version=SHIPPED,
            digest=_digest(text).hex(),
            effective_at=None,
            imported_at=None,
            text=text,
        )
    imported = await store.version(work.db, number) if number <= NUMBER_MAX else None
    if imported is None:
        raise MatrixNotFound("No version of the matrix has this number.")
    return MatrixVersion(
        version=imported.version,
        digest=imported.digest.hex(),
        effective_at=imported.effective_at,
        imported_at=imported.imported_at,
        text=imported.text,
    )


async def import_matrix(work: Work, order: MatrixOrder) -> MatrixImported:
    """Put a matrix in force; the earlier ones are kept.

    The same text again, when it rules already, changes nothing.

    Raises:
        MatrixInvalid: Something is wrong with it, so that none of it is taken.
        MatrixDateInvalid: It would have ruled in the past.
        MatrixChanged: Another import came first.
    """
    read = review(order.text, codes())
    if read.complaints:
        told = (f"line {one.line}: {one.words}" for one in read.complaints[:COMPLAINTS_TOLD_MAX])
        raise MatrixInvalid(" ".join(told), pointer="/text")
    if order.effective_at is not None and order.effective_at < work.now:
        raise MatrixDateInvalid("It cannot have ruled in the past.", pointer="/effective_at")
    effective_at = order.effective_at or work.now
    number, before = await current_matrix(work)
    standing = await matrix_version(work, number)
    digest = _digest(order.text)
    if order.effective_at is None and standing.digest == digest.hex():
        return MatrixImported(
            status="unchanged", version=number, effective_at=standing.effective_at, shifts=()
        )
    imported = store.Imported(
        version=await store.last_number(work.db) + 1,
        digest=digest,
        effective_at=effective_at,
        imported_at=work.now,
        text=order.text,
    )
    if not await store.add(work.db, imported):
        raise MatrixChanged("Another matrix was imported at this moment.")
    return MatrixImported(
        status="created",
        version=imported.version,
        effective_at=effective_at,
        shifts=_shifts(before, read.matrix, effective_at),
    )


def _shifts(before: Matrix, after: Matrix, at: datetime) -> tuple[Shift, ...]:
    """Count what changes at once; what a cell's own dates change later is not in it."""
    today = at.date()
    found = [one for one in changes(before, after, codes(), today) if one.on == today]
    widened = _count(one for one in found if one.widens)
    narrowed = _count(one for one in found if one.narrows)
    return tuple(
        Shift(profession=profession, widened=widened[profession], narrowed=narrowed[profession])
        for profession in codes().professions
        if widened[profession] or narrowed[profession]
    )


def _count(found: Iterable[Change]) -> Counter[str]:
    return Counter(one.profession for one in found)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
