"""Whether the key file opens a database: asked before anything is begun on it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

from backend.cli.words import say

# One of each version of the key-encryption key is enough to know.
_SAMPLES = "SELECT owner_id, wrapped FROM owner_key GROUP BY substr(wrapped, 1, 4)"


def what_does_not_open(database: Path, keys_path: Path) -> str | None:
    """Say why a key file does not open a SQLite database, and what to do; None if it does.

    A missing key file is never made anew beside data that another one sealed:
    old records would stay shut, and new ones need a second key file.

    Raises:
        KeyFileUnsafe: Others can read the key file, or it is damaged.
    """
    from backend.kernel.sealing import FileKeys, SealBroken

    samples = _samples(database)
    if not samples:
        return None
    if not keys_path.exists():
        return say("key-file-elsewhere", path=keys_path, next_step=say("key-file-next-step"))
    provider = FileKeys.open(keys_path)
    try:
        for owner_id, wrapped in samples:
            provider.unwrap(owner_id, wrapped)
    except SealBroken:
        return say("key-file-other", path=keys_path, next_step=say("key-file-next-step"))
    return None


def _samples(database: Path) -> list[tuple[UUID, bytes]]:
    if not database.exists():
        return []
    with closing(sqlite3.connect(database)) as connection:
        try:
            rows = connection.execute(_SAMPLES).fetchall()
        except sqlite3.OperationalError:
            return []  # Not migrated yet: nothing was sealed.
    return [(UUID(bytes=owner_id), wrapped) for owner_id, wrapped in rows]
