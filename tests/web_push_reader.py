"""A browser's half of Web Push, read from the RFCs a second time: no code of ours."""

import hashlib
import hmac
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Unreadable(Exception):
    """It was made for somebody else, or changed."""


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


def decrypt(body: bytes, *, private_key: ec.EllipticCurvePrivateKey, auth_secret: bytes) -> bytes:
    """Open one message.

    Raises:
        Unreadable: It does not open.

    Source: RFC 8291, 3.4; RFC 8188, 2.1 to 2.3.
    """
    salt, (size, length) = body[:16], struct.unpack(">IB", body[16:21])
    theirs, sealed = body[21 : 21 + length], body[21 + length :]
    assert len(sealed) <= size
    sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
    ours = private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = private_key.exchange(ec.ECDH(), sender)
    # HKDF by hand: one block of its expansion is all that is needed.
    secret = _mac(_mac(auth_secret, shared), b"WebPush: info\x00" + ours + theirs + b"\x01")
    from_salt = _mac(salt, secret)
    key = _mac(from_salt, b"Content-Encoding: aes128gcm\x00\x01")[:16]
    nonce = _mac(from_salt, b"Content-Encoding: nonce\x00\x01")[:12]
    try:
        padded = AESGCM(key).decrypt(nonce, sealed, None)
    except InvalidTag:
        raise Unreadable from None
    plain, delimiter = padded.rstrip(b"\x00")[:-1], padded.rstrip(b"\x00")[-1:]
    if delimiter != b"\x02":
        raise Unreadable
    return plain
