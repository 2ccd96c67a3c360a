"""How each database keeps the two types that they do not share.

Tables say `Uuid` and `DateTime(timezone=True)`; here SQLite learns to keep them
as 16 bytes and as whole microseconds since 1970.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import DateTime, Uuid
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.sqlite import aiosqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeEngine

from backend.kernel.values import ImpossibleDate

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# What every home keeps and gives back, in any offset. Beyond, PostgreSQL answers with an
# infinity and SQLite with nothing that can be read: a row that shuts its whole space.
_FIRST = datetime(1000, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 30, tzinfo=UTC)


def _uuid_to_bytes(value: UUID | None) -> bytes | None:
    return None if value is None else value.int.to_bytes(16)


def _bytes_to_uuid(value: bytes | None) -> UUID | None:
    # Not by the constructor: three times as fast, on every row.
    return None if value is None else msgspec.convert(value, UUID)


def _kept(value: datetime | None) -> datetime | None:
    """Return an instant that is kept; a naive one cannot be compared, and raises here.

    Raises:
        ImpossibleDate: No home gives it back.
    """
    if value is not None and not _FIRST <= value <= _LAST:
        raise ImpossibleDate("No calendar of ours has this instant.")
    return value


def _instant_to_number(value: datetime | None) -> int | None:
    kept = _kept(value)
    return None if kept is None else (kept - _EPOCH) // _MICROSECOND


def _number_to_instant(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(microseconds=value)


def _driver_uuid_to_uuid(value: UUID | None) -> UUID | None:
    # asyncpg answers with a subclass of its own, which msgspec does not encode.
    return None if value is None else msgspec.convert(value.bytes, UUID)


class _SqliteUuid(Uuid[UUID]):
    def bind_processor(self, dialect: Dialect) -> Callable[[UUID | None], bytes | None]:
        return _uuid_to_bytes

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[bytes | None], UUID | None]:
        return _bytes_to_uuid


class _SqliteInstant(DateTime):
    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:
        return _instant_to_number

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[int | None], datetime | None]:
        return _number_to_instant


class _PostgresqlInstant(DateTime):
    render_bind_cast = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], datetime | None]:
        return _kept


class _PostgresqlUuid(Uuid[UUID]):
    render_bind_cast = True

    def bind_processor(self, dialect: Dialect) -> Callable[[UUID | None], UUID | None]:
        from asyncpg.pgproto import pgproto

        def to_driver(value: UUID | None) -> UUID | None:
            # The driver writes its own kind seven times as fast.
            return None if value is None else pgproto.UUID(value.bytes)

        return to_driver

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[UUID | None], UUID | None]:
        return _driver_uuid_to_uuid


class SqliteDialect(aiosqlite.dialect):
    """SQLite as we keep it."""

    supports_statement_cache = True
    colspecs = {**aiosqlite.dialect.colspecs, Uuid: _SqliteUuid, DateTime: _SqliteInstant}


class PostgresqlDialect(asyncpg.dialect):
    """PostgreSQL as we keep it."""

    supports_statement_cache = True
    colspecs = {**asyncpg.dialect.colspecs, Uuid: _PostgresqlUuid, DateTime: _PostgresqlInstant}


@compiles(Uuid, "sqlite")
def _uuid_in_ddl(element: TypeEngine[UUID], compiler: object, **options: object) -> str:
    return "BLOB"


@compiles(DateTime, "sqlite")
def _instant_in_ddl(element: TypeEngine[datetime], compiler: object, **options: object) -> str:
    return "INTEGER"
