"""Whether this process lives, can serve, and what it is."""

from importlib.metadata import version

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from sqlalchemy import select, text

from backend.kernel.db import StorageUnavailable
from backend.kernel.supervision import Supervisor
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


class NotReady(StorageUnavailable):
    """A part of this process is down and being started again."""


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
        self, office: NamedDependency[Office], supervisor: NamedDependency[Supervisor]
    ) -> Health:
        """Ask the database for one answer, and every task that must run whether it does."""
        await office.read(lambda work: work.db.row(_ONE))
        if supervisor.down:
            raise NotReady(f"Not at work: {', '.join(sorted(supervisor.down))}.")
        return Health("ready")

    @get("/version", operation_id="getVersion", summary="Say which version this is.", security=[])
    async def version(self) -> Version:
        """Name the version of the product and of the API."""
        return Version("carnet", version("carnet"), "v1")
