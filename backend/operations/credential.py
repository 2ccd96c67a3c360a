"""The operator's credential: a file that only the account running the server can read."""

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

FILE_NAME = "operator.token"


def operator_token(data_folder: Path) -> str:
    """Return the operator's token, made at the first start.

    An empty file, which a full disk leaves, holds no token: it is made again.
    """
    path = data_folder / FILE_NAME
    with contextlib.suppress(FileNotFoundError):
        if token := path.read_text().strip():
            return token
    data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    token = secrets.token_urlsafe(32)
    temporary = path.with_name(f"{FILE_NAME}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(token)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return token


def is_operator(data_folder: Path, given: str) -> bool:
    """Say whether a token is the operator's, in a time that tells nothing of it."""
    expected = hashlib.sha256(operator_token(data_folder).encode()).digest()
    return hmac.compare_digest(expected, hashlib.sha256(given.encode()).digest())
