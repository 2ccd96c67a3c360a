"""Confirming alone an account that was made with help: password and code, on one's own device.

Source: docs/decisions/0020-support-agents.md.
"""

from backend.identity import messages
from backend.identity.accounts import store as accounts
from backend.identity.accounts.model import Account
from backend.identity.challenges.model import Answer, Challenged, Purpose
from backend.identity.errors import CodeRefused, ConfirmationElsewhere, NothingToConfirm
from backend.identity.factors.model import Confirmation, ConfirmationState
from backend.identity.factors.step_up import challenge, forgive_password, prove_password, redeem
from backend.identity.notices import tell
from backend.identity.outcomes import settle
from backend.identity.passwords import Passwords
from backend.identity.rules.assistance import confirm_by, is_alone, is_overdue, is_provisional
from backend.identity.rules.contacts import choose_channel
from backend.identity.sessions import store as session_store
from backend.identity.sessions.model import Caller
from backend.kernel.errors import Refusal
from backend.kernel.work import Office, Work


async def begin(office: Office, passwords: Passwords, caller: Caller, password: str) -> Challenged:
    """Take the password again, and ask for a code.

    Raises:
        NothingToConfirm: The account was made without help, or is confirmed.
        ConfirmationElsewhere: On a shared computer, or in a session of the workshop.
        StepUpRefused: Not the password of this account.
        TooManyTries: Too many wrong passwords, or too many codes.
        SignInBusy: Too many passwords are waiting to be checked.
    """
    await office.read(lambda work: _refuse_here(work, caller))
    await prove_password(office, passwords, caller, password)
    return await office.write(lambda work: _challenge(work, caller))


async def verify(office: Office, caller: Caller, answer: Answer) -> None:
    """Take the code: the account is its owner's alone from now on.

    Raises:
        CodeRefused: The code does not prove a confirmation by this session.
        TooManyTries: Too many wrong codes.
    """
    await settle(office, lambda work: _verify(work, caller, answer))


def confirmation_of(work: Work, account: Account, language: str) -> Confirmation | None:
    """Say in words what is to be confirmed, and until when; None when nothing is."""
    until = confirm_by(account)
    if until is None:
        return None
    state = ConfirmationState.PROVISIONAL
    if is_overdue(account, work.now):
        state = ConfirmationState.OVERDUE
    words = messages.words_of(f"state-{state.value}", language)
    return Confirmation(state=state, confirm_by=until, title=words.subject, text=words.text)


async def _refuse_here(work: Work, caller: Caller) -> Account:
    account = await accounts.existing(work, caller.account_id)
    if not is_provisional(account):
        raise NothingToConfirm("This account waits for no confirmation.")
    session = await session_store.session(work, caller.account_id, caller.session_id)
    assert session is not None
    is_shared = await session_store.is_shared(work, caller.account_id, caller.device_id)
    if not is_alone(account, session_began_at=session.created_at, is_shared=is_shared):
        raise ConfirmationElsewhere("Sign in again, after the workshop, on a device of one's own.")
    return account


async def _challenge(work: Work, caller: Caller) -> Challenged:
    await forgive_password(work, caller)
    account = await _refuse_here(work, caller)
    contacts = await accounts.contacts_of(work, account)
    has_totp = await accounts.has_totp(work, caller.account_id)
    channel = choose_channel(contacts, has_totp=has_totp, preference=None)
    return await challenge(work, caller, Purpose.CONFIRM, channel, contacts)


async def _verify(work: Work, caller: Caller, answer: Answer) -> Refusal | None:
    redeemed = await redeem(work, caller, answer, Purpose.CONFIRM)
    if isinstance(redeemed, CodeRefused):
        return redeemed
    await _refuse_here(work, caller)
    await accounts.confirm(work, caller.account_id)
    await tell(work, [caller.account_id], "confirmed")
    return None
