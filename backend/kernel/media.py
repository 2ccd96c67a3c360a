"""What the bodies of requests may be: JSON as it is, unless a handler reads its own."""

from typing import Any

from litestar import Request
from litestar.handlers import HTTPRouteHandler

from backend.kernel.errors import Refusal

JSON = "application/json"


class MediaTypeUnsupported(Refusal):
    """A body that says that it is something else, or that it is compressed."""

    code = "media-type-unsupported"
    status = 415


async def refuse_other_media(request: Request[Any, Any, Any]) -> None:
    """Refuse a body that is to be decoded and does not say that it is plain JSON.

    No compressed body is taken: a small one could grow without bound.

    Raises:
        MediaTypeUnsupported: It says that it is something else.
    """
    handler = request.scope["route_handler"]
    if not isinstance(handler, HTTPRouteHandler) or handler.parsed_data_field is None:
        return
    media_type = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if media_type != JSON:
        raise MediaTypeUnsupported("Send the body as application/json.")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise MediaTypeUnsupported("Send the body without compression.")
