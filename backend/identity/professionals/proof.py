"""Signed proofs: the one that a provider gives, and our own towards it."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from backend.identity.errors import IdentityProofRefused, ProviderUnavailable
from backend.identity.rules.oidc import ALGORITHMS, Expected, check_claims

if TYPE_CHECKING:
    from joserfc.jwk import Key  # Loaded below only where professionals sign in.

PROOF_CHARACTERS_MAX = 16 * 1024
ASSERTION_SECONDS = 60
_BY_KIND = {"RSA": "PS256", "EC": "ES256"}


class KeyUnknown(IdentityProofRefused):
    """Signed by a key that the provider has not published, as far as we know."""


def read_proof(proof: str, keys: bytes, expected: Expected, now: int) -> str:
    """Check the signature of a proof and what it says; return whom it is about.

    Raises:
        KeyUnknown: Its key is not among *keys*, the provider's JWKS.
        IdentityProofRefused: Its signature or what it says cannot be believed.
        AssuranceTooLow: See `check_claims`.
        ProviderUnavailable: The keys cannot be read.
    """
    from joserfc import jwt
    from joserfc.errors import JoseError

    header = _header_of(proof)
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise IdentityProofRefused("The proof is not signed in a way that counts.")
    key = _key(keys, header.get("kid"), algorithm)
    try:
        claims = jwt.decode(proof, key, algorithms=[algorithm]).claims
    except (JoseError, ValueError, TypeError):
        raise IdentityProofRefused("The signature of the proof is wrong.") from None
    return check_claims(claims, expected, now)


async def client_assertion(key_file: Path, *, client_id: str, audience: str, now: int) -> str:
    """Sign who this server is, for the provider. Source: RFC 7523, 2.2.

    Raises:
        ProviderUnavailable: The key file cannot be read.
    """
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry

    try:
        written = await asyncio.to_thread(key_file.read_bytes)
        is_json = written.lstrip().startswith(b"{")
        key = (
            JWKRegistry.import_key(json.loads(written))
            if is_json
            else JWKRegistry.import_key(written, _kind_of(written))
        )
        algorithm = str(key.get("alg") or _BY_KIND[key.key_type])
        header = {"alg": algorithm, "kid": key.kid or key.thumbprint()}
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "jti": str(uuid4()),
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
        }
        return jwt.encode(header, claims, key, algorithms=[algorithm])
    except (OSError, JoseError, ValueError, KeyError, TypeError):
        raise ProviderUnavailable("This server's own key cannot be read.") from None


def _kind_of(pem: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem, password=None)
    return "RSA" if isinstance(key, RSAPrivateKey) else "EC"


def _header_of(proof: str) -> dict[str, Any]:
    from joserfc import jws
    from joserfc.errors import JoseError

    if len(proof) > PROOF_CHARACTERS_MAX:
        raise IdentityProofRefused("The proof is too large.")
    try:
        return dict(jws.extract_compact(proof.encode()).headers())
    except (JoseError, ValueError, TypeError):
        raise IdentityProofRefused("The proof cannot be read.") from None


def _key(keys: bytes, kid: object, algorithm: str) -> "Key":
    """Find the key of a proof: of the right kind, published for signatures."""
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        found = KeySet.import_key_set(json.loads(keys)).keys
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        raise ProviderUnavailable("The provider's keys cannot be read.") from None
    kind = "EC" if algorithm.startswith("ES") else "RSA"
    fitting = [
        key
        for key in found
        if key.key_type == kind
        and key.get("use") in (None, "sig")
        and key.get("alg") in (None, algorithm)
        and (kid is None or key.kid == kid)
    ]
    if len(fitting) != 1:
        raise KeyUnknown("The proof is signed by a key that is not known.")
    return fitting[0]
