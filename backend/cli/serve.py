"""Starting the server, and bringing its database up to date."""

import asyncio
import contextlib
import errno
import logging
import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from backend.cli.heard import heard
from backend.cli.screen import tell
from backend.cli.spoken import Failure
from backend.cli.words import say
from backend.migrations import HEAD
from backend.settings import (
    DATABASE_FILE,
    LOCK_FILE,
    METRICS_FOLDER,
    Settings,
    SettingsInvalid,
    read_settings,
    refuse_unsafe,
)

_PORT_MAX = 65_535


class HeardLog(logging.Formatter):
    """Writes what the process that serves has to say in the language of the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{_LEVELS.get(record.levelno, '')}{heard(record.getMessage())}"


_LEVELS = {logging.WARNING: "! ", logging.ERROR: "✗ "}
_FORMATTERS = {name: {"()": "backend.cli.serve.HeardLog"} for name in ("generic", "access")}


def checked_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings, or say in a sentence what is wrong with them."""
    try:
        settings = read_settings(environment)
        refuse_unsafe(settings)
    except SettingsInvalid as error:
        raise Failure(heard(str(error))) from None
    return settings


@click.command()
@click.option("--host", help="Where to listen. [CARNET_HOST, 127.0.0.1]")
@click.option("--port", type=int, help="On which port. [CARNET_PORT, 8000]")
@click.option("--workers", type=int, help="Processes; more than one needs PostgreSQL.")
@click.option("--demo", is_flag=True, help="Make a fictional family at the first start.")
def serve(host: str | None, port: int | None, workers: int | None, *, demo: bool) -> None:
    """Start the server, and stop it with Ctrl-C."""
    options = {"HOST": host, "PORT": port, "WORKERS": workers, "DEMO": demo or None}
    given = {f"CARNET_{name}": str(value) for name, value in options.items() if value is not None}
    settings = checked_settings({**os.environ, **given})
    _refuse_counts(settings)
    _refuse_calendar(settings)
    _refuse_rings()
    _refuse_taken_port(settings)
    _refuse_shared_folder(settings)
    prepare_database(settings)
    _prepare_keys(settings)
    os.environ.update(given)  # For the processes that serve.
    _run(settings)


@click.command()
def migrate() -> None:
    """Bring the database up to date; nothing happens if it is."""
    settings = checked_settings()
    prepare_database(settings, quiet=False, also_postgresql=True)


def prepare_database(
    settings: Settings, *, quiet: bool = True, also_postgresql: bool = False
) -> None:
    """Make or migrate the database, before any server process has it open.

    On PostgreSQL in production the operator migrates first: several processes
    may start at once.
    """
    asyncio.run(prepare_database_async(settings, quiet=quiet, also_postgresql=also_postgresql))


async def prepare_database_async(
    settings: Settings, *, quiet: bool = True, also_postgresql: bool = False
) -> None:
    """Do what `prepare_database` does, inside a running event loop."""
    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        why = heard(error.strerror or str(error))
        raise Failure(say("data-folder-not-made", folder=settings.data_folder, why=why)) from None
    if settings.database_url == "sqlite":
        refuse_foreign_keys(settings.data_folder / DATABASE_FILE, settings)
    await _bring_up_to_date(settings, also_postgresql=also_postgresql)
    if not quiet:
        tell("database-up-to-date", mark="ok")


def refuse_foreign_keys(database: Path, settings: Settings) -> None:
    """Say in a sentence that the key file does not open this database."""
    from backend.cli.key_check import what_does_not_open
    from backend.kernel.sealing import KeyFileUnsafe

    try:
        trouble = what_does_not_open(database, settings.keys_path)
    except KeyFileUnsafe as error:
        raise Failure(heard(str(error))) from None
    if trouble is not None:
        raise Failure(trouble)


@contextlib.contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Keep every other process off a SQLite file, or say that one is there."""
    if settings.database_url != "sqlite":
        yield
        return
    from backend.kernel.db_sqlite import DatabaseInUse, Lock

    try:
        lock = Lock(settings.data_folder / LOCK_FILE, address="")
    except DatabaseInUse as error:
        raise Failure(heard(str(error))) from None
    try:
        yield
    finally:
        lock.release()


async def _bring_up_to_date(settings: Settings, *, also_postgresql: bool) -> None:
    is_file = settings.database_url == "sqlite"
    found = _sqlite_revision(settings.data_folder) if is_file else None
    if found != HEAD:
        # Alembic takes a third of a second to load: not at every start.
        from sqlalchemy.exc import DBAPIError

        from backend.migrations.runner import current_revision
        from backend.migrations.runner import migrate as run

        try:
            found = await current_revision(settings.database_url, settings.data_folder)
            if found != HEAD:
                if not is_file and not also_postgresql and settings.is_production:
                    raise Failure(say("database-behind"))
                tell("database-preparing", found=found or say("database-empty"), head=HEAD)
                with alone(settings):
                    has_roles = await run(settings.database_url, settings.data_folder)
                if not has_roles:
                    tell("roles-not-made", mark="warn")
        except (OSError, DBAPIError) as error:
            key = "database-refused" if is_file else "database-unreachable"
            raise Failure(say(key, why=why_refused(error))) from None


def why_refused(error: Exception) -> str:
    """Say in a few words why a database cannot be worked with."""
    said = str(getattr(error, "orig", None) or error)
    return heard(said.rpartition(">: ")[2])  # What the driver says after its own class.


def _sqlite_revision(data_folder: Path) -> str | None:
    path = data_folder / DATABASE_FILE
    if not path.exists():
        return None
    connection = sqlite3.connect(path)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()
    return None if row is None else str(row[0])


def _refuse_shared_folder(settings: Settings) -> None:
    """Say in a sentence what the server process would say after its start."""
    lock = settings.data_folder / LOCK_FILE
    if lock.exists() and lock.stat().st_size:
        with alone(settings):
            return  # Of a server that ended without a word.


def _prepare_keys(settings: Settings) -> None:
    """Make the key file at the first start: before several processes could each make one."""
    from backend.kernel.sealing import FileKeys, KeyFileUnsafe

    try:
        FileKeys.open(settings.keys_path)
    except KeyFileUnsafe as error:
        raise Failure(heard(str(error))) from None


def _refuse_calendar(settings: Settings) -> None:
    """Say in a sentence what is wrong with the calendar, before anything is made."""
    from backend.calendars import reads_of

    try:
        reads_of(settings)
    except SettingsInvalid as error:
        raise Failure(heard(str(error))) from None


def _refuse_rings() -> None:
    """Say in a sentence what is wrong with the file of rings, before anybody is reminded."""
    from notifications.core.customs import CustomsInvalid
    from notifications.customs import customs

    try:
        customs()
    except CustomsInvalid as error:
        raise Failure(heard(str(error))) from None


def _refuse_counts(settings: Settings) -> None:
    if not 0 <= settings.port <= _PORT_MAX:
        raise Failure(say("port-out-of-range", port=settings.port))
    if settings.workers < 1:
        raise Failure(say("workers-none", workers=settings.workers))


def _refuse_taken_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Failure(say("port-taken", port=settings.port, host=settings.host)) from None
            why = heard(error.strerror or str(error))
            raise Failure(
                say("port-not-here", host=settings.host, port=settings.port, why=why)
            ) from None


def _run(settings: Settings) -> None:
    from granian import Granian
    from granian.constants import Interfaces, Loops

    from backend.cli.readiness import tell_when_ready

    if settings.workers > 1:
        folder = settings.data_folder / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        os.environ[METRICS_FOLDER] = str(folder)
    server = Granian(
        "backend.server:create",
        factory=True,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        websockets=False,
        log_enabled=True,
        log_level="warning",  # type: ignore[arg-type]
        log_dictconfig={"formatters": _FORMATTERS},
        workers_kill_timeout=5,
        respawn_failed_workers=settings.workers > 1,
    )
    server.on_startup(lambda: tell_when_ready(settings))
    try:
        server.serve()
    except SystemExit:
        raise Failure(say("server-failed")) from None
    tell("server-stopped")
