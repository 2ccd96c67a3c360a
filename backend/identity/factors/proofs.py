"""Taking a code that a person holds: each is good once."""

from enum import Enum
from uuid import UUID

from backend.identity.factors import store
from backend.identity.rules.codes import RECOVERY_CHARACTERS, read_one_time_code
from backend.identity.rules.totp import matching_step
from backend.identity.typed_codes import TypedCodes
from backend.kernel.work import Work

PAPER_CODES = TypedCodes("recovery", RECOVERY_CHARACTERS)


class Proof(Enum):
    """What a code has proven."""

    SENT_CODE = "sent-code"
    TOTP = "totp"
    RECOVERY_CODE = "recovery-code"


async def take_totp(work: Work, account_id: UUID, typed: str) -> bool:
    """Take the code of an authenticator app; False when it is wrong or was seen before.

    Source: RFC 6238, 5.2: the second use of one code must fail.
    """
    found = await store.totp(work, account_id)
    if found is None or found.seed is None:
        return False
    step = matching_step(found.seed, read_one_time_code(typed), now=work.now, after=found.last_step)
    return step is not None and await store.take_step(work, account_id, step)


async def take_recovery_code(work: Work, account_id: UUID, typed: str) -> bool:
    """Take a recovery code; False when it is none, or used."""
    hashed = PAPER_CODES.hash_of(work, typed)
    return hashed is not None and await store.use_recovery_code(work, account_id, hashed)
