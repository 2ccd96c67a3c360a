"""What time alone takes away: outcomes, tokens, codes, counters, and bytes without a document."""

import logging
from datetime import timedelta

from sqlalchemy import bindparam

from backend.access.consents.store import forget_requests
from backend.access.journal.log import merge_when_due
from backend.access.mandates.store import forget_codes
from backend.access.minors.service import hand_over_due, note_majorities
from backend.documents.sweeping import DocumentSweeper
from backend.identity.housekeeping import forget_expired
from backend.kernel.db import StorageUnavailable
from backend.kernel.idempotency import forget_kept
from backend.kernel.metrics import Metrics
from backend.kernel.spaces import SpaceTransactions
from backend.kernel.sweeping import ROWS_AT_ONCE, sweep_within, sweeping_within
from backend.kernel.work import Office, Work
from backend.workshops.housekeeping import forget_expired as forget_agents_expired
from sync.core.limits import OUTCOMES_KEPT_DAYS
from sync.errors import SpaceNotFound
from sync.exchange import sweep
from sync.ports import Host
from sync.storage.sql import spaces_due
from sync.storage.tables import ops

log = logging.getLogger("carnet")

HOUSEKEEPING_SECONDS = 600
RIGHTS_SECONDS = 60
SPACES_AT_ONCE = 1_000
# Four tokens an hour for each of a hundred thousand phones, and some more.
STEPS_MAX = 200
_SWEEPS = (
    forget_expired,
    forget_agents_expired,
    forget_kept,
    forget_codes,
    forget_requests,
)

_ANSWERED = sweeping_within(ops.c.space_id, ops.c.op_id, ops.c.answered_at < bindparam("before"))


async def keep_house(office: Office, documents: DocumentSweeper | None = None) -> None:
    """Forget what is past its use. Safe in any number of processes, and at any time."""
    try:
        for forget in (forget_answered, *_SWEEPS):
            # In steps, each a transaction of its own, so that no writer waits long.
            for _ in range(STEPS_MAX):
                if await office.write(forget) < ROWS_AT_ONCE:
                    break
        if documents is not None:
            await documents.sweep()
    except (StorageUnavailable, OSError):
        log.warning("housekeeping postponed")


async def note_birthdays(office: Office) -> None:
    """Note when the persons of spaces of before come of age. Safe in any number of processes."""
    try:
        for _ in range(STEPS_MAX):
            if not await office.write(note_majorities):
                break
    except StorageUnavailable:
        log.warning("noting birthdays postponed")


async def keep_majorities(office: Office, host: Host) -> None:
    """Hand spaces over to those who came of age. Safe in any number of processes."""
    await note_birthdays(office)
    try:
        for _ in range(STEPS_MAX):
            if not await hand_over_due(office, host):
                break
    except StorageUnavailable:
        log.warning("handing over postponed")


async def keep_log(office: Office) -> None:
    """Take into the journal's tree what waits for it. Safe in any number of processes."""
    try:
        await merge_when_due(office)
    except StorageUnavailable:
        log.warning("journal merge postponed")


async def keep_rights(office: Office, host: Host, metrics: Metrics) -> None:
    """Bring spaces up to date with what time alone has changed. Safe in any number of processes.

    Rights are asked at each request whatever this does: it is for those who do
    not ask, and whose devices are told that there is news.
    """
    transactions = SpaceTransactions(office)
    try:
        due = await office.read(lambda work: spaces_due(work.db, work.now, SPACES_AT_ONCE))
        metrics.spaces_due(len(due))
        for space_id in due:
            try:
                await sweep(transactions, host, space_id)
            except SpaceNotFound:  # Closed: nobody looks there.
                continue
            metrics.count_swept()
    except StorageUnavailable:
        log.warning("sweep of rights postponed")


async def forget_answered(work: Work) -> int:
    """Drop some outcomes that no device can ask for any more; return how many."""
    return await sweep_within(work, _ANSWERED, work.now - timedelta(days=OUTCOMES_KEPT_DAYS))
