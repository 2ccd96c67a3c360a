"""Checking passwords: slow on purpose, on threads, with a bounded queue.

Source: OWASP, password storage: Argon2id with 19 MiB, two passes, one lane.
"""

import base64
import os
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from backend.identity.errors import SignInBusy
from backend.identity.limits import HASHES_WAITING_MAX
from backend.identity.rules.passwords import comparable_password
from backend.kernel.threads import BoundedThreads

_MEMORY_KIB = 19 * 1024
_PASSES = 2
_LANES = 1
_SALT_BYTES = 16
_HASH_BYTES = 32


class Passwords:
    """Hashes and verifies on as many threads as there are cores."""

    def __init__(
        self, *, threads: int | None = None, waiting_max: int = HASHES_WAITING_MAX
    ) -> None:
        self._hasher = PasswordHasher(
            time_cost=_PASSES,
            memory_cost=_MEMORY_KIB,
            parallelism=_LANES,
            salt_len=_SALT_BYTES,
            hash_len=_HASH_BYTES,
        )
        self._threads = BoundedThreads(
            threads or os.cpu_count() or 1,
            waiting_max,
            name="argon2",
            busy=lambda: SignInBusy("Too many sign-ins are waiting."),
        )
        # Nobody's password: to be as slow for an unknown name as for a known one.
        self._nobody = (
            f"$argon2id$v=19$m={_MEMORY_KIB},t={_PASSES},p={_LANES}"
            f"${_unpadded(os.urandom(_SALT_BYTES))}${_unpadded(os.urandom(_HASH_BYTES))}"
        )

    def refuse_when_full(self) -> None:
        """Refuse before anything is counted against a person.

        Raises:
            SignInBusy: Too many are waiting.
        """
        self._threads.refuse_when_full()

    async def hash(self, password: str) -> str:
        """Hash a password in its comparable form.

        Raises:
            SignInBusy: Too many are waiting.
        """
        comparable = comparable_password(password)
        return await self._threads.run(lambda: self._hasher.hash(comparable))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Say whether a password is the one that was hashed; None is nobody's hash.

        Raises:
            SignInBusy: Too many are waiting.
        """
        comparable = comparable_password(password)
        return await self._threads.run(
            lambda: self._matches(password_hash or self._nobody, comparable)
        )

    def close(self) -> None:
        """Let the threads go once they have finished."""
        self._threads.close()

    def _matches(self, password_hash: str, comparable: str) -> bool:
        try:
            return self._hasher.verify(password_hash, comparable)
        except VerifyMismatchError:
            return False


@cache
def known_passwords() -> frozenset[str]:
    """Return the passwords that guessers try first, in lower case."""
    text = files("backend.identity").joinpath("data", "passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line)


def _unpadded(raw: bytes) -> str:
    return base64.b64encode(raw).rstrip(b"=").decode()
