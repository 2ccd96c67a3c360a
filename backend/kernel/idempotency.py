"""A request that is sent again gets its first answer again, and happens once.

A key is claimed first. The answer is stored in the transaction that does the
work, so that either both are durable or none; a claim whose process died may be
taken over once its time is up, and whoever held it before can then store nothing.

The answer is sealed under a key that the caller's own `Idempotency-Key` completes,
which is not kept: neither the database nor the key file opens it, nor both.

Source: draft-ietf-httpapi-idempotency-key-header-07; docs/decisions/0021-idempotency-key.md.
"""

import re
from datetime import timedelta
from math import ceil
from uuid import UUID

from msgspec import Struct
from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Uuid,
    bindparam,
    delete,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from backend.kernel.errors import Refusal
from backend.kernel.sealing import Cipher
from backend.kernel.sweeping import sweep, sweeping
from backend.kernel.tables import hash_column, instant_column, metadata
from backend.kernel.work import Work

KEPT = timedelta(hours=24)
# Longer than any request takes; a process that died leaves its claim this long.
CLAIM_LIFE = timedelta(seconds=60)
KEY_CHARACTERS_MIN = 16
KEY_CHARACTERS_MAX = 100
_BETWEEN_SECONDS = 1

# The draft writes a key as a quoted string; many clients send it bare.
_KEY = re.compile(r'(?P<quote>"?)(?P<key>[!#-\[\]-~]*)(?P=quote)')

idempotency_keys = Table(
    "idempotency_key",
    metadata,
    hash_column("key_hash"),
    hash_column("request_hash"),
    Column("claim_id", Uuid, nullable=False),
    instant_column("claimed_until"),
    Column("sealed_answer", LargeBinary),  # None while the first request is at work.
    instant_column("expires_at"),
    PrimaryKeyConstraint("key_hash"),
    Index(None, "expires_at"),
    info={"shard_by": "key_hash"},
)

_KEYS = idempotency_keys.c
_CLAIM = insert(idempotency_keys).on_conflict_do_nothing(index_elements=["key_hash"])
_FOUND = select(
    _KEYS.request_hash, _KEYS.claim_id, _KEYS.claimed_until, _KEYS.sealed_answer, _KEYS.expires_at
).where(_KEYS.key_hash == bindparam("of_key", type_=LargeBinary))
_TAKE_OVER = (
    update(idempotency_keys)
    .where(_KEYS.key_hash == bindparam("of_key"), _KEYS.claim_id == bindparam("former"))
    .values(
        request_hash=bindparam("asked"),
        claim_id=bindparam("mine"),
        claimed_until=bindparam("until"),
        sealed_answer=null(),
        expires_at=bindparam("over_at"),
    )
)
_ANSWER = (
    update(idempotency_keys)
    .where(_KEYS.key_hash == bindparam("of_key"), _KEYS.claim_id == bindparam("mine"))
    .values(sealed_answer=bindparam("sealed"), expires_at=bindparam("over_at"))
)
_RELEASE = delete(idempotency_keys).where(
    _KEYS.key_hash == bindparam("of_key"),
    _KEYS.claim_id == bindparam("mine"),
    _KEYS.sealed_answer.is_(None),
)


_OVER = sweeping(_KEYS.key_hash, _KEYS.expires_at < bindparam("before"))


class IdempotencyKeyInvalid(Refusal):
    """An `Idempotency-Key` that is too short to be one of a kind, too long, or no key."""

    code = "idempotency-key-invalid"
    status = 400


class IdempotencyKeyReused(Refusal):
    """The same `Idempotency-Key` came with another request."""

    code = "idempotency-key-reused"
    status = 422


class RequestInProgress(Refusal):
    """The same request is at work right now."""

    code = "request-in-progress"
    status = 409

    def __init__(self, wait_seconds: int = _BETWEEN_SECONDS) -> None:
        """Take the whole seconds after which it may be sent again."""
        super().__init__("A request with this Idempotency-Key is at work.")
        self.retry_after_seconds = wait_seconds


class Asked(Struct, frozen=True, kw_only=True):
    """One request under a key, as it is told from every other."""

    party: str
    """Who asks: two callers may choose one key."""
    key: str
    request: str
    """All that the request is: two that differ in nothing else are one."""


class Kept(Struct, frozen=True, kw_only=True):
    """An answer as it was first given."""

    status: int
    body: bytes


class Claim(Struct, frozen=True, kw_only=True):
    """The right to answer one request, until somebody may take it over."""

    claim_id: UUID
    key_hash: bytes
    cipher: Cipher


def read_key(header: str) -> str:
    """Read the value of an `Idempotency-Key` header, with quotes or without.

    Raises:
        IdempotencyKeyInvalid: It is not from 16 to 100 printable characters.
    """
    found = _KEY.fullmatch(header.strip())
    if found is None or not KEY_CHARACTERS_MIN <= len(found["key"]) <= KEY_CHARACTERS_MAX:
        raise IdempotencyKeyInvalid(
            f"A key has from {KEY_CHARACTERS_MIN} to {KEY_CHARACTERS_MAX} printable characters."
        )
    return found["key"]


async def claim(work: Work, asked: Asked) -> Claim | Kept:
    """Claim a request, or return what was answered to it.

    Raises:
        IdempotencyKeyReused: The key came with another request.
        RequestInProgress: The same request is at work.
    """
    provider = work.keys.provider
    named = f"{asked.party}|{asked.key}"
    key_hash = provider.index("idempotency key", named)
    mine = Claim(
        claim_id=work.new_id(),
        key_hash=key_hash,
        cipher=Cipher(UUID(bytes=key_hash[:16]), provider.index("idempotency answer", named)),
    )
    asked_hash = provider.index("idempotency request", f"{named}|{asked.request}")
    taken = await work.db.run(
        _CLAIM,
        key_hash=key_hash,
        request_hash=asked_hash,
        claim_id=mine.claim_id,
        claimed_until=work.now + CLAIM_LIFE,
        sealed_answer=None,
        expires_at=work.now + KEPT,
    )
    if taken == 1:
        return mine
    found = await work.db.row(_FOUND, of_key=key_hash)
    if found is None:
        raise RequestInProgress  # Let go between the two statements.
    request_hash, former, claimed_until, sealed, expires_at = found
    if expires_at > work.now:
        if request_hash != asked_hash:
            raise IdempotencyKeyReused("This Idempotency-Key came with another request.")
        if sealed is not None:
            return _opened(mine, sealed)
        if claimed_until > work.now:
            raise RequestInProgress(ceil((claimed_until - work.now).total_seconds()))
    if not await _take_over(work, mine, asked_hash, former):
        raise RequestInProgress
    return mine


async def keep(work: Work, mine: Claim, answer: Kept) -> None:
    """Store the answer of a claimed request, with whatever else this transaction writes.

    Raises:
        RequestInProgress: Somebody took the claim over: nothing may be done twice.
    """
    plain = answer.status.to_bytes(2) + answer.body
    kept = await work.db.run(
        _ANSWER,
        of_key=mine.key_hash,
        mine=mine.claim_id,
        sealed=mine.cipher.seal(_place(mine), plain),
        over_at=work.now + KEPT,
    )
    if kept != 1:
        raise RequestInProgress


async def release(work: Work, mine: Claim) -> None:
    """Let a request that was not done be sent again at once."""
    await work.db.run(_RELEASE, of_key=mine.key_hash, mine=mine.claim_id)


async def forget_kept(work: Work) -> int:
    """Delete some of the answers that are past their day; return how many."""
    return await sweep(work, _OVER, work.now)


async def _take_over(work: Work, mine: Claim, asked_hash: bytes, former: UUID) -> bool:
    taken = await work.db.run(
        _TAKE_OVER,
        of_key=mine.key_hash,
        former=former,
        asked=asked_hash,
        mine=mine.claim_id,
        until=work.now + CLAIM_LIFE,
        over_at=work.now + KEPT,
    )
    return taken == 1


def _opened(mine: Claim, sealed: bytes) -> Kept:
    plain = mine.cipher.open(_place(mine), sealed)
    return Kept(status=int.from_bytes(plain[:2]), body=plain[2:])


def _place(mine: Claim) -> bytes:
    return b"idempotency" + mine.key_hash
