"""A lost password: two proofs of two kinds, three days, and a new one.

Whatever a stranger can see is the same for an account and for none. A new
password does not skip the second factor: the next sign-in asks for both. Until
it is due, every device that is signed in may cancel it.

Source: NIST SP 800-63B, 4.2; OWASP ASVS 5.0, 6.4.3; docs/decisions/0020-support-agents.md.
"""

import hmac
import secrets
from uuid import UUID

from backend.identity import messages
from backend.identity.accounts import store as accounts
from backend.identity.accounts.model import Account, Channel, Contacts
from backend.identity.assisted import Act, Helped
from backend.identity.counters import charge, charge_or_refuse, refund
from backend.identity.errors import CodeRefused, TicketRefused
from backend.identity.letters import service as letters
from backend.identity.letters.model import LetterKind
from backend.identity.limits import (
    ACTIVATIONS_PER_ADDRESS,
    ATTEMPTS,
    ATTEMPTS_ON_FILE,
    ATTEMPTS_PER_ADDRESS,
    CODE_DIGITS,
    CODE_LIFE_EMAIL,
    CODE_LIFE_SMS,
    FAILURES,
    RECOVERY_DELAY,
    RECOVERY_LETTER_LIFE,
    SENDS,
    SENDS_ON_FILE,
    VERIFIES_PER_ADDRESS,
)
from backend.identity.notices import tell
from backend.identity.outcomes import settle
from backend.identity.passwords import Passwords, known_passwords
from backend.identity.ports import Tickets
from backend.identity.recovery import proofs, store
from backend.identity.recovery.model import Lost, Proof, RecoveryBegun, RecoveryProven, Request
from backend.identity.rules.assistance import may_recover_by
from backend.identity.rules.codes import one_time_code
from backend.identity.rules.passwords import check_password, comparable_login
from backend.identity.rules.places import network_of
from backend.identity.sessions import store as session_store
from backend.identity.sessions.model import Caller, Ended
from backend.identity.spaces import store as spaces
from backend.identity.spaces.model import Role
from backend.kernel.errors import Refusal
from backend.kernel.work import Office, Work


async def begin(office: Office, lost: Lost, tickets: Tickets) -> RecoveryBegun:
    """Send a code to each contact that is old enough to be trusted.

    With the ticket of a workshop, a code goes home by post as well.

    Raises:
        TicketRefused: A ticket that is wrong, used or too old.
        TooManyTries: Too many requests for this name, or from this address.
    """
    return await settle(office, lambda work: _begin(work, lost, tickets))


async def prove(office: Office, passwords: Passwords, proof: Proof) -> RecoveryProven:
    """Take two codes of two kinds, and keep the new password for three days.

    Raises:
        PasswordUnsuitable: See `check_password`.
        CodeRefused: The codes do not prove the request: one answer for all.
        TooManyTries: Too many codes from this address.
        SignInBusy: Too many passwords are waiting to be hashed.
    """
    check_password(proof.password, login=proof.login, known=known_passwords())
    passwords.refuse_when_full()
    network = f"network|{network_of(proof.address)}"
    await office.write(lambda work: charge_or_refuse(work, network, [VERIFIES_PER_ADDRESS]))
    # Hashed before anything is known, so that right and wrong take as long.
    password_hash = await passwords.hash(proof.password)
    return await settle(office, lambda work: _prove(work, proof, password_hash))


async def cancel(work: Work, caller: Caller) -> None:
    """Forget a new password that waits, and a letter on its way. Idempotent."""
    if await store.drop(work, caller.account_id):
        await tell(work, [caller.account_id], "recovery-cancelled")


async def apply_due(work: Work, account_id: UUID) -> None:
    """Put a new password in force if it is due, and end every session.

    Called before the password of an account is looked at: whatever the clock has
    changed is changed at the next contact.
    """
    waiting = await store.recovery(work, account_id)
    if waiting is None or waiting.password_hash is None or waiting.ready_at is None:
        return
    if waiting.ready_at > work.now or not await store.drop(work, account_id):
        return
    await accounts.set_password(work, account_id, waiting.password_hash)
    nobody = work.new_id()
    await session_store.end_other_sessions(work, account_id, nobody, Ended.PASSWORD_CHANGED)
    await tell(work, [account_id], "password-changed")


async def _begin(work: Work, lost: Lost, tickets: Tickets) -> RecoveryBegun | Refusal:
    network = network_of(lost.address)
    await charge_or_refuse(work, f"network|{network}", [ATTEMPTS_PER_ADDRESS])
    assisted = None
    if lost.ticket is not None:
        await charge_or_refuse(work, f"network|{network}", [ACTIVATIONS_PER_ADDRESS])
        assisted = await tickets.take(work, lost.ticket, Act.RESET)
        if assisted is None:
            return TicketRefused("This ticket is good for nothing here.")
        await refund(work, f"network|{network}", [ACTIVATIONS_PER_ADDRESS])
    hashed = accounts.login_hash(work, comparable_login(lost.login))
    place = work.keys.provider.index("place", f"{hashed.hex()}|{network}").hex()
    attempts = ATTEMPTS if work.messages_leave else ATTEMPTS_ON_FILE
    await charge_or_refuse(work, f"recovery|{place}", attempts)
    account_id = await accounts.account_id_of(work, hashed)
    account = await accounts.account(work, account_id or work.new_id())
    helped = None
    if assisted is not None and account is not None:
        helped = await _send_letter(work, account)
    if assisted is not None and not await tickets.settle(work, assisted, helped, Act.RESET):
        return TicketRefused("This ticket was used, or has run out.")
    return await _send_codes(work, hashed, account)


async def _send_codes(work: Work, hashed: bytes, account: Account | None) -> RecoveryBegun:
    contacts = Contacts()
    # Counted on the account in silence: who is over it gets no code, and is not told.
    sends = SENDS if work.messages_leave else SENDS_ON_FILE
    guard = f"recovery|{'decoy|' if account is None else 'account|'}{hashed.hex()}"
    wait = await charge(work, guard, sends)
    if account is not None and not wait:
        contacts = await accounts.contacts_of(work, account)
    request_id = work.new_id()
    request = Request(
        request_id=request_id,
        account_id=None if account is None else account.account_id,
        login_hash=hashed,
        sms_hash=_send(work, request_id, Channel.SMS, contacts, account),
        email_hash=_send(work, request_id, Channel.EMAIL, contacts, account),
        tries=0,
        sms_expires_at=work.now + CODE_LIFE_SMS,
        expires_at=work.now + CODE_LIFE_EMAIL,
        used_at=None,
    )
    await store.add_request(work, request)
    return RecoveryBegun(request_id=request_id, expires_at=request.expires_at)


def _send(
    work: Work, request_id: UUID, channel: Channel, contacts: Contacts, account: Account | None
) -> bytes:
    """Send a code if there is somebody to send it to; return its hash, or one of nothing."""
    is_sms = channel is Channel.SMS
    to = contacts.phone if is_sms else contacts.email
    changed_at = contacts.phone_changed_at if is_sms else contacts.email_changed_at
    if to is None or account is None or not may_recover_by(changed_at, account, work.now):
        return secrets.token_bytes(32)
    code = one_time_code(secrets.randbelow(10**CODE_DIGITS), CODE_DIGITS)
    messages.send_code(work, purpose="recovery", channel=channel, contacts=contacts, code=code)
    return proofs.sent_hash(work, request_id, channel, code)


async def _send_letter(work: Work, account: Account) -> Helped | None:
    """Have a code printed for the holder of an account; return who that is.

    Somebody who only acts for others has no letter box that we know.
    """
    directory = await spaces.memberships_of(work, account.account_id)
    own = next((one for one in directory if one.role == Role.HOLDER.value), None)
    if own is None:
        return None
    code, hashed = proofs.LETTER_CODES.draw(work)
    expires_at = work.now + RECOVERY_LETTER_LIFE
    await store.expect_letter(work, account.account_id, hashed, expires_at)
    await letters.queue(
        work, own.space_id, kind=LetterKind.RECOVERY, code=code, expires_at=expires_at
    )
    return Helped(space_id=own.space_id, party_id=account.account_id, role=own.role)


async def _prove(work: Work, proof: Proof, password_hash: str) -> RecoveryProven | Refusal:
    refused = CodeRefused("These codes do not prove this request.")
    found = await store.request(work, proof.request_id)
    if found is None or not await store.take_try(work, found.request_id):
        return refused
    hashed = accounts.login_hash(work, comparable_login(proof.login))
    guard = f"recovery|{found.login_hash.hex()}"
    is_shut = await charge(work, guard, FAILURES) > 0
    if is_shut or found.account_id is None or not hmac.compare_digest(hashed, found.login_hash):
        return refused
    if not await proofs.are_two(work, found, found.account_id, proof.codes):
        return refused
    if not await store.use(work, found.request_id):
        return refused
    await refund(work, guard, FAILURES)
    ready_at = work.now + RECOVERY_DELAY
    await store.expect_password(work, found.account_id, password_hash, ready_at)
    await tell(work, [found.account_id], "recovery-begun")
    return RecoveryProven(ready_at=ready_at)
