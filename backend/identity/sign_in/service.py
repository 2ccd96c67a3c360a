"""Signing in: name and password, then a code. Neither tells whether a name exists.

Every attempt costs one Argon2, counts the same, writes a challenge and answers
202. With a wrong name or password that challenge is a decoy.

Source: docs/decisions/0010-no-enumeration.md.
"""

import msgspec

from backend.identity import messages
from backend.identity.accounts import store as accounts
from backend.identity.accounts.model import Account, Contacts, Proposal
from backend.identity.challenges import service as challenges
from backend.identity.challenges.model import Answer, Challenged, Order, Purpose, Redeemed
from backend.identity.counters import charge_or_refuse
from backend.identity.errors import CodeRefused
from backend.identity.limits import (
    ATTEMPTS,
    ATTEMPTS_ON_FILE,
    ATTEMPTS_PER_ADDRESS,
    FAILURES_TO_TELL,
    VERIFIES_PER_ADDRESS,
)
from backend.identity.outcomes import settle
from backend.identity.passwords import Passwords
from backend.identity.ports import Tickets
from backend.identity.recovery import service as recovery
from backend.identity.rules.contacts import choose_channel, decoy
from backend.identity.rules.passwords import comparable_login
from backend.identity.rules.places import network_of
from backend.identity.sessions import service as sessions
from backend.identity.sessions import store as session_store
from backend.identity.sessions.model import SignedIn
from backend.identity.sign_in.model import Attempt
from backend.identity.spaces import activation
from backend.kernel.errors import Refusal
from backend.kernel.work import Office, Work


class _Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Whose name was typed, if anybody's, and where its tries are counted."""

    login_hash: bytes
    account: Account | None
    is_begun: bool
    device_part: str
    place: str


async def begin(office: Office, passwords: Passwords, attempt: Attempt) -> Challenged:
    """Take a name and a password, and ask for a code.

    Raises:
        TooManyTries: Too many attempts for this name, or from this address.
        SignInBusy: Too many passwords are waiting to be checked.
    """
    passwords.refuse_when_full()
    candidate = await office.write(lambda work: _candidate(work, attempt))
    known = candidate.account
    is_right = await passwords.verify(
        None if known is None else known.password_hash, attempt.password
    )
    return await office.write(lambda work: _challenge(work, attempt, candidate, is_right=is_right))


async def verify(office: Office, answer: Answer, address: str, tickets: Tickets) -> SignedIn:
    """Take the code of a sign-in or of an activation, and sign the device in.

    Raises:
        CodeRefused: The code does not prove the request.
        TooManyTries: Too many wrong codes.
        ActivationRefused: The letter was used, replaced or too old by now.
        LoginTaken: Somebody took the name meanwhile.
        TicketRefused: The workshop's ticket was used, or has run out.
    """
    return await settle(office, lambda work: _verify(work, answer, address, tickets))


async def _candidate(work: Work, attempt: Attempt) -> _Candidate:
    """Count the attempt and read whom it is for.

    A device that the account knows has tries of its own, so that a stranger's
    do not shut its owner out.
    """
    network = network_of(attempt.address)
    hashed = accounts.login_hash(
        work, comparable_login(attempt.login), of_assistant=attempt.of_assistant
    )
    account_id = await accounts.account_id_of(work, hashed)
    # Reads go on with an id of nobody, so that they take as long.
    someone = account_id or work.new_id()
    await recovery.apply_due(work, someone)
    account = await accounts.account(work, someone)
    device_id = attempt.device.device_id
    is_known = device_id is not None and await session_store.is_known_device(
        work, someone, device_id
    )
    place = f"device|{device_id}" if is_known else f"network|{network}"
    candidate = _Candidate(
        login_hash=hashed,
        account=account,
        is_begun=await session_store.has_signed_in(work, someone),
        device_part=f"device|{device_id}" if is_known else "new",
        place=work.keys.provider.index("place", f"{hashed.hex()}|{place}").hex(),
    )
    await charge_or_refuse(work, f"network|{network}", [ATTEMPTS_PER_ADDRESS])
    attempts = ATTEMPTS if work.messages_leave else ATTEMPTS_ON_FILE
    await charge_or_refuse(work, f"place|{candidate.place}", attempts)
    return candidate


async def _challenge(
    work: Work, attempt: Attempt, candidate: _Candidate, *, is_right: bool
) -> Challenged:
    hashed, account = candidate.login_hash, candidate.account
    # An account made with help begins with the code that was sent for its ticket: a
    # sign-in beside it would be an act of a workshop that no ticket counts.
    is_usable = account is not None and (account.assisted_at is None or candidate.is_begun)
    is_real = is_right and is_usable
    contacts, has_totp = (
        (Contacts(), True) if attempt.of_assistant else await _contacts(work, candidate)
    )
    owner = f"account|{account.account_id}" if account and is_real else f"decoy|{hashed.hex()}"
    guard = f"{owner}|{candidate.device_part}"
    return await challenges.issue(
        work,
        Order(
            purpose=Purpose.ASSISTANT_LOGIN if attempt.of_assistant else Purpose.LOGIN,
            channel=choose_channel(contacts, has_totp=has_totp, preference=attempt.channel),
            contacts=contacts,
            owner_id=account.account_id if account and is_real else None,
            account_id=account.account_id if account and is_real else None,
            payload=msgspec.json.encode(attempt.device),
            place=candidate.place,
            guard=guard,
            slot=guard,
        ),
    )


async def _contacts(work: Work, candidate: _Candidate) -> tuple[Contacts, bool]:
    """Return how the account is reached; made up, and always alike, for none."""
    account = candidate.account
    if account is None:
        await accounts.has_totp(work, work.new_id())  # The same reads as for somebody.
        return decoy(work.keys.provider.index("decoy", candidate.login_hash.hex()))
    has_totp = await accounts.has_totp(work, account.account_id)
    return await accounts.contacts_of(work, account), has_totp


async def _verify(work: Work, answer: Answer, address: str, tickets: Tickets) -> SignedIn | Refusal:
    network = network_of(address)
    await charge_or_refuse(work, f"network|{network}", [VERIFIES_PER_ADDRESS])
    redeemed = await challenges.redeem(work, answer, Purpose.LOGIN, Purpose.ACTIVATE)
    if isinstance(redeemed, CodeRefused):
        return redeemed
    if redeemed.purpose is Purpose.ACTIVATE:
        return await activation.complete(work, redeemed, tickets)
    return await _sign_in(work, redeemed)


async def _sign_in(work: Work, redeemed: Redeemed) -> SignedIn:
    assert redeemed.account_id is not None
    proposal = msgspec.json.decode(redeemed.payload, type=Proposal)
    signed_in, is_new_device = await sessions.start(
        work, redeemed.account_id, proposal, redeemed.assurance
    )
    notices = {
        "recovery-used": redeemed.used_recovery_code,
        "after-failures": redeemed.failures_before >= FAILURES_TO_TELL,
        "new-device": is_new_device,
    }
    account = await accounts.existing(work, redeemed.account_id)
    contacts = await accounts.contacts_of(work, account)
    for kind, is_due in notices.items():
        if is_due:
            messages.send_notice(work, kind, contacts)
    return signed_in
