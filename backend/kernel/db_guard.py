"""What SQLite asks before it prepares a statement of a narrowed connection.

Deny by default: an action, a table or a function that is not named is refused
by the database itself, whatever the code above it meant to do.

Source: docs/decisions/0020-support-agents.md.
"""

import sqlite3
from collections.abc import Callable

Guard = Callable[[int, str | None, str | None, str | None, str | None], int]

_OF_TABLES = frozenset({sqlite3.SQLITE_READ})
_WRITES = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_FUNCTIONS = frozenset({"coalesce", "count", "max", "min", "sum"})


def reading_guard(tables: frozenset[str]) -> Guard:
    """Return a guard that lets *tables* be read, in transactions."""
    return _guard(tables, _OF_TABLES, frozenset({sqlite3.SQLITE_TRANSACTION}))


def writing_guard(tables: frozenset[str]) -> Guard:
    """Return a guard that lets *tables* be read and written, and nobody commit."""
    return _guard(tables, _OF_TABLES | _WRITES, frozenset())


def _guard(tables: frozenset[str], on_tables: frozenset[int], others: frozenset[int]) -> Guard:
    def ask(
        action: int, first: str | None, second: str | None, _base: str | None, _by: str | None
    ) -> int:
        if action == sqlite3.SQLITE_FUNCTION:
            allowed = second in _FUNCTIONS
        elif action in on_tables:
            allowed = first in tables
        else:
            allowed = action == sqlite3.SQLITE_SELECT or action in others
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    return ask
