"""Telling a person that something about who sees their record is new.

No text says what: an SMS is read over a shoulder. The app and the journal do.
"""

from backend.access.consents.limits import CODE_LIFE
from backend.access.model import Role
from backend.identity import messages
from backend.identity.accounts import store as accounts
from backend.identity.accounts.model import Contacts
from backend.kernel.work import Work
from sync.core.audience import Viewer

_OWN = (Role.HOLDER.value, Role.REPRESENTATIVE.value)

FIRST_READ = "first-read"
CONSENT_BY_CODE = "consent-by-code"
CARE_TEAM = "care-team"
BLOCK_LIFTED = "block-lifted"


async def tell(work: Work, viewers: list[Viewer], kind: str) -> None:
    """Send a notice to everybody who decides for the person of a space."""
    for contacts in await _deciders(work, viewers):
        messages.send_notice(work, kind, contacts)


async def tell_code(work: Work, viewers: list[Viewer], code: str) -> None:
    """Send the code that stands for a consent to everybody who decides for the person."""
    for contacts in await _deciders(work, viewers):
        messages.send_consent_code(work, contacts, code, life=CODE_LIFE)


async def _deciders(work: Work, viewers: list[Viewer]) -> list[Contacts]:
    found = []
    for viewer in viewers:
        if viewer.role not in _OWN or viewer.party_id is None or not viewer.is_in_force(work.now):
            continue
        account = await accounts.account(work, viewer.party_id)
        if account is not None:
            found.append(await accounts.contacts_of(work, account))
    return found
