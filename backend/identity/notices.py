"""Telling everybody who opens a space, whichever account that is."""

from uuid import UUID

from backend.identity import messages
from backend.identity.accounts import store as accounts
from backend.identity.spaces import store as spaces
from backend.kernel.work import Work


async def tell_space(work: Work, space_id: UUID, kind: str, **words: str) -> None:
    """Write a notice to every address of every account that looks at a space."""
    for account_id in await spaces.parties_of(work, space_id):
        account = await accounts.account(work, account_id)
        if account is not None:  # A professional looks too, and has no account.
            contacts = await accounts.contacts_of(work, account)
            messages.send_notice(work, kind, contacts, **words)
