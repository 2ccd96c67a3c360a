"""Whether the key file opens a database: asked before anything is begun on it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

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
        return f"The key file of this data is not at {keys_path}. {_NEXT_STEP}"
    provider = FileKeys.open(keys_path)
    try:
        for owner_id, wrapped in samples:
            provider.unwrap(owner_id, wrapped)
    except SealBroken:
        return f"The key file {keys_path} does not open this data. {_NEXT_STEP}"
    return None


_NEXT_STEP = (
    "Put back the copy that you keep apart, the one of the time of this data, "
    "or set CARNET_KEY_FILE to it."
)


def _samples(database: Path) -> list[tuple[UUID, bytes]]:
    if not database.exists():
        return []
    with closing(sqlite3.connect(database)) as connection:
        try:
            rows = connection.execute(_SAMPLES).fetchall()
        except sqlite3.OperationalError:
            return []  # Not migrated yet: nothing was sealed.
    return [(UUID(bytes=owner_id), wrapped) for owner_id, wrapped in rows]
