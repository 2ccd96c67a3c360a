"""What waits to be looked into."""

from uuid import UUID

from sqlalchemy import bindparam, select

from backend.access.journal.tables import reviews
from backend.kernel.work import Office

_REVIEWS = (
    select(reviews.c.kind, reviews.c.state)
    .where(reviews.c.space_id == bindparam("space"))
    .order_by(reviews.c.created_at)
)


async def reviews_of(office: Office, space_id: str) -> list[tuple[str, str]]:
    """Return kind and state of each review of a space, the oldest first."""
    rows = await office.read(lambda work: work.db.rows(_REVIEWS, space=UUID(space_id)))
    return [(kind, state) for kind, state in rows]
