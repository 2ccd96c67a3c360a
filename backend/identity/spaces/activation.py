"""Entering a space by the code of a letter: with a new account, or one's own."""

import hmac
from datetime import date
from uuid import UUID

import msgspec

from backend.identity import messages
from backend.identity.accounts import store as accounts
from backend.identity.accounts.model import Account, Contacts, Proposal
from backend.identity.assisted import Act, Assisted, Helped
from backend.identity.challenges import service as challenges
from backend.identity.challenges.model import Order, Purpose, Redeemed
from backend.identity.counters import charge_or_refuse, refund
from backend.identity.errors import (
    ActivationRefused,
    AlreadyMember,
    ContactMissing,
    LoginTaken,
    PaperOnlyAtWorkshop,
    TicketRefused,
)
from backend.identity.factors.paper import draw_recovery_codes
from backend.identity.limits import ACTIVATIONS_PER_ADDRESS
from backend.identity.outcomes import settle
from backend.identity.passwords import Passwords, known_passwords
from backend.identity.ports import Tickets
from backend.identity.rules.contacts import choose_channel, contact_given
from backend.identity.rules.directory import is_over
from backend.identity.rules.passwords import check_login, check_password, comparable_login
from backend.identity.rules.places import network_of
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import Caller, SignedIn
from backend.identity.spaces import service, store
from backend.identity.spaces.model import (
    Activating,
    Activation,
    Enrolment,
    Pending,
    Role,
    SpaceView,
)
from backend.kernel.errors import Refusal
from backend.kernel.ids import AccountId
from backend.kernel.spaces import open_store
from backend.kernel.work import Office, Work
from sync.core.audience import Viewer
from sync.storage import spaces
from sync.storage.port import Deed

ACTIVATION = "activation"
"""How the journal calls it that somebody comes in by a letter."""


async def begin(
    office: Office, passwords: Passwords, enrolment: Enrolment, tickets: Tickets
) -> Activating:
    """Make an account with the code of a letter, and ask to prove its contact.

    With the ticket of a workshop, somebody who has no contact gets codes on paper.

    Until somebody has signed in to the account, the letter may be used again and
    makes another in its place: a number mistyped costs a second try, not a
    second letter.

    Raises:
        LoginUnsuitable: See `check_login`.
        PasswordUnsuitable: See `check_password`.
        PhoneUnsuitable: No SMS reaches this number.
        EmailUnsuitable: No message reaches this address.
        ContactMissing: Not exactly one contact, or one beside codes on paper.
        PaperOnlyAtWorkshop: Codes on paper without a ticket.
        TicketRefused: A ticket that is wrong, used or too old.
        ActivationRefused: Wrong code or birth date, or the letter is used or too old.
        LoginTaken: Somebody has this name.
        TooManyTries: Too many wrong codes from this address.
        SignInBusy: Too many passwords are waiting to be hashed.
    """
    check_login(enrolment.login)
    check_password(enrolment.password, login=enrolment.login, known=known_passwords())
    contacts = msgspec.structs.replace(
        _contacts_given(enrolment),
        login=enrolment.login.strip(),
        language=enrolment.language,
    )
    passwords.refuse_when_full()
    assisted = await settle(office, lambda work: _take_ticket(work, enrolment, tickets))
    activation = await settle(office, lambda work: _examine(work, enrolment))
    password_hash = await passwords.hash(enrolment.password)
    enrolled = _Enrolled(
        contacts=contacts,
        password_hash=password_hash,
        device=enrolment.device,
        assisted=assisted,
        on_paper=enrolment.on_paper,
    )
    return await settle(office, lambda work: _enrol(work, activation, enrolled))


async def make_account(
    work: Work,
    activation: Activation,
    contacts: Contacts,
    password_hash: str,
    assisted: Assisted | None = None,
) -> AccountId | ActivationRefused:
    """Make an account, and let it look through the viewer of a letter.

    Raises:
        LoginTaken: Somebody took the name meanwhile.
    """
    if not await service.clear(work, activation):
        return ActivationRefused("This letter was used.")
    account_id = AccountId(work.new_id())
    await work.keys.create(work.db, account_id)
    account = Account(
        account_id=account_id,
        login_hash=accounts.login_hash(work, comparable_login(contacts.login)),
        password_hash=password_hash,
        sealed_contacts=await accounts.seal_contacts(work, account_id, contacts),
        created_at=work.now,
        assisted_at=None if assisted is None else work.now,
        assisted_until=None if assisted is None else assisted.until,
    )
    if not await accounts.add(work, account):
        raise LoginTaken("This name was taken meanwhile.")
    await _look_through(work, account_id, activation)
    return account_id


async def complete(work: Work, redeemed: Redeemed, tickets: Tickets) -> SignedIn | Refusal:
    """Sign a device in to the account whose contact it has proven; the letter is used up."""
    pending = msgspec.json.decode(redeemed.payload, type=Pending)
    account_id = redeemed.account_id
    if account_id is None or await accounts.account(work, account_id) is None:
        return ActivationRefused("This letter was used again, for another account.")
    space_id = redeemed.owner_id
    viewer = await _viewer(work, space_id, account_id)
    if viewer is None:
        return ActivationRefused("This letter opens nothing any more.")
    helped = Helped(space_id=space_id, party_id=account_id, role=viewer.role)
    if pending.assisted and not await tickets.settle(
        work, pending.assisted, helped, Act.ACTIVATION
    ):
        return TicketRefused("This ticket was used, or has run out.")
    await store.use(work, space_id, pending.activation_id, pending.code_hash)
    device = msgspec.structs.replace(pending.device, device_id=None)
    signed_in, _ = await sessions.start(work, account_id, device, redeemed.assurance)
    await _trace(work, space_id, viewer, signed_in.device_id)
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


class _Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    """What a new account is made of, its password hashed."""

    contacts: Contacts
    password_hash: str
    device: Proposal
    assisted: Assisted | None
    on_paper: bool


class _Proof(msgspec.Struct, frozen=True):
    """What somebody shows to be let in."""

    code: str
    birth_date: date
    address: str


def _contacts_given(enrolment: Enrolment) -> Contacts:
    """Return the one contact given, or none for whoever takes codes on paper."""
    if not enrolment.on_paper:
        return contact_given(enrolment.phone, enrolment.email)
    if enrolment.phone is not None or enrolment.email is not None:
        raise ContactMissing("Give a contact, or ask for codes on paper.", pointer="/on_paper")
    if enrolment.ticket is None:
        raise PaperOnlyAtWorkshop("Codes on paper are given at a workshop.", pointer="/on_paper")
    return Contacts()


async def _take_ticket(
    work: Work, enrolment: Enrolment, tickets: Tickets
) -> Assisted | TicketRefused | None:
    """Find what a ticket stands for, counting a wrong one against its address."""
    if enrolment.ticket is None:
        return None
    network = f"network|{network_of(enrolment.address)}"
    await charge_or_refuse(work, network, [ACTIVATIONS_PER_ADDRESS])
    assisted = await tickets.take(work, enrolment.ticket, Act.ACTIVATION)
    if assisted is None:
        return TicketRefused("This ticket is good for nothing here.")
    await refund(work, network, [ACTIVATIONS_PER_ADDRESS])
    return assisted


async def _examine(work: Work, enrolment: Enrolment) -> Activation | Refusal:
    proof = _Proof(enrolment.code, enrolment.birth_date, enrolment.address)
    activation = await _prove(work, proof)
    if isinstance(activation, Refusal):
        return activation
    hashed = accounts.login_hash(work, comparable_login(enrolment.login))
    known = await accounts.account_id_of(work, hashed)
    if known is not None and known != await service.party_of(work, activation):
        # Counted like a wrong code: one letter must not list who has an account.
        return LoginTaken("Somebody has this name.")
    await _refund(work, proof)
    return activation


async def _add_space(work: Work, caller: Caller, proof: _Proof) -> SpaceView | Refusal:
    activation = await _prove(work, proof)
    if isinstance(activation, Refusal):
        return activation
    await _refund(work, proof)
    await _forget_ended(work, caller.account_id, activation)
    if not await _enter(work, caller.account_id, activation):
        return ActivationRefused("This letter opens nothing.")
    viewer = await _viewer(work, activation.space_id, caller.account_id)
    assert viewer is not None
    await _trace(work, activation.space_id, viewer, caller.device_id)
    account = await accounts.existing(work, caller.account_id)
    messages.send_notice(work, "space-joined", await accounts.contacts_of(work, account))
    views = await service.list_spaces(work, caller)
    return next(view for view in views if view.space_id == activation.space_id)


async def _forget_ended(work: Work, account_id: AccountId, activation: Activation) -> None:
    """Let an account in again whose way into a space is over: it looks through another viewer.

    Raises:
        AlreadyMember: It is not over.
        ActivationRefused: The letter makes a holder: that is nobody who looked for them.
    """
    space_id = activation.space_id
    eye = (await store.eyes_of(work, account_id, [space_id])).get(space_id)
    if eye is None:
        return
    if not is_over(eye, work.now):
        raise AlreadyMember("This account opens this space already.")
    if activation.role == Role.HOLDER.value:
        # The letter came to the home of whoever was shut out.
        raise ActivationRefused("This code and birth date open nothing.")
    await store.drop_member(work, account_id, space_id)
    await spaces.take_party(work.db, space_id, eye.viewer_id, account_id)


async def _prove(work: Work, proof: _Proof) -> Activation | ActivationRefused:
    """Find what a code opens, and check the birth date, counting the try against both.

    Raises:
        TooManyTries: Too many wrong codes from this address.
    """
    refused = ActivationRefused("This code and birth date open nothing.")
    network = f"network|{network_of(proof.address)}"
    await charge_or_refuse(work, network, [ACTIVATIONS_PER_ADDRESS])
    code_hash = service.CODES.hash_of(work, proof.code)
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


async def _enrol(work: Work, activation: Activation, enrolled: _Enrolled) -> Activating | Refusal:
    account_id = await make_account(
        work, activation, enrolled.contacts, enrolled.password_hash, enrolled.assisted
    )
    if isinstance(account_id, ActivationRefused):
        return account_id
    codes = await draw_recovery_codes(work, account_id) if enrolled.on_paper else []
    asked = await challenges.issue(work, _order(activation, account_id, enrolled))
    return Activating(**msgspec.structs.asdict(asked), paper_codes=tuple(codes))


async def _enter(work: Work, account_id: AccountId, activation: Activation) -> bool:
    """Use a letter up and let an account look through its viewer; False when it opens nothing."""
    used = await store.use(
        work, activation.space_id, activation.activation_id, activation.code_hash
    )
    if not used or not await service.clear(work, activation):
        return False
    await _look_through(work, account_id, activation)
    return True


async def _look_through(work: Work, account_id: AccountId, activation: Activation) -> None:
    await service.join(work, account_id, activation)
    viewer_id = activation.viewer_id
    if not await spaces.give_party(work.db, activation.space_id, viewer_id, account_id):
        raise ActivationRefused("Somebody looks through this viewer.")


async def _viewer(work: Work, space_id: UUID, account_id: AccountId) -> Viewer | None:
    """Return the viewer through which an account looks."""
    return await (await open_store(work, space_id)).viewer_of(account_id)


async def _trace(work: Work, space_id: UUID, viewer: Viewer, device_id: UUID) -> None:
    """Write into the journal who has come in: without the line nobody does."""
    deed = Deed(viewer=viewer, device_id=device_id, action=ACTIVATION, objects=())
    await work.guard.trace(work, space_id, deed)


def _order(activation: Activation, account_id: AccountId, enrolled: _Enrolled) -> Order:
    name = f"activation|{activation.activation_id}"
    pending = Pending(
        activation_id=activation.activation_id,
        code_hash=activation.code_hash,
        device=enrolled.device,
        assisted=enrolled.assisted,
    )
    return Order(
        purpose=Purpose.ACTIVATE,
        channel=choose_channel(enrolled.contacts, has_totp=False, preference=None),
        contacts=enrolled.contacts,
        owner_id=activation.space_id,
        account_id=account_id,
        payload=msgspec.json.encode(pending),
        place=name,
        guard=name,
        slot=name,
    )
