"""The queue of what somebody of the service must look into.

What it is about is sealed with its space; in clear are a kind and an instant.
"""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, select, tuple_, update

from backend.access.journal.tables import reviews
from backend.kernel.errors import NotFound
from backend.kernel.keys import Erased
from backend.kernel.work import Work

OPEN = "open"
WITHDRAWN = "withdrawn"
CLOSED = "closed"
PAGE_MAX = 200
NOTE_CHARACTERS_MAX = 2_000

_QUEUE = insert(reviews)
_END = (
    update(reviews)
    .where(
        reviews.c.space_id == bindparam("in_space"),
        reviews.c.review_id == bindparam("this"),
        reviews.c.state == OPEN,
    )
    .values(state=bindparam("new_state"))
)
_CLOSE = (
    update(reviews)
    .where(
        reviews.c.space_id == bindparam("in_space"),
        reviews.c.review_id == bindparam("this"),
        reviews.c.state == OPEN,
    )
    .values(state=CLOSED, sealed=bindparam("new_sealed"))
)
_COLUMNS = (
    reviews.c.space_id,
    reviews.c.review_id,
    reviews.c.kind,
    reviews.c.created_at,
    reviews.c.state,
)
_LIST = (
    select(*_COLUMNS)
    .where(
        reviews.c.state == bindparam("in_state"),
        tuple_(reviews.c.created_at, reviews.c.review_id)
        > tuple_(
            bindparam("after_at", type_=reviews.c.created_at.type),
            bindparam("after_id", type_=reviews.c.review_id.type),
        ),
    )
    .order_by(reviews.c.created_at, reviews.c.review_id)
    .limit(bindparam("most"))
    .execution_options(all_spaces=True)
)
_ONE = select(*_COLUMNS, reviews.c.sealed).where(
    reviews.c.space_id == bindparam("in_space"), reviews.c.review_id == bindparam("this")
)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0)


class ReviewNotFound(NotFound):
    """No review here has this identifier, or somebody has closed it."""

    code = "review-not-found"


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """Something to look into, as its row says: what it is about is sealed."""

    space_id: UUID
    review_id: UUID
    kind: str
    created_at: datetime
    state: str


class OpenedReview(msgspec.Struct, frozen=True, kw_only=True):
    """A review with what it is about, and what was said when it was closed."""

    review: Review
    content: msgspec.Raw
    closed_at: datetime | None = None
    note: str | None = None


class _Closed(msgspec.Struct, frozen=True, kw_only=True):
    """What stands sealed in the place of the content once a review is closed."""

    content: msgspec.Raw
    closed_at: datetime
    note: str


async def queue(work: Work, space_id: UUID, kind: str, content: bytes) -> UUID:
    """Ask for a review in the transaction of what calls for it; return its identifier.

    Args:
        work: The transaction.
        space_id: The space that it is about.
        kind: A word without health: it is in clear.
        content: What the reviewer needs to know; it is sealed.
    """
    review_id = work.new_id()
    cipher = await work.keys.cipher(work.db, space_id)
    await work.db.run(
        _QUEUE,
        space_id=space_id,
        review_id=review_id,
        kind=kind,
        created_at=work.now,
        sealed=cipher.seal(place(review_id), content),
        state=OPEN,
    )
    return review_id


async def withdraw(work: Work, space_id: UUID, review_id: UUID) -> bool:
    """Take a review back that nobody has closed; False when there is none."""
    ended = await work.db.run(_END, in_space=space_id, this=review_id, new_state=WITHDRAWN)
    return ended == 1


async def reviews_after(
    work: Work, state: str, after: tuple[datetime, UUID] | None, most: int
) -> list[Review]:
    """Return reviews in a state, of every space, the longest waiting first.

    *after* is when the last one of the page before was asked for, and its identifier.
    """
    after_at, after_id = after or _BEGINNING
    rows = await work.db.rows(
        _LIST, in_state=state, after_at=after_at, after_id=after_id, most=most
    )
    return [_review(row) for row in rows]


async def open_review(work: Work, space_id: UUID, review_id: UUID) -> OpenedReview:
    """Return a review with what it is about.

    Raises:
        ReviewNotFound: There is none, or its space was erased.
    """
    row = await work.db.row(_ONE, in_space=space_id, this=review_id)
    if row is None:
        raise ReviewNotFound("There is no such review.")
    try:
        cipher = await work.keys.cipher(work.db, space_id)
    except Erased:
        raise ReviewNotFound("There is no such review.") from None
    review, plain = _review(row[:-1]), cipher.open(place(review_id), row[-1])
    if review.state != CLOSED:
        return OpenedReview(review=review, content=msgspec.Raw(plain))
    closed = msgspec.json.decode(plain, type=_Closed)
    return OpenedReview(
        review=review, content=closed.content, closed_at=closed.closed_at, note=closed.note
    )


async def close(work: Work, space_id: UUID, review_id: UUID, note: str) -> None:
    """Say what came of a review; it leaves the queue and is kept.

    Raises:
        ReviewNotFound: There is none that is open.
    """
    opened = await open_review(work, space_id, review_id)
    closed = _Closed(content=opened.content, closed_at=work.now, note=note)
    cipher = await work.keys.cipher(work.db, space_id)
    sealed = cipher.seal(place(review_id), msgspec.json.encode(closed))
    if await work.db.run(_CLOSE, in_space=space_id, this=review_id, new_sealed=sealed) != 1:
        raise ReviewNotFound("Nobody waits for this review.")


def _review(row: tuple[object, ...]) -> Review:
    return msgspec.convert(dict(zip(Review.__struct_fields__, row, strict=True)), Review)


def place(review_id: UUID) -> bytes:
    """Name the one place in a space where the content of a review opens."""
    return b"review/sealed/" + review_id.bytes
