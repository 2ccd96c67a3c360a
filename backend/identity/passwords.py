"""Checking passwords: slow on purpose, on threads, with a bounded queue.

Source: OWASP, password storage: Argon2id with 19 MiB, two passes, one lane.
"""

import asyncio
import base64
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from backend.identity.errors import SignInBusy
from backend.identity.limits import HASHES_WAITING_MAX
from backend.identity.rules.passwords import comparable_password

T = TypeVar("T")

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
        threads = threads or os.cpu_count() or 1
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._places_max = threads + waiting_max
        self._taken = 0
        self._lock = threading.Lock()
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
        if self._taken >= self._places_max:
            raise SignInBusy("Too many sign-ins are waiting.")

    async def hash(self, password: str) -> str:
        """Hash a password in its comparable form.

        Raises:
            SignInBusy: Too many are waiting.
        """
        comparable = comparable_password(password)
        return await self._run(lambda: self._hasher.hash(comparable))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Say whether a password is the one that was hashed; None is nobody's hash.

        Raises:
            SignInBusy: Too many are waiting.
        """
        comparable = comparable_password(password)
        return await self._run(lambda: self._matches(password_hash or self._nobody, comparable))

    def close(self) -> None:
        """Let the threads go once they have finished."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _matches(self, password_hash: str, comparable: str) -> bool:
        try:
            return self._hasher.verify(password_hash, comparable)
        except VerifyMismatchError:
            return False

    async def _run(self, task: Callable[[], T]) -> T:
        with self._lock:
            self.refuse_when_full()
            self._taken += 1
        running = self._executor.submit(task)
        # Not at the end of the wait: a request may leave while its thread still works.
        running.add_done_callback(self._leave)
        return await asyncio.wrap_future(running)

    def _leave(self, _: Future[T]) -> None:
        with self._lock:
            self._taken -= 1


@cache
def known_passwords() -> frozenset[str]:
    """Return the passwords that guessers try first, in lower case."""
    text = files("backend.identity").joinpath("data", "passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line)


def _unpadded(raw: bytes) -> str:
    return base64.b64encode(raw).rstrip(b"=").decode()
