"""The queue of what somebody of the service must look into.

What it is about is sealed with its space; in clear are a kind and an instant.
"""

from uuid import UUID

from sqlalchemy import bindparam, insert, update

from backend.access.journal.tables import reviews
from backend.kernel.work import Work

OPEN = "open"
WITHDRAWN = "withdrawn"

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


def place(review_id: UUID) -> bytes:
    """Name the one place in a space where the content of a review opens."""
    return b"review/sealed/" + review_id.bytes
