"""Entering a space by the code of a letter: with a new account, or one's own."""

import hmac
from datetime import date

import msgspec

from backend.identity import messages
from backend.identity.accounts import store as accounts
from backend.identity.accounts.model import Account, Channel
from backend.identity.challenges import service as challenges
from backend.identity.challenges.model import Challenged, Order, Purpose, Redeemed
from backend.identity.counters import charge_or_refuse, refund
from backend.identity.errors import (
    ActivationRefused,
    AlreadyMember,
    LoginTaken,
)
from backend.identity.limits import ACTIVATIONS_PER_ADDRESS
from backend.identity.outcomes import settle
from backend.identity.passwords import Passwords, known_passwords
from backend.identity.rules.contacts import contact_given
from backend.identity.rules.passwords import check_login, check_password, comparable_login
from backend.identity.rules.places import network_of
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import Caller, SignedIn
from backend.identity.spaces import service, store
from backend.identity.spaces.model import Activation, Enrolment, Pending, SpaceView
from backend.kernel.errors import Refusal
from backend.kernel.ids import AccountId
from backend.kernel.work import Office, Work
from sync.storage import spaces


async def begin(office: Office, passwords: Passwords, enrolment: Enrolment) -> Challenged:
    """Take the code of a letter with a new name and password, and ask to prove the contact.

    Nothing is used up before the contact is proven: a number mistyped costs a
    second try, not a second letter.

    Raises:
        LoginUnsuitable: See `check_login`.
        PasswordUnsuitable: See `check_password`.
        PhoneUnsuitable: No SMS reaches this number.
        EmailUnsuitable: No message reaches this address.
        ContactMissing: Not exactly one contact.
        ActivationRefused: Wrong code or birth date, or the letter is used or too old.
        LoginTaken: Somebody has this name.
        TooManyTries: Too many wrong codes from this address.
        SignInBusy: Too many passwords are waiting to be hashed.
    """
    check_login(enrolment.login)
    check_password(enrolment.password, login=enrolment.login, known=known_passwords())
    contacts = msgspec.structs.replace(
        contact_given(enrolment.phone, enrolment.email),
        login=enrolment.login.strip(),
        language=enrolment.language,
    )
    passwords.refuse_when_full()
    activation = await settle(office, lambda work: _examine(work, enrolment))
    password_hash = await passwords.hash(enrolment.password)
    pending = Pending(
        activation_id=activation.activation_id,
        code_hash=activation.code_hash,
        password_hash=password_hash,
        contacts=contacts,
        device=enrolment.device,
    )
    order = _order(activation, pending)
    return await office.write(lambda work: challenges.issue(work, order))


async def complete(work: Work, redeemed: Redeemed) -> SignedIn | Refusal:
    """Make the account whose contact is proven, let it in, and sign the device in.

    Raises:
        LoginTaken: Somebody took the name meanwhile.
    """
    pending = msgspec.json.decode(redeemed.payload, type=Pending)
    space_id = redeemed.owner_id
    activation = await store.activation(work, space_id, pending.activation_id)
    if activation is None or activation.code_hash != pending.code_hash:
        return ActivationRefused("This letter was replaced.")
    account_id = AccountId(work.new_id())
    if not await _enter(work, account_id, activation):
        return ActivationRefused("This letter was used, or is too old.")
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
    device = msgspec.structs.replace(pending.device, device_id=None)
    signed_in, _ = await sessions.start(work, account_id, device, redeemed.assurance)
    return signed_in


async def add_space(
    office: Office, caller: Caller, code: str, birth_date: date, *, address: str
) -> SpaceView:
    """Let somebody who has an account into one more space.

    Raises:
        ActivationRefused: Wrong code or birth date, or the letter is used or too old.
        AlreadyMember: The account opens this space already.
        SpacesFull: The account opens as many spaces as one may.
        TooManyTries: Too many wrong codes from this address.
    """

    async def use_case(work: Work) -> SpaceView | Refusal:
        return await _add_space(work, caller, _Proof(code, birth_date, address))

    return await settle(office, use_case)


class _Proof(msgspec.Struct, frozen=True):
    """What somebody shows to be let in."""

    code: str
    birth_date: date
    address: str


async def _examine(work: Work, enrolment: Enrolment) -> Activation | Refusal:
    proof = _Proof(enrolment.code, enrolment.birth_date, enrolment.address)
    activation = await _prove(work, proof)
    if isinstance(activation, Refusal):
        return activation
    hashed = accounts.login_hash(work, comparable_login(enrolment.login))
    if await accounts.account_id_of(work, hashed) is not None:
        # Counted like a wrong code: one letter must not list who has an account.
        return LoginTaken("Somebody has this name.")
    await _refund(work, proof)
    return activation


async def _add_space(work: Work, caller: Caller, proof: _Proof) -> SpaceView | Refusal:
    activation = await _prove(work, proof)
    if isinstance(activation, Refusal):
        return activation
    await _refund(work, proof)
    directory = await store.memberships_of(work, caller.account_id)
    if any(one.space_id == activation.space_id for one in directory):
        raise AlreadyMember("This account opens this space already.")
    if not await _enter(work, caller.account_id, activation):
        return ActivationRefused("This letter opens nothing.")
    account = await accounts.existing(work, caller.account_id)
    messages.send_notice(work, "space-joined", await accounts.contacts_of(work, account))
    views = await service.list_spaces(work, caller)
    return next(view for view in views if view.space_id == activation.space_id)


async def _prove(work: Work, proof: _Proof) -> Activation | ActivationRefused:
    """Find what a code opens, and check the birth date, counting the try against both.

    Raises:
        TooManyTries: Too many wrong codes from this address.
    """
    refused = ActivationRefused("This code and birth date open nothing.")
    network = f"network|{network_of(proof.address)}"
    await charge_or_refuse(work, network, [ACTIVATIONS_PER_ADDRESS])
    code_hash = service.code_hash_of(work, proof.code)
    activation = None if code_hash is None else await store.activation_of(work, code_hash)
    if activation is None or not await store.take_try(work, activation):
        return refused
    persons = await store.patients_of(work, [activation.space_id])
    known = persons[activation.space_id].identity.traits.birth_date
    if not hmac.compare_digest(known.isoformat(), proof.birth_date.isoformat()):
        return refused
    await store.return_try(work, activation)
    return activation


async def _refund(work: Work, proof: _Proof) -> None:
    await refund(work, f"network|{network_of(proof.address)}", [ACTIVATIONS_PER_ADDRESS])


async def _enter(work: Work, account_id: AccountId, activation: Activation) -> bool:
    """Use a letter up and let an account look through its viewer; False when it opens nothing."""
    used = await store.use(
        work, activation.space_id, activation.activation_id, activation.code_hash
    )
    if not used:
        return False
    await service.join(work, account_id, activation)
    viewer_id = activation.viewer_id
    if not await spaces.give_party(work.db, activation.space_id, viewer_id, account_id):
        raise ActivationRefused("Somebody looks through this viewer.")
    return True


def _order(activation: Activation, pending: Pending) -> Order:
    name = f"activation|{activation.activation_id}"
    return Order(
        purpose=Purpose.ACTIVATE,
        channel=Channel.SMS if pending.contacts.phone is not None else Channel.EMAIL,
        contacts=pending.contacts,
        owner_id=activation.space_id,
        account_id=None,
        payload=msgspec.json.encode(pending),
        place=name,
        guard=name,
        slot=name,
    )
