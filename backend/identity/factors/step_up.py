"""Proving again, before a dangerous act, who holds the device: password and code.

Both are asked, because a telephone left open on a table holds the code too.
"""

from datetime import datetime

import msgspec

from backend.identity import messages
from backend.identity.accounts import store as accounts
from backend.identity.accounts.model import Account, Channel, Contacts
from backend.identity.challenges import service as challenges
from backend.identity.challenges.model import (
    Answer,
    Assurance,
    Challenged,
    Order,
    Purpose,
    Redeemed,
)
from backend.identity.counters import charge_or_refuse, refund
from backend.identity.errors import (
    CodeRefused,
    ConfirmationNeeded,
    NotSignedIn,
    StepUpRefused,
    StepUpUnavailable,
)
from backend.identity.limits import FAILURES, STEP_UP_LIFE
from backend.identity.outcomes import settle
from backend.identity.passwords import Passwords
from backend.identity.rules.assistance import is_overdue
from backend.identity.rules.contacts import choose_step_up_channel
from backend.identity.sessions import store as sessions
from backend.identity.sessions.model import Caller
from backend.kernel.errors import Refusal
from backend.kernel.work import Office, Work


class SteppedUp(msgspec.Struct, frozen=True, kw_only=True):
    """Until when dangerous acts are open to this session."""

    stepped_up_until: datetime
    assurance: Assurance


async def begin(office: Office, passwords: Passwords, caller: Caller, password: str) -> Challenged:
    """Take the password again, and ask for a code.

    Raises:
        StepUpRefused: Not the password of this account.
        ConfirmationNeeded: The account was made with help, and not confirmed in time.
        StepUpUnavailable: No way to send a code is old enough to be trusted.
        TooManyTries: Too many wrong passwords, or too many codes.
        SignInBusy: Too many passwords are waiting to be checked.
    """
    await prove_password(office, passwords, caller, password)
    return await office.write(lambda work: _challenge(work, caller))


async def prove_password(
    office: Office, passwords: Passwords, caller: Caller, password: str
) -> None:
    """Take the password of somebody signed in again, counting the try.

    Raises:
        StepUpRefused: Not the password of this account.
        TooManyTries: Too many wrong passwords.
        SignInBusy: Too many passwords are waiting to be checked.
    """
    passwords.refuse_when_full()

    async def count(work: Work) -> Account:
        await charge_or_refuse(work, f"password|{counted_at(caller)}", FAILURES)
        return await accounts.existing(work, caller.account_id)

    account = await office.write(count)
    if not await passwords.verify(account.password_hash, password):
        raise StepUpRefused("This is not the password.")


async def forgive_password(work: Work, caller: Caller) -> None:
    """Take back the try of a password that was right."""
    await refund(work, f"password|{counted_at(caller)}", FAILURES)


async def challenge(
    work: Work, caller: Caller, purpose: Purpose, channel: Channel, contacts: Contacts
) -> Challenged:
    """Ask somebody signed in for a code, which only the same session can give.

    Raises:
        TooManyTries: Too many codes.
    """
    return await challenges.issue(
        work,
        Order(
            purpose=purpose,
            channel=channel,
            contacts=contacts,
            owner_id=caller.account_id,
            account_id=caller.account_id,
            payload=caller.session_id.bytes,
            place=counted_at(caller),
            guard=counted_at(caller),
            slot=counted_at(caller),
        ),
    )


async def redeem(
    work: Work, caller: Caller, answer: Answer, purpose: Purpose
) -> Redeemed | CodeRefused:
    """Take the code that this session asked for; what is refused is returned, and counted."""
    redeemed = await challenges.redeem(work, answer, purpose)
    if isinstance(redeemed, CodeRefused) or redeemed.payload == caller.session_id.bytes:
        return redeemed
    return CodeRefused("This code was asked for by another session.")


async def verify(office: Office, caller: Caller, answer: Answer) -> SteppedUp:
    """Take the code, and open dangerous acts to this session for a moment.

    Raises:
        CodeRefused: The code does not prove a step-up of this session.
        TooManyTries: Too many wrong codes.
    """
    return await settle(office, lambda work: _verify(work, caller, answer))


def counted_at(caller: Caller) -> str:
    """Say where the tries of somebody signed in are counted: on their own device."""
    return f"account|{caller.account_id}|device|{caller.device_id}"


async def _challenge(work: Work, caller: Caller) -> Challenged:
    await forgive_password(work, caller)
    account = await accounts.existing(work, caller.account_id)
    if is_overdue(account, work.now):
        raise ConfirmationNeeded("This account was made with help: its owner confirms it first.")
    contacts = await accounts.contacts_of(work, account)
    has_totp = await accounts.has_totp(work, caller.account_id)
    channel = choose_step_up_channel(contacts, has_totp=has_totp, now=work.now)
    if channel is None:
        raise StepUpUnavailable("The contacts of this account have just changed.")
    return await challenge(work, caller, Purpose.STEP_UP, channel, contacts)


async def _verify(work: Work, caller: Caller, answer: Answer) -> SteppedUp | Refusal:
    redeemed = await redeem(work, caller, answer, Purpose.STEP_UP)
    if isinstance(redeemed, CodeRefused):
        return redeemed
    session = await sessions.session(work, caller.account_id, caller.session_id)
    assert session is not None
    is_strong = redeemed.assurance is Assurance.STRONG
    stepped_up = SteppedUp(
        stepped_up_until=work.now + STEP_UP_LIFE,
        assurance=Assurance.STRONG if is_strong else Assurance(session.assurance),
    )
    if not await sessions.step_up(
        work,
        session,
        until=stepped_up.stepped_up_until,
        assurance=stepped_up.assurance.value,
    ):
        return NotSignedIn("This session has just ended.")
    if redeemed.used_recovery_code:
        account = await accounts.existing(work, caller.account_id)
        contacts = await accounts.contacts_of(work, account)
        messages.send_notice(work, "recovery-used", contacts)
    return stepped_up
