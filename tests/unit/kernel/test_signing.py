"""Keys that sign for the journal: renewed without a break, and never taken from a stranger."""

import json
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from backend.kernel.sealing import FileKeys
from sync.core.ledger.heads import LogKey, Signature, is_signed, key_id_of, trusted

MESSAGE = b"a head"


def keys_of(keys: FileKeys) -> dict[str, str]:
    """Return the public keys by identifier."""
    return {key.key_id: key.public for key in keys.log_keys()}


def test_what_a_former_key_signed_can_still_be_checked(tmp_path: Path) -> None:
    """After two renewals every signature stands, each under its own key."""
    keys = FileKeys.open(tmp_path / "keys")
    signed = [keys.sign(MESSAGE)]
    for _ in range(2):
        keys.renew_signer()
        signed.append(keys.sign(MESSAGE))

    public = keys_of(FileKeys.open(tmp_path / "keys"))

    assert len({one.key_id for one in signed}) == 3
    assert all(is_signed(MESSAGE, one, public) for one in signed)
    assert not any(is_signed(b"another head", one, public) for one in signed)
    assert not is_signed(MESSAGE, Signature(key_id=signed[0].key_id, value="00" * 64), public)
    assert not is_signed(MESSAGE, Signature(key_id="unknown", value=signed[0].value), public)
    assert not is_signed(MESSAGE, Signature(key_id=signed[0].key_id, value="é"), public)


def test_a_former_secret_is_in_the_file_no_more(tmp_path: Path) -> None:
    """Whoever has the file cannot sign as the former key did."""
    keys = FileKeys.open(tmp_path / "keys")
    before = json.loads((tmp_path / "keys").read_text())["signers"][0]

    keys.renew_signer()

    after = json.loads((tmp_path / "keys").read_text())["signers"]
    assert before["secret"]
    assert [bool(one["secret"]) for one in after] == [False, True]
    assert before["secret"] not in (tmp_path / "keys").read_text()


def test_two_processes_sign_with_one_key(tmp_path: Path) -> None:
    """A renewal elsewhere is noticed before the next signature."""
    one, other = FileKeys.open(tmp_path / "keys"), FileKeys.open(tmp_path / "keys")

    one.renew_signer()

    assert other.sign(MESSAGE) == one.sign(MESSAGE)


def test_a_key_file_of_before_gets_a_signer_and_keeps_the_rest(tmp_path: Path) -> None:
    """Nobody has to make a new key file to have a journal."""
    keys = FileKeys.open(tmp_path / "keys")
    wrapped = keys.wrap(UUID(int=1), b"k" * 32)
    old = json.loads((tmp_path / "keys").read_text())
    del old["signers"]
    (tmp_path / "keys").chmod(0o600)
    (tmp_path / "keys").write_text(json.dumps(old))

    found = FileKeys.open(tmp_path / "keys")
    signature = found.sign(MESSAGE)

    assert is_signed(MESSAGE, signature, keys_of(FileKeys.open(tmp_path / "keys")))
    assert found.is_current(wrapped)


@pytest.fixture
def offered(tmp_path: Path) -> list[LogKey]:
    """Three keys, each endorsed by the one before."""
    keys = FileKeys.open(tmp_path / "keys")
    keys.renew_signer()
    keys.renew_signer()
    return keys.log_keys()


def test_a_phone_follows_renewals_and_nothing_else(tmp_path: Path, offered: list[LogKey]) -> None:
    """From the first key to the third by endorsement; a stranger's key is none."""
    first = {offered[0].key_id: offered[0].public}
    whole = {key.key_id: key.public for key in offered}
    strangers = FileKeys.open(tmp_path / "strangers").log_keys()

    assert trusted({}, offered) == whole
    assert trusted(first, offered) == whole
    assert trusted(first, offered[::-1]) == whole
    assert trusted(whole, offered[:2]) is None, "a key that vanished"
    assert trusted(first, strangers) is None, "other keys altogether"
    assert trusted(first, [*offered[:1], *strangers]) is None, "a key that nobody endorsed"
    assert trusted({}, []) is None, "no key at all"


def test_a_forged_endorsement_is_none(offered: list[LogKey]) -> None:
    """Neither another signature, nor another signer, nor another key under a known name."""
    first, second, third = offered
    known = {first.key_id: first.public}
    replace = msgspec.structs.replace
    forged = [
        [first, replace(second, endorsement=third.endorsement)],
        [first, replace(second, endorsed_by=third.key_id)],
        [first, replace(second, endorsement=None)],
        [first, third],
        [replace(first, public=second.public)],
        [first, replace(second, public="zz")],
        [first, replace(second, key_id=key_id_of(b"x"))],
    ]

    assert [trusted(known, offer) for offer in forged] == [None] * len(forged)
