"""Keys that sign the heads of the journal's log: one signs, the former ones stay known.

Source: docs/decisions/0018-journal.md.
"""

from collections.abc import Sequence

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.core.ledger.heads import LogKey, Signature, key_id_of, key_message


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """One key pair; of a former one only the public half is left."""

    key_id: str
    public: bytes
    secret: bytes | None
    endorsed_by: str | None = None
    endorsement: str | None = None


def sign(signers: Sequence[Signer], message: bytes) -> Signature:
    """Sign with the newest key."""
    signer = signers[-1]
    assert signer.secret is not None, "The newest key has both halves."
    value = Ed25519PrivateKey.from_private_bytes(signer.secret).sign(message)
    return Signature(key_id=signer.key_id, value=value.hex())


def renewed(signers: Sequence[Signer]) -> tuple[Signer, ...]:
    """Add a new key, endorsed by the one that signed until now, whose secret half goes."""
    secret = Ed25519PrivateKey.generate()
    public = secret.public_key().public_bytes_raw()
    key_id = key_id_of(public)
    endorsement = sign(signers, key_message(key_id, public.hex())) if signers else None
    former = [msgspec.structs.replace(signer, secret=None) for signer in signers]
    new = Signer(
        key_id=key_id,
        public=public,
        secret=secret.private_bytes_raw(),
        endorsed_by=None if endorsement is None else endorsement.key_id,
        endorsement=None if endorsement is None else endorsement.value,
    )
    return *former, new


def published(signers: Sequence[Signer]) -> list[LogKey]:
    """Return the public halves, oldest first."""
    return [
        LogKey(
            key_id=signer.key_id,
            public=signer.public.hex(),
            endorsed_by=signer.endorsed_by,
            endorsement=signer.endorsement,
        )
        for signer in signers
    ]
