"""What a server holds open while it serves: opened by concern, closed in the other order."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from litestar import Litestar
from litestar.datastructures import State

from backend.access.collection import ViewerRights
from backend.access.consents.delivery import Courier
from backend.access.guard import AccessGuard
from backend.access.journal.log import TICK_SECONDS
from backend.access.mandates.grants import MandateGrants
from backend.access.matrices.in_force import MatrixInForce
from backend.agenda.feed.reading import AgendaReader
from backend.calendars import reads_of
from backend.documents.blobs import BlobStore
from backend.documents.service import Desk
from backend.documents.sweeping import DocumentSweeper
from backend.identity.passwords import Passwords
from backend.identity.professionals.provider import OpenIdProvider
from backend.kernel.carriers import open_carriers
from backend.kernel.db import Database, open_database
from backend.kernel.edge import Asgi
from backend.kernel.errors import Refusal
from backend.kernel.keys import KeyFileMissing, Keys
from backend.kernel.limits import RequestLimits, TooManyChanges
from backend.kernel.outbox import open_outbox
from backend.kernel.sealing import FileKeys
from backend.kernel.spaces import SpaceTransactions
from backend.kernel.supervision import Supervisor
from backend.kernel.work import Guard, Office
from backend.operations.housekeeping import (
    HOUSEKEEPING_SECONDS,
    RIGHTS_SECONDS,
    keep_house,
    keep_log,
    keep_majorities,
    keep_rights,
    note_birthdays,
)
from backend.patients import PatientRecords
from backend.practice import PracticeWorlds
from backend.preferences.opening import open_told
from backend.record import ALL
from backend.reminders.facts import Reads
from backend.reminders.guard import PlanningGuard
from backend.reminders.opening import Clockwork, open_reminders
from backend.reminders.planner import Nudges
from backend.reminders.service import Planning
from backend.settings import BLOBS_FOLDER, Settings
from backend.workshops.ports import AgentsDesk
from backend.workshops.reach import narrowing
from backend.workshops.tickets import WorkshopTickets
from notifications import schedule
from notifications.customs import customs
from sync.exchange import Exchange
from sync.pokes import Pokes
from sync.ports import Host

DAY_SECONDS = 86_400.0

MakeWorld = Callable[[Settings], tuple[Litestar, Asgi]]
"""Makes the application of a fictional world, and its door."""


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


@asynccontextmanager
async def opened(app: Litestar, *, make_world: MakeWorld) -> AsyncIterator[None]:
    """Open everything that requests need; close it in the other order."""
    state = app.state
    async with AsyncExitStack() as stack:
        await _open_office(state, stack)
        await _open_record(state, stack)
        await _open_sign_in(state, stack)
        await _open_workshops(state, stack, make_world)
        if state.settings.demo:
            # Never loaded where real patients are.
            from backend.demo.moments import local_day
            from backend.demo.seed import seed

            desk = Desk(state.office, state.host, state.blobs, state.patients)
            folder = state.settings.data_folder
            await seed(desk, state.patients, folder=folder, today=local_day(state.office.clock()))
        # Before anybody is served: who represented a child that is of age by now is shut out.
        await note_birthdays(state.office)
        _start_clock(state, stack)
        yield


async def _open_office(state: State, stack: AsyncExitStack) -> None:
    """Open the data, its keys, and what leaves: all that a use case works with."""
    settings: Settings = state.settings
    settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    is_new_file = not settings.keys_path.exists()
    key_provider = FileKeys.open(settings.keys_path)
    database = await open_database(
        settings.database_url, settings.data_folder, address=settings.address
    )
    stack.push_async_callback(database.close)
    supervisor = Supervisor(state.metrics)
    stack.push_async_callback(supervisor.close)
    carriers = open_carriers(settings)
    stack.push_async_callback(carriers.close)
    outbox = open_outbox(settings, carriers, supervisor)
    stack.push_async_callback(outbox.close)
    keys = Keys(key_provider)
    if is_new_file:
        await _refuse_new_file(database, keys, settings)
    matrix = MatrixInForce(state.metrics.count_unknown)
    host = make_host(
        key_provider.checkpoint_key,
        matrix,
        attending_sees_masked=settings.attending_sees_masked,
    )
    nudges, reads = Nudges(), _reads(settings)
    office = Office(database, keys, outbox, _guard(state, matrix, reads, nudges))
    state.update(
        office=office,
        host=host,
        supervisor=supervisor,
        told=open_told(settings, office, carriers),
    )
    state.reminders = _open_reminders(state, reads, nudges)


def _reads(settings: Settings) -> Reads:
    """Say from what people's plans follow; the demonstration makes campaigns up."""
    if not settings.demo:
        return reads_of(settings)
    from backend.demo.family import campaigns

    return reads_of(settings, campaigns(datetime.now(settings.zone).date()))


def _guard(state: State, matrix: MatrixInForce, reads: Reads, nudges: Nudges) -> Guard:
    """Watch over rights and journal, and over what plans follow from."""
    guard = AccessGuard(matrix)
    return PlanningGuard(guard, reads, nudges.add) if state.settings.reminders else guard


def _open_reminders(state: State, reads: Reads, nudges: Nudges) -> Clockwork:
    """Plan what changes from now on, and be ready for the ticks."""
    planning = Planning(host=state.host, reads=reads, customs=customs())
    clockwork = open_reminders(state.office, planning, state.told, nudges, state.metrics)
    if state.settings.reminders:
        state.supervisor.keep("plans", clockwork.planner.run)
    return clockwork


async def _refuse_new_file(database: Database, keys: Keys, settings: Settings) -> None:
    try:
        await database.look(keys.refuse_new_file)
    except KeyFileMissing:
        settings.keys_path.unlink()  # Made a moment ago, and nothing was sealed with it.
        raise


async def _open_record(state: State, stack: AsyncExitStack) -> None:
    """Open what serves records: their sync, their documents, who may be asked for consent."""
    settings: Settings = state.settings
    office, host = state.office, state.host
    pokes = Pokes()
    stack.callback(pokes.close)
    await office.database.listen(pokes.hear, state.supervisor)
    courier = Courier(office, host)
    state.supervisor.keep("consent requests", courier.run)
    state.update(
        agenda=AgendaReader(office, host),
        exchange=Exchange(SpaceTransactions(office), host),
        pokes=pokes,
        limits=RequestLimits(settings.device_requests),
        op_limits=RequestLimits(
            settings.device_ops, window_seconds=DAY_SECONDS, refusal=TooManyChanges
        ),
        blobs=BlobStore(settings.data_folder / BLOBS_FOLDER),
        courier=courier,
        patients=PatientRecords(host),
    )


async def _open_sign_in(state: State, stack: AsyncExitStack) -> None:
    """Open what sign-in needs beside the data."""
    passwords = Passwords()
    stack.callback(passwords.close)
    provider = OpenIdProvider(state.settings.provider)
    stack.push_async_callback(provider.close)
    state.update(passwords=passwords, provider=provider, grants=MandateGrants())


async def _open_workshops(state: State, stack: AsyncExitStack, make_world: MakeWorld) -> None:
    """Open fictional worlds, and the narrowed way to the data for requests of support agents."""
    settings: Settings = state.settings
    practices = PracticeWorlds(settings, make_world)
    await practices.sweep()  # What a crash has left.
    stack.push_async_callback(practices.close)
    office: Office = state.office
    narrowed = await office.database.narrowed(narrowing(settings.agents_database_url))
    state.update(
        agents_desk=AgentsDesk(
            agents=office.over(narrowed),
            server=office,
            passwords=state.passwords,
            practices=practices,
        ),
        practices=practices,
        tickets=WorkshopTickets(),
    )


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
    if state.settings.reminders:
        reminders = state.reminders
        schedule.tick(clock, plan=reminders.planner.run_due, dispatch=reminders.send_due)
    clock.start()
    stack.callback(clock.shutdown, wait=False)
