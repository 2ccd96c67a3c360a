"""Telling a person that something about who sees their record is new.

No text says what: an SMS is read over a shoulder. The app and the journal do.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

from backend.access.consents.limits import CODE_LIFE
from backend.access.model import Role
from backend.identity import messages, notices
from backend.identity.accounts import store as accounts
from backend.identity.rules.counters import Limit
from backend.kernel.spaces import open_store
from backend.kernel.work import Work
from sync.core.audience import Viewer

_OWN = (Role.HOLDER.value, Role.REPRESENTATIVE.value)

FIRST_READ = "first-read"
CONSENT_BY_CODE = "consent-by-code"
CARE_TEAM = "care-team"
BLOCK_LIFTED = "block-lifted"


# Whoever may act in a record, again and again, sends its person messages that cost money.
# The journal has each act; a few messages an hour say that there is something to read.
NOTICES = (
    Limit(name="rights-notice-hour", most=8, per=timedelta(hours=1), burst=8),
    Limit(name="rights-notice-day", most=30, per=timedelta(days=1), burst=30),
)


async def tell(
    work: Work,
    viewers: Iterable[Viewer],
    kind: str,
    *,
    limits: Sequence[Limit] = NOTICES,
    words: Mapping[str, str] = MappingProxyType({}),
) -> int:
    """Send a notice to those of these viewers who decide for the person; return to how many.

    Of one kind each gets so many; none of what must be told each time has *limits*.
    """
    return await notices.tell(work, _deciders(work, viewers), kind, limits, words)


async def tell_space(work: Work, space_id: UUID, kind: str, **words: str) -> int:
    """Send a notice to everybody who decides for the person of a space."""
    viewers = await (await open_store(work, space_id)).viewers()
    return await tell(work, viewers, kind, words=words)


async def tell_code(work: Work, viewers: Iterable[Viewer], code: str) -> None:
    """Send the code that stands for a consent to everybody who decides for the person."""
    for party_id in _deciders(work, viewers):
        account = await accounts.account(work, party_id)
        if account is not None:
            contacts = await accounts.contacts_of(work, account)
            messages.send_consent_code(work, contacts, code, life=CODE_LIFE)


def _deciders(work: Work, viewers: Iterable[Viewer]) -> list[UUID]:
    return [
        viewer.party_id
        for viewer in viewers
        if viewer.role in _OWN and viewer.party_id is not None and viewer.is_in_force(work.now)
    ]
