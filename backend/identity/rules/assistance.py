"""What holds for an account that was made with somebody's help, until its owner is alone.

Source: docs/decisions/0020-support-agents.md.
"""

from datetime import datetime

from backend.identity.accounts.model import Account
from backend.identity.limits import CONFIRM_WITHIN, FRESH_NUMBER_AGE


def is_provisional(account: Account) -> bool:
    """Say whether an account was made with help, and not confirmed since."""
    return account.assisted_at is not None and account.confirmed_at is None


def confirm_by(account: Account) -> datetime | None:
    """Say until when a provisional account should be confirmed, or None for any other."""
    if account.assisted_at is None or account.confirmed_at is not None:
        return None
    return account.assisted_at + CONFIRM_WITHIN


def is_overdue(account: Account, now: datetime) -> bool:
    """Say whether a provisional account was not confirmed in time."""
    until = confirm_by(account)
    return until is not None and until <= now


def is_alone(account: Account, *, session_began_at: datetime, is_shared: bool) -> bool:
    """Say whether a session can be that of the owner alone.

    It began after the workshop had ended, and not on a computer that others share.
    """
    assert account.assisted_until is not None
    return not is_shared and session_began_at >= account.assisted_until


def may_recover_by(changed_at: datetime | None, account: Account, now: datetime) -> bool:
    """Say whether a contact may help to recover an account: not while it is new.

    A contact that was given at a workshop is as new as one that was changed.
    """
    return all(
        since is None or now - since >= FRESH_NUMBER_AGE
        for since in (changed_at, account.assisted_at)
    )
