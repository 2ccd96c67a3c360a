"""The composition root: the one module that knows every room."""

import logging
from functools import partial
from typing import Any

from litestar import Controller, Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException

from backend.access.blocks.http import BlockController
from backend.access.care_team.http import CareTeamController, DeclaredTeamController
from backend.access.consents.http import AskingController, ConsentController
from backend.access.emergency.http import EmergencyController
from backend.access.journal.http import JournalController, LogController
from backend.access.mandates.http import (
    CaregiverRegistrationController,
    MandateController,
    SpaceMandateController,
)
from backend.access.matrices.http import MatrixController
from backend.access.minors.http import RepresentativeController
from backend.access.reading.http import EntryController
from backend.access.sight.http import MaskController, SightController
from backend.access.switches.http import SwitchController
from backend.agenda.feed.http import CalendarController, FeedController
from backend.documents.deposits.http import DepositController, ReleaseController
from backend.documents.http import DocumentController
from backend.identity.http import CONTROLLERS as IDENTITY_CONTROLLERS
from backend.kernel.edge import Asgi, Edge
from backend.kernel.errors import Refusal
from backend.kernel.health import HealthController
from backend.kernel.media import refuse_other_media
from backend.kernel.metrics import Metrics
from backend.kernel.problems import (
    ProblemController,
    problem_response,
    render_framework,
    render_refusal,
)
from backend.openapi import OPENAPI
from backend.opening import opened
from backend.operations.http import (
    MetricsController,
    OperatorController,
    provide_operator,
)
from backend.operations.reviews import ReviewController
from backend.polls import Polls
from backend.practice import PracticeDoor
from backend.preferences.http import CONTROLLERS as PREFERENCE_CONTROLLERS
from backend.prevention.http import VaccineController
from backend.seats import (
    provide_device,
    provide_limited_agent,
    provide_limited_caller,
    provide_limited_professional,
    provide_seat,
    provide_seated,
    provide_subscription,
)
from backend.settings import Settings, read_settings, refuse_unsafe
from backend.workshops.http import CONTROLLERS as WORKSHOP_CONTROLLERS
from sync.core.limits import REQUEST_BYTES_MAX
from sync.errors import SyncRefused
from sync.http import SyncController

log = logging.getLogger("carnet")

_SHARED = (
    "agenda",
    "agents_desk",
    "blobs",
    "courier",
    "exchange",
    "grants",
    "host",
    "metrics",
    "office",
    "passwords",
    "patients",
    "pokes",
    "provider",
    "settings",
    "supervisor",
    "tickets",
)


def _from_state(name: str) -> Provide:
    def provide(state: State) -> Any:
        return state[name]

    return Provide(provide, sync_to_thread=False)


def render_bug(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a bug: the log says where, and holds no word of the request."""
    log.error("bug", exc_info=error, extra={"path_template": request.scope.get("path_template")})
    return problem_response(request, "internal-error")


def render_unreadable(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a body that no decoder gets through: nothing of it was read."""
    detail = "The body is nested too deep."
    if isinstance(error, UnicodeDecodeError):
        detail = "The body is not UTF-8."
    return problem_response(request, "request-invalid", detail=detail)


def _development_controllers(settings: Settings) -> list[type[Controller]]:
    """Return doors that make people up: never loaded where real ones are."""
    if settings.is_production:
        return []
    from backend.operations.development import DevelopmentController

    return [DevelopmentController]


_CONTROLLERS: tuple[type[Controller], ...] = (
    HealthController,
    ProblemController,
    SyncController,
    DocumentController,
    DepositController,
    ReleaseController,
    JournalController,
    LogController,
    EntryController,
    VaccineController,
    EmergencyController,
    SwitchController,
    SightController,
    MaskController,
    OperatorController,
    ReviewController,
    MatrixController,
    MetricsController,
    AskingController,
    ConsentController,
    CareTeamController,
    DeclaredTeamController,
    BlockController,
    SpaceMandateController,
    MandateController,
    CaregiverRegistrationController,
    RepresentativeController,
    FeedController,
    CalendarController,
    *IDENTITY_CONTROLLERS,
    *PREFERENCE_CONTROLLERS,
    *WORKSHOP_CONTROLLERS,
)


def create_litestar(settings: Settings) -> Litestar:
    """Put the rooms together."""
    return Litestar(
        route_handlers=[*_CONTROLLERS, *_development_controllers(settings)],
        dependencies={
            **{name: _from_state(name) for name in _SHARED},
            "agent": Provide(provide_limited_agent),
            "caller": Provide(provide_limited_caller),
            "professional": Provide(provide_limited_professional),
            "seat": Provide(provide_seat),
            "seated": Provide(provide_seated),
            "device": Provide(provide_device),
            "operator": Provide(provide_operator),
            "subscription": Provide(provide_subscription),
        },
        exception_handlers={
            Refusal: render_refusal,
            SyncRefused: render_refusal,
            HTTPException: render_framework,
            RecursionError: render_unreadable,
            UnicodeDecodeError: render_unreadable,
            Exception: render_bug,
        },
        before_request=refuse_other_media,
        lifespan=[partial(opened, make_world=_make_world)],
        state=State({"settings": settings, "metrics": Metrics()}),
        request_max_body_size=REQUEST_BYTES_MAX,
        openapi_config=OPENAPI,
        logging_config=None,  # The process decides: backend/server.py.
    )


def serve_with(app: Litestar) -> Edge:
    """Put around the application what holds for every answer."""
    return Edge(PracticeDoor(app, Polls(app)), app.state.metrics)


def _make_world(settings: Settings) -> tuple[Litestar, Asgi]:
    """Make the application of a fictional world, to be served inside this one."""
    app = create_litestar(settings)
    return app, Polls(app)


def create_app(settings: Settings | None = None) -> Edge:
    """Make the application that a server runs."""
    settings = settings or read_settings()
    refuse_unsafe(settings)
    return serve_with(create_litestar(settings))
