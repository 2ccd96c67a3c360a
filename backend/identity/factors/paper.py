"""Codes on paper: drawn here, shown once, each good once."""

import secrets
from uuid import UUID

from backend.identity.factors import store
from backend.identity.factors.proofs import recovery_hash
from backend.identity.limits import RECOVERY_CODES as RECOVERY_CODES_GIVEN
from backend.identity.rules.codes import (
    RECOVERY_CHARACTERS,
    RECOVERY_CODES,
    read_code,
    written_code,
)
from backend.kernel.work import Work


async def draw_recovery_codes(work: Work, account_id: UUID) -> list[str]:
    """Put new recovery codes in the place of an account's others; they are shown this once."""
    codes = [
        written_code(secrets.randbelow(RECOVERY_CODES), RECOVERY_CHARACTERS)
        for _ in range(RECOVERY_CODES_GIVEN)
    ]
    letters = [read_code(code, RECOVERY_CHARACTERS) for code in codes]
    hashes = [recovery_hash(work, one) for one in letters if one is not None]
    await store.replace_recovery_codes(work, account_id, hashes)
    return codes
