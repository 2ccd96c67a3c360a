"""A key file that is gone is never made anew beside what it sealed."""

from pathlib import Path
from uuid import uuid4

import pytest

from backend.kernel.db import Database
from backend.kernel.keys import KeyFileMissing, Keys
from backend.kernel.sealing import FileKeys


async def test_a_new_key_file_is_taken_where_nothing_is_sealed(
    database: Database, tmp_path: Path
) -> None:
    """The first start makes one."""
    keys = Keys(FileKeys.open(tmp_path / "keys" / "new"))

    assert await database.look(keys.refuse_new_file) is None


async def test_a_new_key_file_is_refused_where_something_is_sealed(
    database: Database, tmp_path: Path
) -> None:
    """Else old records stay shut, and new ones need a second key file."""
    first = Keys(FileKeys.open(tmp_path / "keys" / "first"))
    await database.write(lambda sql: first.create(sql, uuid4()))
    anew = Keys(FileKeys.open(tmp_path / "keys" / "anew"))

    with pytest.raises(KeyFileMissing, match="key file"):
        await database.look(anew.refuse_new_file)
