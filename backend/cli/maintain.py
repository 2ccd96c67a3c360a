"""Putting a copy back, and checking an installation."""

import asyncio
import contextlib
import os
import shutil
import socket
import sqlite3
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from rich.console import Console

from backend.cli.main import Failure
from backend.cli.operator_client import running_at
from backend.cli.serve import alone, checked_settings, prepare_database, refuse_foreign_keys
from backend.migrations import HEAD
from backend.settings import (
    BLOBS_FOLDER,
    DATABASE_FILE,
    NO_CALENDAR,
    Settings,
    SettingsInvalid,
    read_settings,
    refuse_unsafe,
)

console = Console(highlight=False)

_PORTS = {"https": 443, "http": 80, "smtps": 465, "smtp": 587}

Finding = tuple[str, str]  # `ok`, `warn` or `bad`, and a sentence.


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(folder: Path, *, yes: bool) -> None:
    """Put the copy in FOLDER in place of the data; every phone then syncs anew.

    What stands now is kept beside it. Stop the server first.
    """
    settings = checked_settings()
    if settings.database_url != "sqlite":
        raise Failure(
            "On PostgreSQL, restore with pg_restore, run `carnet migrate`, then "
            "`carnet journal restored`, which tells every phone."
        )
    if not (folder / DATABASE_FILE).exists():
        raise Failure(f"There is no {DATABASE_FILE} in this folder: it is not a copy of Carnet.")
    if running_at(settings):
        raise Failure("A server is running on this data folder. Stop it first.")
    refuse_foreign_keys(folder / DATABASE_FILE, settings)
    if not yes:
        click.confirm("Replace the data by this copy?", abort=True)
    settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(settings):  # A server that does not answer may still write.
        after = _last_numbers(settings.data_folder / DATABASE_FILE)
        aside = _move_aside(settings.data_folder)
        shutil.copy(folder / DATABASE_FILE, settings.data_folder / DATABASE_FILE)
        (settings.data_folder / DATABASE_FILE).chmod(0o600)
        if (folder / BLOBS_FOLDER).exists():
            shutil.copytree(folder / BLOBS_FOLDER, settings.data_folder / BLOBS_FOLDER)
    prepare_database(settings)
    asyncio.run(_begin_epoch(settings, after))
    console.print(f"[green]✓[/green] The copy is in place. What stood before is in {aside}.")


def _move_aside(data_folder: Path) -> Path:
    aside = data_folder / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
    aside.mkdir(mode=0o700)
    for name in (DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm", BLOBS_FOLDER):
        with contextlib.suppress(FileNotFoundError):
            (data_folder / name).rename(aside / name)
    return aside


def _last_numbers(database: Path) -> tuple[int, int]:
    """Return the highest epoch and number of the data that is about to be replaced.

    Zeros where they cannot be read, for a damaged file is why people restore.
    """
    if not database.exists():
        return 0, 0
    connection = sqlite3.connect(database)
    try:
        epoch, head = connection.execute("SELECT max(epoch), max(head) FROM space").fetchone()
        (seen,) = connection.execute("SELECT max(head) FROM viewer").fetchone()
    except sqlite3.DatabaseError:
        console.print(
            "[yellow]![/yellow] What stands now cannot be read. If this same copy was put back "
            "before, ask people to sign out on their phones and in again."
        )
        return 0, 0
    finally:
        connection.close()
    return epoch or 0, max(head or 0, seen or 0)


async def _begin_epoch(settings: Settings, after: tuple[int, int]) -> None:
    """Make every device start again, and say in every journal what happened.

    Numbers given since the copy will be given twice, and lines of journals written
    since are lost: phones that have seen them would find them missing.
    """
    from backend.access.guard import AccessGuard
    from backend.access.journal.restoring import say_restored
    from backend.access.matrices.in_force import MatrixInForce
    from backend.kernel.carriers import open_carriers
    from backend.kernel.db import open_database
    from backend.kernel.keys import Keys
    from backend.kernel.metrics import Metrics
    from backend.kernel.outbox import open_outbox
    from backend.kernel.sealing import FileKeys
    from backend.kernel.supervision import Supervisor
    from backend.kernel.work import Office
    from sync.storage.spaces import Reached, begin_epoch

    reached = Reached(epoch=after[0], head=after[1])

    database = await open_database(
        settings.database_url, settings.data_folder, address=settings.address
    )
    try:
        await database.write(lambda sql: begin_epoch(sql, reached))
        supervisor = Supervisor(Metrics())
        carriers = open_carriers(settings)
        outbox = open_outbox(settings, carriers, supervisor)
        keys = Keys(FileKeys.open(settings.keys_path))
        try:
            await say_restored(Office(database, keys, outbox, AccessGuard(MatrixInForce())))
        finally:
            await outbox.close()
            await carriers.close()
            await supervisor.close()
    finally:
        await database.close()


@click.command()
def doctor() -> None:
    """Check settings, database, keys, clock and SQLite, and say what to do."""
    try:
        settings = read_settings()
    except SettingsInvalid as error:
        raise Failure(str(error)) from None
    findings = [finding for check in _CHECKS for finding in check(settings)]
    marks = {"ok": "[green]✓[/green]", "warn": "[yellow]![/yellow]", "bad": "[red]✗[/red]"}
    for kind, words in findings:
        console.print(f"{marks[kind]} {words}")
    if any(kind == "bad" for kind, _ in findings):
        raise SystemExit(1)


def _check_settings(settings: Settings) -> list[Finding]:
    words = (
        f"Profile {settings.profile.value}, data in {settings.data_folder}, "
        f"listening on {settings.address}."
    )
    try:
        refuse_unsafe(settings)
    except SettingsInvalid as error:
        return [("ok", words), ("bad", str(error))]
    return [("ok", words)]


def _check_messages(settings: Settings) -> list[Finding]:
    if settings.message_channel != "gateway":
        return [("warn", "Messages are written to a file: nobody is sent a code or a reminder.")]
    findings: list[Finding] = []
    for name, url, way in (
        ("CARNET_SMS_URL", settings.sms_url, "SMS"),
        ("CARNET_SMTP_URL", settings.smtp_url, "e-mail"),
    ):
        if not url:
            findings.append(("warn", f"{name} is not set: nothing leaves by {way}."))
            continue
        findings.append(_reached(url, name))
    if settings.sms_url and not settings.sms_token:
        findings.append(("warn", "CARNET_SMS_TOKEN is not set: anybody may use that gateway."))
    if not settings.mail_from:
        findings.append(
            ("warn", "CARNET_MAIL_FROM is not set: push services cannot reach who runs this.")
        )
    return findings


def _reached(url: str, name: str) -> Finding:
    """Say whether something listens there; nothing is sent to it, and no secret shown."""
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    place = f"{parts.hostname}:{port}"
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=3):
            return ("ok", f"{name}: {place} answers.")
    except OSError:
        return ("bad", f"{name}: nothing answers at {place}. Check the address, and the way there.")


def _check_calendar(settings: Settings) -> list[Finding]:
    from backend.calendars import reads_of

    if not settings.reminders:
        return [("warn", "CARNET_REMINDERS is off: nothing is planned, and nobody is reminded.")]
    if settings.calendar == NO_CALENDAR:
        return [("warn", "CARNET_CALENDAR is none: no vaccine and no screening is advised.")]
    try:
        reads_of(settings)
    except SettingsInvalid as error:
        return [("bad", str(error))]
    campaigns = "" if settings.campaigns_file is None else f", campaigns {settings.campaigns_file}"
    return [("ok", f"Calendar {settings.calendar}{campaigns}.")]


def _check_folder(settings: Settings) -> list[Finding]:
    folder = settings.data_folder
    if folder.exists() and not folder.is_dir():
        return [("bad", f"{folder} is a file. Set CARNET_DATA to a folder.")]
    if not folder.exists():
        return [("warn", "The data folder does not exist yet; the first start makes it.")]
    if not os.access(folder, os.W_OK):
        return [("bad", f"{folder} cannot be written. Give it to the account that runs Carnet.")]
    free = shutil.disk_usage(folder).free
    if free < 1 << 30:
        return [("bad", f"Only {free >> 20} MiB are free. Make room: writes stop when it is full.")]
    return [("ok", f"{free >> 30} GiB are free in the data folder.")]


def _check_database(settings: Settings) -> list[Finding]:
    from backend.migrations.runner import current_revision

    if settings.database_url == "sqlite" and not (settings.data_folder / DATABASE_FILE).exists():
        return [("warn", "There is no database yet; `carnet serve` makes it.")]
    try:
        found = asyncio.run(current_revision(settings.database_url, settings.data_folder))
    except (OSError, sqlite3.DatabaseError) as error:
        return [("bad", f"The database cannot be opened ({error}). Check CARNET_DATABASE_URL.")]
    if found != HEAD:
        return [("warn", f"The database is at {found}, this code needs {HEAD}: `carnet migrate`.")]
    running = running_at(settings)
    state = f"a server answers at {running}" if running else "no server is running"
    return [("ok", f"The database is up to date; {state}.")]


def _check_keys(settings: Settings) -> list[Finding]:
    from backend.cli.key_check import what_does_not_open
    from backend.kernel.sealing import FileKeys, KeyFileUnsafe

    path = settings.keys_path
    database = settings.data_folder / DATABASE_FILE
    is_file = settings.database_url == "sqlite" and database.is_file()
    try:
        trouble = what_does_not_open(database, path) if is_file else None
        if trouble is not None:
            return [("bad", trouble)]
        if not path.exists():
            return [("warn", f"There is no key file yet; the first start makes {path}.")]
        FileKeys.open(path)
    except KeyFileUnsafe as error:
        return [("bad", str(error))]
    mode = stat.S_IMODE(path.stat().st_mode)
    return [("ok", f"The key file opens (mode {mode:04o}). Keep a copy apart from the data.")]


def _check_clock(settings: Settings) -> list[Finding]:
    findings: list[Finding] = []
    now = datetime.now(UTC)
    database = settings.data_folder / DATABASE_FILE
    if database.exists():
        ahead = database.stat().st_mtime - now.timestamp()
        if ahead > 2:
            return [
                ("bad", f"The clock is {ahead:.0f} s behind the data. Set it: codes depend on it.")
            ]
    if now.year < 2026:
        return [
            ("bad", f"The clock says {now:%Y-%m-%d}. Set it: codes and reminders depend on it.")
        ]
    try:
        local = now.astimezone(ZoneInfo("Europe/Paris"))
    except ZoneInfoNotFoundError:
        return [("bad", "There is no time zone data. Install the package tzdata.")]
    findings.append(("ok", f"The clock says {local:%Y-%m-%d %H:%M} in Paris."))
    return findings


def _check_sqlite(settings: Settings) -> list[Finding]:
    if settings.database_url != "sqlite":
        return []
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < (3, 35):
        return [("bad", f"SQLite {version} is too old: 3.35 at least. Use a newer Python.")]
    note = (
        ""
        if sqlite3.sqlite_version_info >= (3, 51, 3)
        else (
            "; it can damage a file that two processes write to, which the lock file prevents: "
            "open the file with no other program while the server runs"
        )
    )
    return [("ok", f"SQLite {version}{note}.")]


_CHECKS: tuple[Callable[[Settings], list[Finding]], ...] = (
    _check_settings,
    _check_messages,
    _check_calendar,
    _check_folder,
    _check_database,
    _check_keys,
    _check_clock,
    _check_sqlite,
)
