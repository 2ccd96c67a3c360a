"""A caregiver without an account makes one, with the code of an invitation.

Nothing is made before the contact is proven: the account, its name and the
answer to the invitation come in one transaction.

Source: docs/decisions/0022-mandates.md, 0010-no-enumeration.md.
"""

import msgspec

from backend.access.mandates.answers import Answerer, Found, invitation, take_up
from backend.access.mandates.errors import InvitationRefused
from backend.access.mandates.limits import CODES_PER_ADDRESS
from backend.access.mandates.model import Pending, Place, Registration
from backend.access.mandates.service import CODES
from backend.identity.accounts import store as accounts
from backend.identity.accounts.model import Account, Channel, Contacts
from backend.identity.challenges import service as challenges
from backend.identity.challenges.model import Answer, Challenged, Order, Purpose
from backend.identity.counters import charge_or_refuse, refund
from backend.identity.errors import CodeRefused, LoginTaken
from backend.identity.limits import VERIFIES_PER_ADDRESS
from backend.identity.outcomes import settle
from backend.identity.passwords import Passwords, known_passwords
from backend.identity.rules.contacts import contact_given
from backend.identity.rules.passwords import check_login, check_password, comparable_login
from backend.identity.rules.places import network_of
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import SignedIn
from backend.kernel.errors import Refusal
from backend.kernel.ids import AccountId
from backend.kernel.work import Office, Work
from sync.ports import Host


async def begin(
    office: Office, host: Host, passwords: Passwords, registration: Registration
) -> Challenged:
    """Take the code of an invitation, a name and a password, and ask to prove the contact.

    Raises:
        LoginUnsuitable: See `check_login`.
        PasswordUnsuitable: See `check_password`.
        PhoneUnsuitable: No SMS reaches this number.
        EmailUnsuitable: No message reaches this address.
        ContactMissing: Not exactly one contact.
        InvitationRefused: Wrong, used, withdrawn or too old a code.
        LoginTaken: Somebody has this name.
        TooManyTries: Too many wrong codes from this address.
        SignInBusy: Too many passwords are waiting to be hashed.
    """
    check_login(registration.login)
    check_password(registration.password, login=registration.login, known=known_passwords())
    contacts = msgspec.structs.replace(
        contact_given(registration.phone, registration.email),
        login=registration.login.strip(),
        language=registration.language,
    )
    passwords.refuse_when_full()
    found = await settle(office, lambda work: _examine(work, host, registration))
    password_hash = await passwords.hash(registration.password)

    pending = Pending(
        code_hash=found.code_hash,
        contacts=contacts,
        password_hash=password_hash,
        device=registration.device,
    )
    return await office.write(lambda work: challenges.issue(work, _order(found.place, pending)))


async def complete(office: Office, host: Host, answer: Answer, *, address: str) -> SignedIn:
    """Take the code that proves the contact: make the account, accept, and sign in.

    Raises:
        CodeRefused: The code does not prove the request.
        InvitationRefused: The invitation was used or withdrawn meanwhile.
        LoginTaken: Somebody took the name meanwhile.
        TooManyTries: Too many wrong codes.
    """

    async def use_case(work: Work) -> SignedIn | Refusal:
        await charge_or_refuse(work, f"network|{network_of(address)}", [VERIFIES_PER_ADDRESS])
        redeemed = await challenges.redeem(work, answer, Purpose.REGISTER)
        if isinstance(redeemed, CodeRefused):
            return redeemed
        pending = msgspec.json.decode(redeemed.payload, type=Pending)
        account_id = await _make_account(work, pending)
        who = Answerer(account_id=account_id, device_id=None)
        accepted = await take_up(work, host, who, pending.code_hash)
        if isinstance(accepted, Refusal):
            # With it goes the account, which would open nothing.
            raise accepted
        signed_in, _ = await sessions.start(work, account_id, pending.device, redeemed.assurance)
        return signed_in

    return await settle(office, use_case)


async def _examine(work: Work, host: Host, registration: Registration) -> Found | Refusal:
    """Look at code and name, counting the try unless both are good."""
    network = f"network|{network_of(registration.address)}"
    await charge_or_refuse(work, network, [CODES_PER_ADDRESS])
    found = await invitation(work, host, CODES.hash_of(work, registration.code))
    if found is None:
        return InvitationRefused("This code opens nothing.")
    hashed = accounts.login_hash(work, comparable_login(registration.login))
    if await accounts.account_id_of(work, hashed) is not None:
        # Counted like a wrong code: one invitation must not list who has an account.
        return LoginTaken("Somebody has this name.")
    await refund(work, network, [CODES_PER_ADDRESS])
    return found


async def _make_account(work: Work, pending: Pending) -> AccountId:
    """Make an account.

    Raises:
        LoginTaken: Somebody took the name meanwhile.
    """
    account_id = AccountId(work.new_id())
    await work.keys.create(work.db, account_id)
    account = Account(
        account_id=account_id,
        login_hash=accounts.login_hash(work, comparable_login(pending.contacts.login)),
        password_hash=pending.password_hash,
        sealed_contacts=await accounts.seal_contacts(work, account_id, pending.contacts),
        created_at=work.now,
    )
    if not await accounts.add(work, account):
        raise LoginTaken("This name was taken meanwhile.")
    return account_id


def _order(place: Place, pending: Pending) -> Order:
    contacts: Contacts = pending.contacts
    name = f"registration|{pending.code_hash.hex()}"
    return Order(
        purpose=Purpose.REGISTER,
        channel=Channel.SMS if contacts.phone is not None else Channel.EMAIL,
        contacts=contacts,
        owner_id=place.space_id,
        account_id=None,
        payload=msgspec.json.encode(pending),
        place=name,
        guard=name,
        slot=name,
    )
