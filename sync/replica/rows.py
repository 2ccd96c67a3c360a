"""Rows in, structs out: profiles, records and lost values. No decisions."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec

from sync.core import digest
from sync.replica.model import Fields, Held, Loss, Lost, Profile, QueuedOp, SpaceSeen
from sync.replica.store import OF_A_SPACE, ReplicaStore, Row

S = TypeVar("S", bound=msgspec.Struct)

_JSON_COLUMNS = frozenset({"fields", "set", "was"})


def to_struct(row: Row, form: type[S]) -> S:
    """Read a row as a struct of the same names."""
    values = {
        name: msgspec.json.decode(row[name]) if name in _JSON_COLUMNS else row[name]
        for name in row.keys()  # noqa: SIM118  # Iterating a sqlite3.Row gives its values.
    }
    return msgspec.convert(values, form, strict=False)


def to_json(fields: Fields) -> str:
    """Write fields as they are stored."""
    return msgspec.json.encode(fields).decode()


# Profiles.


def profiles(store: ReplicaStore) -> list[Profile]:
    """Return every profile, in the order in which the server first named them."""
    return [to_struct(row, Profile) for row in store.rows("SELECT * FROM profile ORDER BY rowid")]


def profile(store: ReplicaStore, space_id: UUID) -> Profile | None:
    """Return one profile, or None."""
    row = store.row("SELECT * FROM profile WHERE space_id = ?", str(space_id))
    return None if row is None else to_struct(row, Profile)


def save_profile(store: ReplicaStore, seen: SpaceSeen) -> None:
    """Add a profile, or bring its names up to date; one that ended opens again if it is open."""
    store.run(
        "INSERT INTO profile (space_id, role, display_name, birth_date) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (space_id) DO UPDATE SET role = excluded.role,"
        " display_name = excluded.display_name, birth_date = excluded.birth_date",
        str(seen.space_id),
        seen.role,
        seen.display_name,
        seen.birth_date,
    )
    if seen.state == "open":
        store.run(
            "UPDATE profile SET state = 'open', ended_at = NULL WHERE space_id = ?",
            str(seen.space_id),
        )


def start_again(store: ReplicaStore, space_id: UUID) -> None:
    """Fetch a space from nothing; what is held stays until it is all replaced."""
    store.run(
        "UPDATE profile SET checkpoint = NULL, generation = generation + 1, reached = 0,"
        " is_rebuilding = 1, is_equal = NULL WHERE space_id = ?",
        str(space_id),
    )


def end_profile(store: ReplicaStore, space_id: UUID, now: datetime) -> None:
    """Erase everything of a space, and remember only that it ended."""
    name = str(space_id)
    for table in OF_A_SPACE:
        store.run(f"DELETE FROM {table} WHERE space_id = ?", name)  # noqa: S608
    store.run(
        "UPDATE profile SET state = 'ended', ended_at = ?, checkpoint = NULL, birth_date = NULL,"
        " generation = generation + 1, reached = 0, is_rebuilding = 0, count = NULL,"
        " digest = NULL, is_equal = NULL, synced_at = NULL, restarted_at = NULL"
        " WHERE space_id = ?",
        now.isoformat(),
        name,
    )
    store.must_scrub()


# Records.


def held(store: ReplicaStore, space_id: UUID, record_id: UUID) -> Held | None:
    """Return a confirmed record, or None."""
    row = store.row(
        "SELECT * FROM record WHERE space_id = ? AND record_id = ?", str(space_id), str(record_id)
    )
    return None if row is None else to_struct(row, Held)


def keys_starting(store: ReplicaStore, start: str) -> list[tuple[UUID, UUID]]:
    """Return space and record of everything known whose identifier starts so."""
    found = store.rows(
        "SELECT space_id, record_id FROM record WHERE substr(record_id, 1, ?1) = ?2"
        " UNION SELECT space_id, record_id FROM op WHERE substr(record_id, 1, ?1) = ?2",
        len(start),
        start.lower(),
    )
    return [(UUID(row["space_id"]), UUID(row["record_id"])) for row in found]


def held_in(store: ReplicaStore, space_id: UUID, collection: str) -> list[Held]:
    """Return the confirmed records of one collection."""
    found = store.rows(
        "SELECT * FROM record WHERE space_id = ? AND collection = ? ORDER BY seq",
        str(space_id),
        collection,
    )
    return [to_struct(row, Held) for row in found]


def save_held(store: ReplicaStore, records: Iterable[Held]) -> None:
    """Write confirmed records over what is held."""
    store.run_many(
        "INSERT INTO record (space_id, record_id, collection, seq, generation, fields)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (space_id, record_id) DO UPDATE SET"
        " collection = excluded.collection, seq = excluded.seq,"
        " generation = excluded.generation, fields = excluded.fields",
        (
            (
                str(record.space_id),
                str(record.record_id),
                record.collection,
                record.seq,
                record.generation,
                to_json(record.fields),
            )
            for record in records
        ),
    )


def purge(store: ReplicaStore, space_id: UUID, record_id: UUID) -> int:
    """Erase a record in every form: what was confirmed, what waits, what was lost.

    Returns:
        How many ops went with it.
    """
    key = (str(space_id), str(record_id))
    record, kept, dropped = (
        store.run(f"DELETE FROM {table} WHERE space_id = ? AND record_id = ?", *key)  # noqa: S608
        for table in ("record", "lost", "op")
    )
    if record or kept or dropped:
        store.must_scrub()
    return dropped


def left_behind(store: ReplicaStore, space_id: UUID, generation: int) -> list[UUID]:
    """Return the records that this generation did not bring."""
    found = store.rows(
        "SELECT record_id FROM record WHERE space_id = ? AND generation < ?",
        str(space_id),
        generation,
    )
    return [UUID(row["record_id"]) for row in found]


def balance(store: ReplicaStore, space_id: UUID) -> tuple[int, str]:
    """Count the confirmed records of a space and compute their digest."""
    found = store.rows("SELECT record_id, seq FROM record WHERE space_id = ?", str(space_id))
    total = sum(digest.line(UUID(row["record_id"]), row["seq"]) for row in found)
    return len(found), digest.text(total)


# What was lost.


def save_lost(store: ReplicaStore, op: QueuedOp, fields: Fields, loss: Loss) -> None:
    """Keep what an op wanted and did not get."""
    store.run(
        "INSERT OR REPLACE INTO lost"
        " (op_id, space_id, record_id, collection, kind, fields, code, pointer, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        str(op.op_id),
        str(op.space_id),
        str(op.record_id),
        op.collection,
        op.kind.value,
        to_json(fields),
        loss.code,
        loss.pointer,
        loss.at.isoformat(),
    )


def lost(store: ReplicaStore) -> list[Lost]:
    """Return everything that was lost, oldest first."""
    return [to_struct(row, Lost) for row in store.rows("SELECT * FROM lost ORDER BY at, rowid")]


def forget_lost(store: ReplicaStore, space_id: UUID, record_id: UUID) -> None:
    """Erase what was lost in one record."""
    store.run(
        "DELETE FROM lost WHERE space_id = ? AND record_id = ?", str(space_id), str(record_id)
    )
