"""Putting a copy back."""

import asyncio
import contextlib
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import click

from backend.cli.ask import confirm
from backend.cli.operator_client import running_at
from backend.cli.screen import console, tell
from backend.cli.serve import alone, checked_settings, prepare_database, refuse_foreign_keys
from backend.cli.spoken import Failure
from backend.cli.words import say
from backend.settings import BLOBS_FOLDER, DATABASE_FILE, Settings


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(folder: Path, *, yes: bool) -> None:
    """Put the copy in FOLDER in place of the data; every phone then syncs anew.

    What stands now is kept beside it. Stop the server first.
    """
    settings = checked_settings()
    if settings.database_url != "sqlite":
        raise Failure(say("restore-postgresql"))
    if not (folder / DATABASE_FILE).exists():
        raise Failure(say("restore-no-copy", file=DATABASE_FILE))
    if running_at(settings):
        raise Failure(say("restore-running"))
    refuse_foreign_keys(folder / DATABASE_FILE, settings)
    if not yes:
        confirm(say("restore-confirm"))
    settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(settings):  # A server that does not answer may still write.
        after = _last_numbers(settings.data_folder / DATABASE_FILE)
        aside = _move_aside(settings.data_folder)
        with console(is_error=True).status(say("restore-copying")):
            _copy(folder, settings.data_folder)
    prepare_database(settings)
    asyncio.run(_begin_epoch(settings, after))
    tell("restore-done", mark="ok", aside=str(aside))


def _copy(folder: Path, data_folder: Path) -> None:
    shutil.copy(folder / DATABASE_FILE, data_folder / DATABASE_FILE)
    (data_folder / DATABASE_FILE).chmod(0o600)
    if (folder / BLOBS_FOLDER).exists():
        shutil.copytree(folder / BLOBS_FOLDER, data_folder / BLOBS_FOLDER)


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
        tell("restore-unreadable", mark="warn")
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
