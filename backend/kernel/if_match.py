"""How a handler says that a change names what it was made from; `check_if_match` holds it to it."""

from typing import Annotated

from litestar.datastructures import ResponseHeader
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter

from backend.kernel.problems import MEDIA_TYPE, ProblemDetails

ETAG = ResponseHeader(
    name="ETag", description="To be sent back in If-Match.", documentation_only=True
)
IfMatchHeader = Annotated[
    str,
    HeaderParameter(name="If-Match", max_length=200, description="The `ETag` of what was read."),
]


def refused(words: str, *, status: int) -> dict[int, ResponseSpec]:
    """Describe one refusal of an operation."""
    return {
        status: ResponseSpec(
            ProblemDetails, description=words, media_type=MEDIA_TYPE, generate_examples=False
        )
    }


def conditions(changed: str) -> dict[int, ResponseSpec]:
    """Describe the refusals of a change whose `If-Match` is another or none."""
    return refused(changed, status=412) | refused("`If-Match` is missing.", status=428)
