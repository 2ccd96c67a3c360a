"""The operator's credential: a file that only the account running the server can read."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

FILE_NAME = "operator.token"


def operator_token(data_folder: Path) -> str:
    """Return the operator's token, made at the first start."""
    path = data_folder / FILE_NAME
    if not path.exists():
        data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text().strip()


def is_operator(data_folder: Path, given: str) -> bool:
    """Say whether a token is the operator's, in a time that tells nothing of it."""
    expected = hashlib.sha256(operator_token(data_folder).encode()).digest()
    return hmac.compare_digest(expected, hashlib.sha256(given.encode()).digest())
