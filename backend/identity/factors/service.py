"""Changing how an account is protected and reached. Every change is told to every address."""

import msgspec

from backend.identity import messages
from backend.identity.accounts import store as accounts
from backend.identity.accounts.model import Channel, Contacts
from backend.identity.challenges import service as challenges
from backend.identity.challenges.model import Answer, Challenged, Order, Purpose
from backend.identity.counters import charge_or_refuse, refund
from backend.identity.errors import CodeRefused, FactorNotProposed
from backend.identity.factors import store
from backend.identity.factors.apps import new_app
from backend.identity.factors.confirmation import confirmation_of
from backend.identity.factors.model import Factors, TotpProposal
from backend.identity.factors.paper import draw_recovery_codes
from backend.identity.factors.step_up import counted_at
from backend.identity.limits import FAILURES, PROPOSAL_LIFE
from backend.identity.notices import tell
from backend.identity.outcomes import settle
from backend.identity.passwords import Passwords, known_passwords
from backend.identity.recovery import store as recoveries
from backend.identity.rules.codes import read_one_time_code
from backend.identity.rules.contacts import contact_given, masked, with_change
from backend.identity.rules.passwords import check_password
from backend.identity.rules.sessions import refuse_without_step_up
from backend.identity.rules.totp import matching_step
from backend.identity.sessions import store as session_store
from backend.identity.sessions.model import Caller, Ended
from backend.kernel.db import StorageUnavailable
from backend.kernel.errors import Refusal
from backend.kernel.work import Office, Work


async def read_factors(work: Work, caller: Caller) -> Factors:
    """Say how the caller's account is protected and reached."""
    account = await accounts.existing(work, caller.account_id)
    contacts = await accounts.contacts_of(work, account)
    waiting = await recoveries.recovery(work, caller.account_id)
    return Factors(
        has_totp=await accounts.has_totp(work, caller.account_id),
        recovery_codes_left=await store.recovery_codes_left(work, caller.account_id),
        phone=None if contacts.phone is None else masked(contacts.phone),
        email=None if contacts.email is None else masked(contacts.email),
        confirmation=confirmation_of(work, account, contacts.language),
        new_password_at=None if waiting is None else waiting.ready_at,
    )


async def propose_totp(work: Work, caller: Caller) -> TotpProposal:
    """Make a seed for an authenticator app; one in force stays so until `confirm_totp`.

    Raises:
        StepUpNeeded: See `refuse_without_step_up`.
    """
    refuse_without_step_up(caller, work.now)
    app = new_app((await _contacts(work, caller)).login)
    await store.propose(work, caller.account_id, app.secret, work.now + PROPOSAL_LIFE)
    return app


async def confirm_totp(office: Office, caller: Caller, code: str) -> list[str]:
    """Put the proposed app in force by one of its codes.

    Returns:
        New recovery codes, which are shown this once.

    Raises:
        FactorNotProposed: Nothing was proposed, or too long ago.
        CodeRefused: Not a code of the proposed app.
        TooManyTries: Too many wrong codes.
    """
    return await settle(office, lambda work: _confirm_totp(work, caller, code))


async def remove_totp(work: Work, caller: Caller) -> None:
    """Go back to codes that are sent; recovery codes go too. Idempotent.

    Raises:
        StepUpNeeded: See `refuse_without_step_up`.
    """
    refuse_without_step_up(caller, work.now)
    if await store.remove_totp(work, caller.account_id):
        await store.drop_recovery_codes(work, caller.account_id)
        await tell(work, [caller.account_id], "totp-removed")


async def renew_recovery_codes(work: Work, caller: Caller) -> list[str]:
    """Make new recovery codes; the former open nothing.

    Raises:
        StepUpNeeded: See `refuse_without_step_up`.
    """
    refuse_without_step_up(caller, work.now)
    codes = await draw_recovery_codes(work, caller.account_id)
    await tell(work, [caller.account_id], "recovery-renewed")
    return codes


async def change_password(
    office: Office, passwords: Passwords, caller: Caller, password: str
) -> None:
    """Replace the password, and end every other session. What waited to replace it is forgotten.

    Raises:
        StepUpNeeded: See `refuse_without_step_up`.
        PasswordUnsuitable: See `check_password`.
        SignInBusy: Too many passwords are waiting to be hashed.
    """
    refuse_without_step_up(caller, office.clock())
    contacts = await office.look(lambda work: _contacts(work, caller))
    check_password(password, login=contacts.login, known=known_passwords())
    password_hash = await passwords.hash(password)

    async def store_it(work: Work) -> None:
        await accounts.set_password(work, caller.account_id, password_hash)
        # Whoever is told that somebody began to replace it may answer by this alone.
        await recoveries.drop(work, caller.account_id)
        await session_store.end_other_sessions(
            work, caller.account_id, caller.session_id, Ended.PASSWORD_CHANGED
        )
        await tell(work, [caller.account_id], "password-changed")

    await office.write(store_it)


async def begin_contact_change(
    work: Work, caller: Caller, *, phone: str | None, email: str | None
) -> Challenged:
    """Send a code to a new number or address, which counts only once it is proven.

    Raises:
        StepUpNeeded: See `refuse_without_step_up`.
        ContactMissing: Not exactly one.
        PhoneUnsuitable: No SMS reaches this number.
        EmailUnsuitable: No message reaches this address.
        TooManyTries: Too many codes were sent.
    """
    refuse_without_step_up(caller, work.now)
    change = contact_given(phone, email)
    language = (await _contacts(work, caller)).language
    return await challenges.issue(
        work,
        Order(
            purpose=Purpose.CONTACT,
            channel=Channel.SMS if change.phone is not None else Channel.EMAIL,
            contacts=msgspec.structs.replace(change, language=language),
            owner_id=caller.account_id,
            account_id=caller.account_id,
            payload=msgspec.json.encode(change),
            place=counted_at(caller),
            guard=counted_at(caller),
            slot=counted_at(caller),
        ),
    )


async def confirm_contact_change(office: Office, caller: Caller, answer: Answer) -> None:
    """Replace the number or address by the one that is proven; tell the former ones.

    Raises:
        CodeRefused: The code does not prove a change of this account.
        TooManyTries: Too many wrong codes.
    """
    await settle(office, lambda work: _confirm_contact_change(work, caller, answer))


async def _confirm_totp(work: Work, caller: Caller, code: str) -> list[str] | Refusal:
    place = f"confirm|{counted_at(caller)}"
    await charge_or_refuse(work, place, FAILURES)
    proposed = await store.totp(work, caller.account_id)
    expires_at = None if proposed is None else proposed.proposal_expires_at
    if (
        proposed is None
        or proposed.proposal is None
        or expires_at is None
        or expires_at <= work.now
    ):
        raise FactorNotProposed("Ask for an app's secret first.")
    typed = read_one_time_code(code)
    step = matching_step(proposed.proposal, typed, now=work.now, after=0)
    if step is None:
        return CodeRefused("This is not a code of the app.")
    if not await store.confirm(work, caller.account_id, proposed, step):
        raise FactorNotProposed("Another secret was asked for meanwhile.")
    await refund(work, place, FAILURES)
    await tell(work, [caller.account_id], "totp-added")
    return await draw_recovery_codes(work, caller.account_id)


async def _confirm_contact_change(work: Work, caller: Caller, answer: Answer) -> CodeRefused | None:
    redeemed = await challenges.redeem(work, answer, Purpose.CONTACT)
    if isinstance(redeemed, CodeRefused):
        return redeemed
    if redeemed.account_id != caller.account_id:
        return CodeRefused("This code was asked for by another account.")
    account = await accounts.existing(work, caller.account_id)
    former = await accounts.contacts_of(work, account)
    change = msgspec.json.decode(redeemed.payload, type=Contacts)
    if not await accounts.set_contacts(work, account, with_change(former, change, work.now)):
        raise StorageUnavailable("The contacts were changed by another request meanwhile.")
    messages.send_notice(work, "contact-changed", former)
    return None


async def _contacts(work: Work, caller: Caller) -> Contacts:
    account = await accounts.existing(work, caller.account_id)
    return await accounts.contacts_of(work, account)
