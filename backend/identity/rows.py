"""Between rows and structs: columns in the order of a struct's fields, and back."""

from typing import TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Column, Table

from backend.kernel.statements import Row

S = TypeVar("S", bound=msgspec.Struct)


def columns(table: Table, struct: type[msgspec.Struct]) -> list[Column[object]]:
    """Return the columns of a table that a struct has fields for."""
    return [table.c[name] for name in struct.__struct_fields__]


def fill(struct: type[S], row: Row) -> S:
    """Make a struct of a row that was selected by `columns`."""
    return struct(**dict(zip(struct.__struct_fields__, row, strict=True)))


def fill_or_none(struct: type[S], row: Row | None) -> S | None:
    """Make a struct of a row that may be absent."""
    return None if row is None else fill(struct, row)


def place(table: Table, row_id: UUID, column: str) -> bytes:
    """Name the one place where a sealed value opens."""
    return f"{table.name}/{column}/".encode() + row_id.bytes
