"""Whether this process lives, can serve, and what it is."""

from importlib.metadata import version
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from sqlalchemy import select, text

from backend.kernel.db import StorageUnavailable
from backend.kernel.problems import problem_response
from backend.kernel.work import Office

_ONE = select(text("1"))


class Health(msgspec.Struct, frozen=True):
    """The state of this process."""

    status: str


class Version(msgspec.Struct, frozen=True):
    """What this process runs."""

    name: str
    version: str
    api: str


class HealthController(Controller):
    """For whoever watches over the server."""

    tags = ("operations",)

    @get("/health/live", operation_id="isLive", summary="Say that the process runs.", security=[])
    async def live(self) -> Health:
        """Answer as long as the process answers at all."""
        return Health("live")

    @get(
        "/health/ready",
        operation_id="isReady",
        summary="Say whether requests can be served.",
        security=[],
    )
    async def ready(
        self, request: Request[Any, Any, Any], office: NamedDependency[Office]
    ) -> Response[Any]:
        """Ask the database for one answer."""
        try:
            await office.look(lambda work: work.db.row(_ONE))
        except StorageUnavailable as refused:
            return problem_response(
                request, refused.code, retry_after_seconds=refused.retry_after_seconds
            )
        return Response(Health("ready"))

    @get("/version", operation_id="getVersion", summary="Say which version this is.", security=[])
    async def version(self) -> Version:
        """Name the version of the product and of the API."""
        return Version("carnet", version("carnet"), "v1")
