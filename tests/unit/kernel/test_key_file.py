"""The key file: keys are added and dropped, and none that is in use goes."""

from pathlib import Path
from uuid import UUID

import pytest

from backend.kernel.sealing import FileKeys, SealBroken

OWNER = UUID(int=1)
KEY = b"k" * 32


def test_a_rotation_drops_no_key_of_one_that_began_later(tmp_path: Path) -> None:
    """What the first has rewrapped opens until the second has rewrapped it too."""
    keys = FileKeys.open(tmp_path / "keys")
    first = keys.add_key()
    wrapped = keys.wrap(OWNER, KEY)
    second = keys.add_key()

    keys.drop_keys_before(first)

    assert keys.unwrap(OWNER, wrapped) == KEY
    keys.drop_keys_before(second)
    with pytest.raises(SealBroken):
        keys.unwrap(OWNER, wrapped)


def test_two_processes_add_two_keys(tmp_path: Path) -> None:
    """A key that another process added is neither taken for one's own nor written over."""
    one, other = FileKeys.open(tmp_path / "keys"), FileKeys.open(tmp_path / "keys")

    assert one.add_key() != other.add_key()
    wrapped = one.wrap(OWNER, KEY)

    assert other.unwrap(OWNER, wrapped) == KEY
    assert FileKeys.open(tmp_path / "keys").unwrap(OWNER, wrapped) == KEY


def test_a_dropped_key_is_in_the_file_no_more(tmp_path: Path) -> None:
    """After a rotation, whoever has the file cannot open what the former key wrapped."""
    keys = FileKeys.open(tmp_path / "keys")
    wrapped = keys.wrap(OWNER, KEY)

    keys.drop_keys_before(keys.add_key())

    with pytest.raises(SealBroken):
        FileKeys.open(tmp_path / "keys").unwrap(OWNER, wrapped)
