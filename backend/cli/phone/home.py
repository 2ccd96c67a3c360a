"""The folder that is a phone: its account, its copy of the records, and a lock."""

import fcntl
import os
from pathlib import Path
from uuid import UUID

import msgspec

_ACCOUNT = "account.json"
_COPY = "carnet.sqlite"
_LOCK = "lock"
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


class HomeBusy(Exception):
    """Another command is using this phone."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed in here, where, and the tokens of the session."""

    server: str
    login: str
    device_id: UUID | None = None
    access_token: str | None = None
    refresh_token: str | None = None
    is_professional: bool = False


class Home:
    """One phone; used by one command at a time."""

    def __init__(self, folder: Path) -> None:
        """Open the folder, or make it, for its owner alone.

        Raises:
            HomeBusy: Another command has it open.
        """
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        self._lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, PRIVATE_FILE)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise HomeBusy from None

    @property
    def copy(self) -> Path:
        """The SQLite file of the replica."""
        return self.folder / _COPY

    def account(self) -> Account | None:
        """Return who signed in here, or None."""
        try:
            return msgspec.json.decode((self.folder / _ACCOUNT).read_bytes(), type=Account)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def save_account(self, account: Account) -> None:
        """Write the account durably before anything depends on it."""
        path = self.folder / _ACCOUNT
        fresh = path.with_suffix(".new")
        file = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, PRIVATE_FILE)
        try:
            os.write(file, msgspec.json.encode(account))
            os.fsync(file)
        finally:
            os.close(file)
        fresh.replace(path)

    def forget(self) -> None:
        """Remove the account and the copy."""
        for path in (self.folder / _ACCOUNT, self.copy):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let another command use this phone."""
        os.close(self._lock)
