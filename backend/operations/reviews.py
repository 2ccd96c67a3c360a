"""The queue of what somebody of the service must look into, for operators."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.access import reviews
from backend.access.emergency.model import EmergencyReview
from backend.access.emergency.peers import PeerComparison, compare
from backend.access.emergency.service import REVIEW as EMERGENCY
from backend.access.journal import service as journal
from backend.access.journal.answers import representative_behind
from backend.access.journal.model import Action, Actor, ActorKind, Trace
from backend.access.reviews import NOTE_CHARACTERS_MAX, PAGE_MAX, OpenedReview, Review
from backend.kernel.errors import InvalidInput
from backend.kernel.work import Office, Work


class ReviewPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some reviews, the longest waiting first; `next` is null after the last."""

    reviews: list[Review]
    next: str | None


class ReadReview(OpenedReview, frozen=True, kw_only=True):
    """A review with what it is about, and what goes with it."""

    peers: PeerComparison | None


class CloseRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of looking into it."""

    note: Annotated[str, msgspec.Meta(min_length=1, max_length=NOTE_CHARACTERS_MAX, pattern=r"\S")]


class ReviewController(Controller):
    """What somebody of the service must look into."""

    path = "/v1/operator/reviews"
    tags = ("operations",)

    @get(operation_id="listReviews", summary="List what waits to be looked into.")
    async def list_reviews(
        self,
        operator: NamedDependency[bool],
        office: NamedDependency[Office],
        in_state: Annotated[
            Literal["open", "closed", "withdrawn"],
            QueryParameter(name="state", description="Those that wait, when left out."),
        ] = "open",
        after: Annotated[
            str | None, QueryParameter(max_length=100, description="The `next` of the page before.")
        ] = None,
        limit: Annotated[
            int,
            QueryParameter(
                description=f"Reviews on a page, from 1 to {PAGE_MAX}.",
                ge=1,
                le=PAGE_MAX,
                examples=[Example(value=PAGE_MAX)],
            ),
        ] = PAGE_MAX,
    ) -> ReviewPage:
        """Return kinds and instants: what each is about stays sealed until it is read."""
        place = None if after is None else _place(after)
        found = await office.read(
            lambda work: reviews.reviews_after(work, in_state, place, limit + 1)
        )
        last = found[limit - 1] if len(found) > limit else None
        return ReviewPage(
            reviews=found[:limit],
            next=None if last is None else f"{last.created_at.isoformat()}_{last.review_id}",
        )

    @get(
        "/{space_id:uuid}/{review_id:uuid}",
        operation_id="readReview",
        summary="Read what one review is about.",
    )
    async def read_review(
        self,
        operator: NamedDependency[bool],
        office: NamedDependency[Office],
        space_id: FromPath[UUID],
        review_id: FromPath[UUID],
    ) -> ReadReview:
        """Return it; the person's journal says that the service has read it.

        An emergency comes with how often its professional declares one, beside their peers.
        """

        async def read(work: Work) -> ReadReview:
            opened = await reviews.open_review(work, space_id, review_id)
            actor = Actor(kind=ActorKind.OPERATOR)
            asked_by = representative_behind(opened.review.kind, bytes(opened.content))
            trace = Trace(
                at=work.now, actor=actor, action=Action.JOURNAL_READ, on_behalf_of=asked_by
            )
            await journal.write(work, space_id, trace)
            return ReadReview(**msgspec.structs.asdict(opened), peers=await _peers(work, opened))

        return await office.write(read)

    @post(
        "/{space_id:uuid}/{review_id:uuid}/close",
        operation_id="closeReview",
        status_code=204,
        summary="Close a review, with what came of it.",
    )
    async def close_review(
        self,
        operator: NamedDependency[bool],
        office: NamedDependency[Office],
        space_id: FromPath[UUID],
        review_id: FromPath[UUID],
        data: JSONBody[CloseRequest],
    ) -> None:
        """Take it out of the queue; it is kept with the note."""
        await office.write(lambda work: reviews.close(work, space_id, review_id, data.note))


async def _peers(work: Work, opened: OpenedReview) -> PeerComparison | None:
    """Compare whoever a review of an emergency is about with their peers."""
    if opened.review.kind != EMERGENCY:
        return None
    about = msgspec.json.decode(opened.content, type=EmergencyReview)
    return await compare(work, about.professional_id, about.profession)


def _place(text: str) -> tuple[datetime, UUID]:
    at, _, review_id = text.partition("_")
    try:
        found = datetime.fromisoformat(at), UUID(review_id)
    except ValueError:
        found = None
    if found is None or found[0].tzinfo is None:
        raise InvalidInput("Send the `next` of the page before.", pointer="/after")
    return found
