"""Who holds a fictional world: one process of a machine, for as long as it lives.

The kernel frees a lock when its process ends, however that comes: so whoever
finds a world whose lock is free knows that nobody is left to throw it away.

Source: docs/decisions/0020-support-agents.md.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
from pathlib import Path
from uuid import UUID

import msgspec

from backend.workshops.ports import Practice

_HELD = ".held"
_TICKET = "practice.json"
_NAME_CHARACTERS = 16


class Claim:
    """The right to make the world of one workshop, and to remove it."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        self._lock = lock

    def release(self) -> None:
        """Leave nothing of the world."""
        shutil.rmtree(self.folder, ignore_errors=True)
        held_by(self.folder).unlink(missing_ok=True)
        os.close(self._lock)


class Claims:
    """The worlds under one folder, whichever process of this machine holds them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, workshop_id: UUID) -> Path:
        """Return where the world of a workshop is, or would be."""
        name = hashlib.sha256(workshop_id.bytes).hexdigest()[:_NAME_CHARACTERS]
        return self._folder / name

    def claim(self, workshop_id: UUID) -> Claim | None:
        """Take the world of a workshop, as yet unmade; None while somebody holds it."""
        folder = self.of(workshop_id)
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = _lock(held_by(folder))
        if lock is None:
            return None
        shutil.rmtree(folder, ignore_errors=True)  # Of a process that crashed.
        return Claim(folder, lock)

    def is_held(self, workshop_id: UUID) -> bool:
        """Say whether a process has the world of a workshop, or makes it."""
        folder = self.of(workshop_id)
        if not held_by(folder).exists():
            return False
        lock = _lock(held_by(folder))
        if lock is None:
            return True
        Claim(folder, lock).release()  # Of a process that crashed.
        self.tidy()
        return False

    def count(self) -> int:
        """Count the worlds that are held, or were when their process ended."""
        return len(list(self._folder.glob(f"*{_HELD}")))

    def practice(self, workshop_id: UUID) -> Practice | None:
        """Return how to come into the world of a workshop, once it is made."""
        return _ticket_in(self.of(workshop_id))

    def folder_of(self, path: str) -> Path | None:
        """Return the world that is behind a path, while it lasts."""
        for held in self._folder.glob(f"*{_HELD}"):
            folder = held.with_suffix("")
            ticket = _ticket_in(folder)
            if ticket is not None and ticket.path == path:
                return folder
        return None

    def sweep(self) -> None:
        """Remove what processes that crashed have left, and nothing that is held."""
        if not self._folder.exists():
            return
        known = {held.with_suffix("") for held in self._folder.glob(f"*{_HELD}")}
        for folder in known | {one for one in self._folder.iterdir() if one.suffix != _HELD}:
            lock = _lock(held_by(folder))
            if lock is not None:
                Claim(folder, lock).release()
        self.tidy()

    def tidy(self) -> None:
        """Remove the folder of the worlds, unless one lasts."""
        with contextlib.suppress(OSError):
            self._folder.rmdir()


def write_ticket(folder: Path, practice: Practice) -> None:
    """Tell the other processes how to come in, whole or not at all."""
    fresh = folder / f"{_TICKET}.new"
    file = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(file, "wb") as open_file:
        open_file.write(msgspec.json.encode(practice))
    fresh.replace(folder / _TICKET)


def held_by(folder: Path) -> Path:
    """Return the file whose lock says that a world is held."""
    return folder.with_name(f"{folder.name}{_HELD}")


def _ticket_in(folder: Path) -> Practice | None:
    try:
        return msgspec.json.decode((folder / _TICKET).read_bytes(), type=Practice)
    except OSError:
        return None


def _lock(path: Path) -> int | None:
    """Lock a file, made if need be; None where another process has it."""
    while True:
        try:
            file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        except FileNotFoundError:  # The folder went with the last world, just now.
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return None
        # Whoever held it before may have removed the file that was opened here.
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_ino == os.fstat(file).st_ino:
                return file
        os.close(file)
