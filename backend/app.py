"""The composition root: the one module that knows every room."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from litestar import Controller, Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException

from backend.access.blocks.http import BlockController
from backend.access.care_team.http import CareTeamController, DeclaredTeamController
from backend.access.collection import ViewerRights
from backend.access.consents.delivery import Courier
from backend.access.consents.http import AskingController, ConsentController
from backend.access.emergency.http import EmergencyController
from backend.access.guard import AccessGuard
from backend.access.journal.http import JournalController, LogController
from backend.access.journal.log import TICK_SECONDS
from backend.access.mandates.grants import MandateGrants
from backend.access.mandates.http import (
    CaregiverRegistrationController,
    MandateController,
    SpaceMandateController,
)
from backend.access.matrices.http import MatrixController
from backend.access.matrices.in_force import MatrixInForce
from backend.access.minors.http import RepresentativeController
from backend.access.reading.http import EntryController
from backend.access.sight.http import MaskController, SightController
from backend.access.switches.http import SwitchController
from backend.documents.blobs import BlobStore
from backend.documents.deposits.http import DepositController, ReleaseController
from backend.documents.http import DocumentController
from backend.documents.service import Desk
from backend.documents.sweeping import DocumentSweeper
from backend.identity.http import CONTROLLERS as IDENTITY_CONTROLLERS
from backend.identity.passwords import Passwords
from backend.identity.professionals.provider import OpenIdProvider
from backend.kernel.db import Database, open_database
from backend.kernel.edge import Asgi, Edge
from backend.kernel.errors import Refusal
from backend.kernel.health import HealthController
from backend.kernel.keys import KeyFileMissing, Keys
from backend.kernel.limits import RequestLimits, TooManyChanges
from backend.kernel.media import refuse_other_media
from backend.kernel.metrics import Metrics
from backend.kernel.outbox import open_outbox
from backend.kernel.problems import (
    ProblemController,
    problem_response,
    render_framework,
    render_refusal,
)
from backend.kernel.sealing import FileKeys
from backend.kernel.spaces import SpaceTransactions
from backend.kernel.supervision import Supervisor
from backend.kernel.work import Office
from backend.openapi import OPENAPI
from backend.operations.housekeeping import (
    HOUSEKEEPING_SECONDS,
    RIGHTS_SECONDS,
    keep_house,
    keep_log,
    keep_majorities,
    keep_rights,
    note_birthdays,
)
from backend.operations.http import (
    MetricsController,
    OperatorController,
    provide_operator,
)
from backend.operations.reviews import ReviewController
from backend.patients import PatientRecords
from backend.polls import Polls
from backend.practice import PracticeDoor, PracticeWorlds
from backend.record import ALL
from backend.seats import (
    provide_device,
    provide_limited_agent,
    provide_limited_caller,
    provide_limited_professional,
    provide_seat,
    provide_seated,
    provide_subscription,
)
from backend.settings import BLOBS_FOLDER, Settings, read_settings, refuse_unsafe
from backend.workshops.http import CONTROLLERS as WORKSHOP_CONTROLLERS
from backend.workshops.ports import AgentsDesk
from backend.workshops.reach import narrowing
from backend.workshops.tickets import WorkshopTickets
from sync.core.limits import REQUEST_BYTES_MAX
from sync.errors import SyncRefused
from sync.exchange import Exchange
from sync.http import SyncController
from sync.pokes import Pokes
from sync.ports import Host

log = logging.getLogger("carnet")


DAY_SECONDS = 86_400.0

_SHARED = (
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


def make_host(
    checkpoint_key: bytes, matrix: MatrixInForce, *, attending_sees_masked: bool = True
) -> Host:
    """Say to sync who it works for."""
    return Host(
        collections=ALL,
        rights=ViewerRights(matrix, attending_sees_masked=attending_sees_masked),
        refusal=Refusal,
        checkpoint_key=checkpoint_key,
    )


async def _refuse_new_file(database: Database, keys: Keys, settings: Settings) -> None:
    try:
        await database.look(keys.refuse_new_file)
    except KeyFileMissing:
        settings.keys_path.unlink()  # Made a moment ago, and nothing was sealed with it.
        raise


async def _open_practices(settings: Settings, stack: AsyncExitStack) -> PracticeWorlds:
    """Let fictional worlds be made, and remove those that a crash has left."""
    practices = PracticeWorlds(settings, _make_world)
    await practices.sweep()
    stack.push_async_callback(practices.close)
    return practices


async def _open_desk(
    settings: Settings, office: Office, passwords: Passwords, practices: PracticeWorlds
) -> AgentsDesk:
    """Open the narrowed way to the data, for requests of support agents."""
    narrowed = await office.database.narrowed(narrowing(settings.agents_database_url))
    return AgentsDesk(
        agents=office.over(narrowed), server=office, passwords=passwords, practices=practices
    )


@asynccontextmanager
async def _opened(app: Litestar) -> AsyncIterator[None]:
    """Open everything that requests need; close it in the other order."""
    settings: Settings = app.state.settings
    async with AsyncExitStack() as stack:
        settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_new_file = not settings.keys_path.exists()
        key_provider = FileKeys.open(settings.keys_path)
        database = await open_database(
            settings.database_url, settings.data_folder, address=settings.address
        )
        stack.push_async_callback(database.close)
        supervisor = Supervisor(app.state.metrics)
        stack.push_async_callback(supervisor.close)
        outbox = open_outbox(settings, supervisor)
        stack.push_async_callback(outbox.close)
        keys = Keys(key_provider)
        if is_new_file:
            await _refuse_new_file(database, keys, settings)
        matrix = MatrixInForce(app.state.metrics.count_unknown)
        office = Office(database, keys, outbox, AccessGuard(matrix))
        host = make_host(
            key_provider.checkpoint_key,
            matrix,
            attending_sees_masked=settings.attending_sees_masked,
        )
        patients = PatientRecords(host)
        passwords = Passwords()
        stack.callback(passwords.close)
        provider = OpenIdProvider(settings.provider)
        stack.push_async_callback(provider.close)
        pokes = Pokes()
        stack.callback(pokes.close)
        await database.listen(pokes.hear, supervisor)
        practices = await _open_practices(settings, stack)
        courier = Courier(office, host)
        supervisor.keep("consent requests", courier.run)
        app.state.update(
            agents_desk=await _open_desk(settings, office, passwords, practices),
            practices=practices,
            tickets=WorkshopTickets(),
            office=office,
            host=host,
            exchange=Exchange(SpaceTransactions(office), host),
            grants=MandateGrants(),
            limits=RequestLimits(settings.device_requests),
            op_limits=RequestLimits(
                settings.device_ops, window_seconds=DAY_SECONDS, refusal=TooManyChanges
            ),
            pokes=pokes,
            passwords=passwords,
            provider=provider,
            courier=courier,
            blobs=BlobStore(settings.data_folder / BLOBS_FOLDER),
            patients=patients,
            supervisor=supervisor,
        )
        if settings.demo:
            # Never loaded where real patients are.
            from backend.demo.seed import show_family

            desk = Desk(office, host, app.state.blobs, patients)
            await show_family(settings, desk, patients)
        # Before anybody is served: who represented a child that is of age by now is shut out.
        await note_birthdays(office)
        _start_clock(app.state, stack)
        yield


def _start_clock(state: State, stack: AsyncExitStack) -> None:
    clock = AsyncIOScheduler()
    office, host = state.office, state.host
    sweeper = DocumentSweeper(office, state.blobs)
    for tick, seconds, given in (
        (keep_log, TICK_SECONDS, [office]),
        (keep_rights, RIGHTS_SECONDS, [office, host, state.metrics]),
        (keep_house, HOUSEKEEPING_SECONDS, [office, sweeper]),
        (keep_majorities, HOUSEKEEPING_SECONDS, [office, host]),
    ):
        clock.add_job(tick, "interval", seconds=seconds, args=given)
    clock.start()
    stack.callback(clock.shutdown, wait=False)


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
    *IDENTITY_CONTROLLERS,
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
        lifespan=[_opened],
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
