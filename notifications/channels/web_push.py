"""What Web Push asks of a sender: a message that only one device opens, and proof of who sends.

No library: those that exist bring a second HTTP client along, and this is little.

Source: RFC 8291 (message encryption), RFC 8188 (aes128gcm), RFC 8292 (VAPID).
"""

import base64
import hashlib
import hmac
import json
import os
from datetime import datetime, timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

AUTH_BYTES = 16
POINT_BYTES = 65
SCALAR_BYTES = 32
SALT_BYTES = 16
RECORD_BYTES = 4096
PADDED_TO_BYTES = 512
"""Messages are padded, so that their length tells a push service nothing."""
PLAIN_BYTES_MAX = 3 * PADDED_TO_BYTES
PROOF_LIFE = timedelta(hours=12)
"""Source: RFC 8292, 2: at most 24 hours."""

_CURVE = SECP256R1()
_TAG_BYTES = 16
_LAST_RECORD = b"\x02"


class KeyUnsuitable(ValueError):
    """A key of a subscription that is no point of the curve, or no secret of the right length."""


class Receiver(msgspec.Struct, frozen=True):
    """The two keys that a device gave with its subscription: its point, and a shared secret."""

    public: bytes
    auth: bytes


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """The key pair by which push services know this server, and how to reach who runs it."""

    secret: bytes
    contact: str

    @property
    def public(self) -> bytes:
        """The point that a browser asks for when it subscribes."""
        return point_of(_private(self.secret))


def new_secret() -> bytes:
    """Make the secret half of a sender's key."""
    return generate_private_key(_CURVE).private_numbers().private_value.to_bytes(SCALAR_BYTES)


def public_of(secret: bytes) -> bytes:
    """Return the point of a secret."""
    return point_of(_private(secret))


def point_of(key: EllipticCurvePrivateKey) -> bytes:
    """Return the public half of a key as an uncompressed point."""
    # It brings every format of keys along: not at every start.
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def receiver(public: str, auth: str) -> Receiver:
    """Read the keys of a subscription, as browsers write them.

    Args:
        public: `p256dh`, base64url.
        auth: `auth`, base64url.

    Raises:
        KeyUnsuitable: One of them cannot be a key.
    """
    try:
        point, secret = from_base64url(public), from_base64url(auth)
        _public(point)
    except ValueError:
        raise KeyUnsuitable("This is no point of P-256 in base64url.") from None
    if len(secret) != AUTH_BYTES:
        raise KeyUnsuitable(f"The shared secret has {AUTH_BYTES} bytes.")
    return Receiver(point, secret)


def encrypt(
    plain: bytes,
    to: Receiver,
    *,
    once: EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
    padded_to: int = PADDED_TO_BYTES,
) -> bytes:
    """Encrypt a message for one device.

    Args:
        plain: At most PLAIN_BYTES_MAX.
        to: The device.
        once: A key for this message alone; only a test of known values gives one.
        salt: The same.
        padded_to: The length is a multiple of this.
    """
    assert len(plain) < PLAIN_BYTES_MAX, "A message is a few neutral words."
    once = once or generate_private_key(_CURVE)
    salt = salt or os.urandom(SALT_BYTES)
    own = point_of(once)
    shared = once.exchange(ECDH(), _public(to.public))
    seed = _expand(_mac(to.auth, shared), b"WebPush: info\0" + to.public + own, SCALAR_BYTES)
    root = _mac(salt, seed)
    key = _expand(root, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _expand(root, b"Content-Encoding: nonce\0", 12)
    padding = -(len(plain) + 1) % padded_to
    sealed = AESGCM(key).encrypt(nonce, plain + _LAST_RECORD + bytes(padding), None)
    assert len(sealed) <= RECORD_BYTES + _TAG_BYTES
    return salt + RECORD_BYTES.to_bytes(4) + bytes([len(own)]) + own + sealed


def authorization(sender: Sender, origin: str, now: datetime) -> str:
    """Return the header by which a push service knows who sends.

    Args:
        sender: This server.
        origin: Scheme and host of the push service: what the proof is good for.
        now: Aware.
    """
    claims = {
        "aud": origin,
        "exp": int((now + PROOF_LIFE).timestamp()),
        "sub": sender.contact,
    }
    signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    r, s = decode_dss_signature(_private(sender.secret).sign(signed.encode(), ECDSA(SHA256())))
    proof = to_base64url(r.to_bytes(SCALAR_BYTES) + s.to_bytes(SCALAR_BYTES))
    return f"vapid t={signed}.{proof}, k={to_base64url(sender.public)}"


def to_base64url(value: bytes) -> str:
    """Write bytes as URLs and browsers do, without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Read what `to_base64url` writes; padding may be there.

    Raises:
        ValueError: Another character, or a length that cannot be.
    """
    bare = text.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)


def _expand(key: bytes, purpose: bytes, length: int) -> bytes:
    """Do the one step of HKDF that a short key needs."""
    return _mac(key, purpose + b"\x01")[:length]


def _public(point: bytes) -> EllipticCurvePublicKey:
    if len(point) != POINT_BYTES:
        raise ValueError("A point is uncompressed.")
    return EllipticCurvePublicKey.from_encoded_point(_CURVE, point)


def _private(secret: bytes) -> EllipticCurvePrivateKey:
    return derive_private_key(int.from_bytes(secret), _CURVE)


def _json(value: dict[str, object] | dict[str, str]) -> str:
    return to_base64url(json.dumps(value, separators=(",", ":")).encode())
