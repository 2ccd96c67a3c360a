"""An instant that a home keeps it gives back; what it would not give back it never takes."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from sqlalchemy import bindparam, insert, select

from backend.access.emergency.store import emergency_places
from backend.kernel.db import Database, Sql
from backend.kernel.values import ImpossibleDate

WEST, EAST = timezone(-timedelta(hours=23, minutes=59)), timezone(timedelta(hours=23, minutes=59))
_ADD = insert(emergency_places)
_READ = select(emergency_places.c.free_at).where(
    emergency_places.c.professional_id == bindparam("professional")
)


async def kept(database: Database, instant: datetime) -> datetime | None:
    """Write an instant and read it back; None where it is refused."""
    professional_id = uuid4()

    async def write(sql: Sql) -> None:
        await sql.run(_ADD, professional_id=professional_id, place=0, free_at=instant)

    async def read(sql: Sql) -> datetime:
        row = await sql.row(_READ, professional=professional_id)
        assert row is not None
        found = row[0]
        assert isinstance(found, datetime)
        return found

    try:
        await database.write(write)
    except ImpossibleDate:
        return None
    return await database.read(read)


@pytest.mark.parametrize("zone", [UTC, WEST, EAST])
@pytest.mark.parametrize("year", [1, 2, 999, 1000, 1582, 1970, 2026, 9998, 9999])
async def test_every_instant_is_given_back_or_refused(
    database: Database, zone: timezone, year: int
) -> None:
    """At both ends of each year, in any offset: a row that cannot be read shuts a whole space."""
    first = datetime(year, 1, 1, tzinfo=zone)
    last = datetime(year, 12, 31, 23, 59, 59, 999_999, tzinfo=zone)

    for instant in (first, last):
        found = await kept(database, instant)
        if found is not None:
            assert (found, found.utcoffset()) == (instant, timedelta(0))
        if 1000 < year < 9999:
            assert found is not None
