"""What time alone takes away: outcomes, tokens, codes and counters past their use."""

import logging
from datetime import timedelta

from backend.access.journal.log import merge_when_due
from backend.identity.housekeeping import forget_expired
from backend.kernel.db import StorageUnavailable
from backend.kernel.idempotency import forget_kept
from backend.kernel.sweeping import ROWS_AT_ONCE
from backend.kernel.work import Office, Work
from sync.core.limits import OUTCOMES_KEPT_DAYS
from sync.storage.sql import forget_answered

log = logging.getLogger("carnet")

HOUSEKEEPING_SECONDS = 600
# Four tokens an hour for each of a hundred thousand phones, and some more.
STEPS_MAX = 200
_SWEEPS = (forget_expired, forget_kept)


async def keep_house(office: Office) -> None:
    """Forget what is past its use. Safe in any number of processes, and at any time."""
    try:
        await office.write(_forget_answered)
        for forget in _SWEEPS:
            # In steps, each a transaction of its own, so that no writer waits long.
            for _ in range(STEPS_MAX):
                if await office.write(forget) < ROWS_AT_ONCE:
                    break
    except StorageUnavailable:
        log.warning("housekeeping postponed")


async def keep_log(office: Office) -> None:
    """Take into the journal's tree what waits for it. Safe in any number of processes."""
    try:
        await merge_when_due(office)
    except StorageUnavailable:
        log.warning("journal merge postponed")


async def _forget_answered(work: Work) -> None:
    await forget_answered(work.db, work.now - timedelta(days=OUTCOMES_KEPT_DAYS))
