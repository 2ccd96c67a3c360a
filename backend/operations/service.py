"""What operators do to a running server: rotate keys, take a copy."""

import asyncio
import contextlib
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import msgspec

from backend.access.journal.audit import Checked, JournalDamaged, audit
from backend.kernel.errors import Refusal
from backend.kernel.work import Office, Work
from backend.settings import BLOBS_FOLDER, DATABASE_FILE, Settings

# How long another process may still wrap a new key under the former key-encryption
# key: the longest transaction, and a margin.
SETTLE_SECONDS = 20


class Progress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of long work."""

    step: str
    done: int
    finished: bool = False


class Verified(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a verification of all journals has come, and the first fault that it found."""

    spaces: int
    entries: int
    leaves: int
    finished: bool = False
    fault: str | None = None


class BackupRefused(Refusal):
    """A copy cannot be taken here."""

    code = "backup-refused"
    status = 422


async def rotate_keys(office: Office, *, is_shared: bool) -> AsyncIterator[Progress]:
    """Put every space's and account's key under a new key-encryption key.

    Nothing stops meanwhile: old and new open until all is rewrapped, then the
    old ones are forgotten. The key that signs for the journal is renewed too.

    When other processes share the keys, they are given time to notice the new
    one, then a second pass takes what they made.
    """
    version = office.keys.provider.add_key()
    office.keys.provider.renew_signer()
    done = 0
    async for count in _rewrap_all(office):
        done += count
        yield Progress(step="rewrapping", done=done)
    if is_shared:
        yield Progress(step="waiting for other processes", done=done)
        await asyncio.sleep(SETTLE_SECONDS)
        async for count in _rewrap_all(office):
            done += count
    office.keys.provider.drop_keys_before(version)
    yield Progress(step="rotated", done=done, finished=True)


async def _rewrap_all(office: Office) -> AsyncIterator[int]:
    after: UUID | None = UUID(int=0)
    while after is not None:
        start = after

        async def batch(work: Work, start: UUID = start) -> tuple[int, UUID | None]:
            return await work.keys.rewrap(work.db, start)

        count, after = await office.write(batch)
        yield count


async def verify_journals(office: Office) -> AsyncIterator[Verified]:
    """Check every journal and every log, while the server goes on; stop at the first fault."""
    done = Checked()
    try:
        async for done in audit(office):
            yield Verified(**msgspec.structs.asdict(done))
    except JournalDamaged as damage:
        yield Verified(**msgspec.structs.asdict(done), finished=True, fault=str(damage))
        return
    yield Verified(**msgspec.structs.asdict(done), finished=True)


async def back_up(settings: Settings, target: Path) -> AsyncIterator[Progress]:
    """Copy the database and the blobs, while the server goes on.

    The keys are not in it: they are kept apart, or the copy would open itself.

    Raises:
        BackupRefused: The target exists and is not empty, or cannot be written;
            or the database is not a file, and has tools of its own.
    """
    if settings.database_url != "sqlite":
        raise BackupRefused("A server database is copied with its own tools.")
    data_folder = settings.data_folder
    await asyncio.to_thread(_make_empty, target)
    yield Progress(step="copying the database", done=0)
    await asyncio.to_thread(_copy_database, data_folder / DATABASE_FILE, target / DATABASE_FILE)
    # A blob appears before the record that names it, and goes a day after: copied
    # after the database, none that it names is missing.
    found = await asyncio.to_thread(lambda: list((data_folder / BLOBS_FOLDER).rglob("*")))
    files = [path for path in found if path.suffix != ".new" and path.is_file()]
    for done, path in enumerate(files, start=1):
        copy = target / path.relative_to(data_folder)
        await asyncio.to_thread(_copy_file, path, copy)
        if done % 100 == 0:
            yield Progress(step="copying documents", done=done)
    yield Progress(step="copied", done=len(files), finished=True)


def _make_empty(target: Path) -> None:
    if target.exists() and any(target.iterdir()):
        raise BackupRefused("The target folder is not empty.")
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BackupRefused(f"The target folder cannot be made: {error.strerror}.") from None


def _copy_database(source: Path, target: Path) -> None:
    with sqlite3.connect(source) as reading, sqlite3.connect(target) as writing:
        reading.execute("PRAGMA query_only=ON")
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=DELETE")
        (verdict,) = writing.execute("PRAGMA integrity_check").fetchone()
    reading.close()
    writing.close()
    target.chmod(0o600)
    if verdict != "ok":
        raise BackupRefused("The copy of the database is damaged.")


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(FileNotFoundError):  # Swept since it was listed.
        shutil.copy(source, target)
