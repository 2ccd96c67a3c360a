"""Two codes, of two kinds: what each proves, and that none is taken for nothing."""

import hmac
from collections.abc import Sequence
from uuid import UUID

from backend.identity.accounts.model import Channel
from backend.identity.factors.proofs import take_recovery_code, take_totp
from backend.identity.recovery import store
from backend.identity.recovery.model import Means, Recovery, Request
from backend.identity.rules.codes import read_one_time_code
from backend.identity.typed_codes import TypedCodes
from backend.kernel.work import Work

LETTER_CODES = TypedCodes("recovery-letter")


async def are_two(work: Work, request: Request, account_id: UUID, codes: Sequence[str]) -> bool:
    """Say whether two codes prove two different things.

    Those that were sent are looked at first: one that a person holds is used up by
    looking, so it is taken only when it would be the last that is missing.
    """
    expected = await store.recovery(work, account_id)
    proven: set[Means] = set()
    rest = []
    for code in codes:
        means = _sent(work, request, expected, code)
        if means is None:
            rest.append(code)
        else:
            proven.add(means)
    if not proven and len(rest) == len(codes):
        return await _are_held(work, account_id, rest)
    for code in rest:
        means = await _held(work, account_id, code)
        if means is None:
            return False
        proven.add(means)
    return len(proven) >= len(codes)


def sent_hash(work: Work, request_id: UUID, channel: Channel, code: str) -> bytes:
    """Return what is stored of a code that was sent."""
    return work.keys.provider.index("code", f"{request_id.hex}|{channel.value}|{code}")


async def _are_held(work: Work, account_id: UUID, codes: Sequence[str]) -> bool:
    """Say whether one code is of the app and the other of the paper."""
    for app, paper in (codes, codes[::-1]):
        if await take_totp(work, account_id, app):
            return await take_recovery_code(work, account_id, paper)
    return False


async def _held(work: Work, account_id: UUID, code: str) -> Means | None:
    if await take_recovery_code(work, account_id, code):
        return Means.RECOVERY_CODE
    return Means.TOTP if await take_totp(work, account_id, code) else None


def _sent(work: Work, request: Request, expected: Recovery | None, code: str) -> Means | None:
    typed = read_one_time_code(code)
    sms = sent_hash(work, request.request_id, Channel.SMS, typed)
    email = sent_hash(work, request.request_id, Channel.EMAIL, typed)
    if hmac.compare_digest(sms, request.sms_hash) and request.sms_expires_at > work.now:
        return Means.SMS
    if hmac.compare_digest(email, request.email_hash):
        return Means.EMAIL
    return Means.LETTER if _is_letter(work, expected, code) else None


def _is_letter(work: Work, expected: Recovery | None, code: str) -> bool:
    if expected is None or expected.letter_hash is None or expected.letter_expires_at is None:
        return False
    typed = LETTER_CODES.hash_of(work, code)
    return (
        typed is not None
        and expected.letter_expires_at > work.now
        and hmac.compare_digest(typed, expected.letter_hash)
    )
