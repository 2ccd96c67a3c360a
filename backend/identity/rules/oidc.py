"""What is said to a provider of identities, and what of its answers is believed.

Source: OpenID Connect Core 1.0, 3.1; RFC 7636 (PKCE); RFC 9700; RFC 9207.
"""

import base64
import hashlib
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import msgspec

from backend.identity.errors import AssuranceTooLow, IdentityProofRefused

# Signatures by a key that only the provider has. Never "none", never a shared secret.
ALGORITHMS = ("RS256", "PS256", "ES256")
CLOCK_LEEWAY_SECONDS = 60
_INSTANT_MAX = 1 << 53


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One sign-in on its way: what proves that an answer belongs to it."""

    state: str
    nonce: str
    verifier: str


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What a proof of identity must say."""

    issuer: str
    client_id: str
    nonce: str
    acr: frozenset[str]


def challenge_of(verifier: str) -> str:
    """Return the PKCE challenge of a verifier, by S256."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def authorization_url(endpoint: str, question: Question, **asked: str) -> str:
    """Return where a professional goes to prove who they are."""
    query = urlencode(
        {
            "response_type": "code",
            "state": question.state,
            "nonce": question.nonce,
            "code_challenge": challenge_of(question.verifier),
            "code_challenge_method": "S256",
            **asked,
        }
    )
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}"


def check_claims(claims: Mapping[str, object], expected: Expected, now: int) -> str:
    """Check what a signed proof of identity says; return whom it is about.

    Raises:
        IdentityProofRefused: Of another issuer, for another service, too old or
            from the future, of another sign-in, or about nobody.
        AssuranceTooLow: The professional proved themselves by weaker means.
    """
    if claims.get("iss") != expected.issuer:
        raise IdentityProofRefused("The proof is of another issuer.")
    if not _is_for(claims, expected.client_id):
        raise IdentityProofRefused("The proof is for another service.")
    _check_instants(claims, now)
    if claims.get("nonce") != expected.nonce:
        raise IdentityProofRefused("The proof is of another sign-in.")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise IdentityProofRefused("The proof is about nobody.")
    acr = claims.get("acr")
    if not isinstance(acr, str) or acr not in expected.acr:
        raise AssuranceTooLow("The provider did not ask for a strong enough proof.")
    return subject


def _is_for(claims: Mapping[str, object], client_id: str) -> bool:
    """Say whether a proof is for this service: alone, or first among several."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp", client_id if len(audiences) == 1 else None)
    return client_id in audiences and party == client_id


def _check_instants(claims: Mapping[str, object], now: int) -> None:
    until, since = _instant(claims.get("exp")), _instant(claims.get("iat"))
    not_before = _instant(claims.get("nbf", 0))
    if until is None or since is None or not_before is None:
        raise IdentityProofRefused("The proof does not say how long it counts.")
    if until <= now - CLOCK_LEEWAY_SECONDS:
        raise IdentityProofRefused("The proof has expired.")
    if max(since, not_before) > now + CLOCK_LEEWAY_SECONDS:
        raise IdentityProofRefused("The proof is from the future.")


def _instant(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) < _INSTANT_MAX else None
