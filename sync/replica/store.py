"""The one SQLite file of a replica: its schema, its transactions, its erasing."""

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sync.replica.errors import StoreTooNew

Row = sqlite3.Row

SCHEMA_VERSION = 2
_SCHEMA = """
CREATE TABLE profile (
    space_id TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    display_name TEXT NOT NULL,
    birth_date TEXT,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'ended')),
    checkpoint TEXT,
    generation INTEGER NOT NULL DEFAULT 1,
    reached INTEGER NOT NULL DEFAULT 0,
    is_rebuilding INTEGER NOT NULL DEFAULT 0,
    count INTEGER,
    digest TEXT,
    is_equal INTEGER,
    synced_at TEXT,
    restarted_at TEXT,
    ended_at TEXT
) STRICT;
CREATE TABLE record (
    space_id TEXT NOT NULL REFERENCES profile,
    record_id TEXT NOT NULL,
    collection TEXT NOT NULL,
    seq INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (space_id, record_id)
) STRICT;
CREATE INDEX record_of_collection ON record (space_id, collection);
CREATE TABLE op (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    op_id TEXT NOT NULL UNIQUE,
    space_id TEXT NOT NULL REFERENCES profile,
    collection TEXT NOT NULL,
    record_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('put', 'delete')),
    base INTEGER,
    "set" TEXT NOT NULL,
    was TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL GENERATED ALWAYS AS (iif(attempts = 0, 'queued', 'sent')) STORED,
    queued_at TEXT NOT NULL
) STRICT;
-- At most one op in flight and one behind it, for any record.
CREATE UNIQUE INDEX op_of_record ON op (space_id, record_id, state);
CREATE TABLE lost (
    op_id TEXT PRIMARY KEY,
    space_id TEXT NOT NULL REFERENCES profile,
    record_id TEXT NOT NULL,
    collection TEXT NOT NULL,
    kind TEXT NOT NULL,
    fields TEXT NOT NULL,
    code TEXT NOT NULL,
    pointer TEXT,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX lost_of_record ON lost (space_id, record_id);
CREATE TABLE chore (name TEXT PRIMARY KEY) STRICT;
"""
_JOURNAL_SCHEMA = """
CREATE TABLE journal_line (
    space_id TEXT NOT NULL REFERENCES profile,
    seq INTEGER NOT NULL,
    chain TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (space_id, seq)
) STRICT;
CREATE TABLE journal_pin (space_id TEXT PRIMARY KEY REFERENCES profile, pin TEXT NOT NULL) STRICT;
CREATE TABLE journal_alarm (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    space_id TEXT NOT NULL REFERENCES profile,
    kind TEXT NOT NULL,
    seq INTEGER,
    lost INTEGER NOT NULL DEFAULT 0,
    at TEXT NOT NULL
) STRICT;
CREATE TABLE log_pin (one INTEGER PRIMARY KEY CHECK (one = 1), head TEXT, keys TEXT) STRICT;
"""
# What brings a file from each version to the next.
_STEPS = (_SCHEMA, _JOURNAL_SCHEMA)
OF_A_SPACE = ("lost", "op", "record", "journal_line", "journal_pin", "journal_alarm")
_PRAGMAS = (
    # No write-ahead log: it would keep what was erased until its next checkpoint.
    "PRAGMA journal_mode = DELETE",
    # FULL does not sync the folder: at a power loss the journal could come back
    # and undo what the person was told is kept.
    "PRAGMA synchronous = EXTRA",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
)
_SCRUB = "scrub"


class ReplicaStore:
    """One open file, or `:memory:`."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        """Open the file, or make it, readable by its owner alone.

        Raises:
            StoreTooNew: A later version wrote it.
        """
        if str(path) != ":memory:":
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = Row
        try:
            for pragma in _PRAGMAS:
                self._db.execute(pragma)
            self._migrate()
            self.scrub()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Do everything inside or nothing, durably."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def rows(self, statement: str, *values: object) -> list[Row]:
        """Return every row."""
        return self._db.execute(statement, values).fetchall()

    def row(self, statement: str, *values: object) -> Row | None:
        """Return the first row, or None."""
        found: Row | None = self._db.execute(statement, values).fetchone()
        return found

    def run(self, statement: str, *values: object) -> int:
        """Write, and return how many rows it touched."""
        return self._db.execute(statement, values).rowcount

    def run_many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Write the same statement with each row of values."""
        self._db.executemany(statement, rows)

    def must_scrub(self) -> None:
        """Remember, in this transaction, that something was erased that may leave traces."""
        self._db.execute("INSERT OR IGNORE INTO chore VALUES (?)", (_SCRUB,))

    def scrub(self) -> None:
        """Rewrite the file if something was erased since the last time.

        `secure_delete` overwrites a deleted row, but not the copies that SQLite
        leaves in the gaps of a page when it moves rows between pages; only a
        new file is free of them. A scrub that a crash prevented is done at the
        next opening.
        """
        if self.row("SELECT 1 FROM chore WHERE name = ?", _SCRUB) is None:
            return
        with contextlib.suppress(sqlite3.OperationalError):  # Busy or full: the chore stays.
            self._db.execute("VACUUM")
            self._db.execute("DELETE FROM chore WHERE name = ?", (_SCRUB,))

    def erase(self) -> None:
        """Empty every table and leave no trace in the file."""
        with self.transaction():
            for table in (*OF_A_SPACE, "profile", "log_pin"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608  # Our own names.
            self.must_scrub()
        self.scrub()

    def _migrate(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise StoreTooNew("A later version wrote this file. Update this program.")
        if version == SCHEMA_VERSION:
            return
        with self.transaction():
            for statement in ";\n".join(_STEPS[version:]).split(";\n"):
                if statement.strip():
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
