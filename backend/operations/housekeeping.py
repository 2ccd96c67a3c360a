"""What time alone takes away: outcomes, tokens, codes and counters past their use."""

import logging
from datetime import timedelta

from backend.identity.housekeeping import forget_expired
from backend.kernel.db import StorageUnavailable
from backend.kernel.work import Office, Work
from sync.core.limits import OUTCOMES_KEPT_DAYS
from sync.storage.sql import forget_answered

log = logging.getLogger("carnet")

HOUSEKEEPING_SECONDS = 600


async def keep_house(office: Office) -> None:
    """Forget what is past its use. Safe in any number of processes, and at any time."""
    try:
        await office.write(_forget)
    except StorageUnavailable:
        log.warning("housekeeping postponed")


async def _forget(work: Work) -> None:
    await forget_answered(work.db, work.now - timedelta(days=OUTCOMES_KEPT_DAYS))
    await forget_expired(work)
