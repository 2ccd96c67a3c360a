"""Codes on paper: drawn here, shown once, each good once."""

from uuid import UUID

from backend.identity.factors import store
from backend.identity.factors.proofs import PAPER_CODES
from backend.identity.limits import RECOVERY_CODES
from backend.kernel.work import Work


async def draw_recovery_codes(work: Work, account_id: UUID) -> list[str]:
    """Put new recovery codes in the place of an account's others; they are shown this once."""
    drawn = [PAPER_CODES.draw(work) for _ in range(RECOVERY_CODES)]
    await store.replace_recovery_codes(work, account_id, [hashed for _, hashed in drawn])
    return [code for code, _ in drawn]
