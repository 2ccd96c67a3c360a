"""Assistants enrol with a code given in person, and sign in by themselves.

They make an account of their own, with a password and an authenticator app:
nobody sends them codes, so that no session of theirs is a weak one.

Source: docs/decisions/0019-professionals-sign-in.md.
"""

from uuid import UUID

import msgspec

from backend.identity import tickets
from backend.identity.accounts import store as accounts
from backend.identity.accounts.model import Account, Contacts, Proposal
from backend.identity.assistants import store
from backend.identity.assistants.model import (
    Assistantship,
    Candidate,
    Employer,
    EmployerChoice,
    Enrolled,
    Seeded,
)
from backend.identity.assistants.naming import CODES
from backend.identity.challenges import service as challenges
from backend.identity.challenges.model import Answer, Assurance, Purpose
from backend.identity.counters import charge_or_refuse, refund
from backend.identity.errors import (
    AlreadyAssistant,
    CodeRefused,
    EnrolmentRefused,
    LoginTaken,
    NoEmployer,
    SignInRequestRefused,
)
from backend.identity.factors import store as factors
from backend.identity.factors.apps import new_app
from backend.identity.factors.paper import draw_recovery_codes
from backend.identity.limits import (
    EMPLOYERS_MAX,
    ENROLMENT_TICKET_LIFE,
    ENROLMENTS_PER_ADDRESS,
    TICKET_LIFE,
    VERIFIES_PER_ADDRESS,
)
from backend.identity.outcomes import settle
from backend.identity.passwords import Passwords, known_passwords
from backend.identity.professionals import store as professionals
from backend.identity.professionals.model import Acting, ProfessionalCaller
from backend.identity.rules.assistants import may_lend
from backend.identity.rules.codes import read_one_time_code
from backend.identity.rules.passwords import check_login, check_password, comparable_login
from backend.identity.rules.places import network_of
from backend.identity.rules.totp import matching_step
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import Audience, Capacity, SignedIn
from backend.kernel.errors import Refusal
from backend.kernel.ids import AccountId
from backend.kernel.work import Office, Work


class _Seed(msgspec.Struct, frozen=True, kw_only=True):
    """An account that waits for the first code of its app."""

    professional_id: UUID
    assistantship_id: UUID
    login: str
    password_hash: str
    seed: str


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """An assistant who proved who they are, and has not said yet for whom they act now."""

    account_id: UUID
    device: Proposal
    assurance: Assurance


async def begin_enrolment(office: Office, passwords: Passwords, candidate: Candidate) -> Seeded:
    """Take a code given in person, a name and a password; give a secret for an app.

    Nothing is made before a code of the app is shown; the code stays good until then.

    Raises:
        LoginUnsuitable: See `check_login`.
        PasswordUnsuitable: See `check_password`.
        EnrolmentRefused: Wrong, used, withdrawn or too old a code.
        LoginTaken: Another assistant has this name.
        TooManyTries: Too many wrong codes from this address.
        SignInBusy: Too many passwords are waiting to be hashed.
    """
    check_login(candidate.login)
    check_password(candidate.password, login=candidate.login, known=known_passwords())
    passwords.refuse_when_full()
    found = await settle(office, lambda work: _examine(work, candidate))
    password_hash = await passwords.hash(candidate.password)
    login = candidate.login.strip()
    app = new_app(login)
    held = _Seed(
        professional_id=found.professional_id,
        assistantship_id=found.assistantship_id,
        login=login,
        password_hash=password_hash,
        seed=app.secret,
    )
    plain = msgspec.json.encode(held)
    ticket, expires_at = await office.write(
        lambda work: tickets.issue(work, tickets.Purpose.ENROLMENT, plain, ENROLMENT_TICKET_LIFE)
    )
    return Seeded(
        ticket=ticket, expires_at=expires_at, secret=app.secret, otpauth_uri=app.otpauth_uri
    )


async def confirm_enrolment(office: Office, ticket: str, code: str, device: Proposal) -> Enrolled:
    """Take the first code of the app: make the account, and sign the assistant in.

    Raises:
        SignInRequestRefused: The ticket is none, used, tried too often or too old.
        CodeRefused: Not a code of the app.
        EnrolmentRefused: The code given in person was used or withdrawn meanwhile.
        LoginTaken: Another assistant took the name meanwhile.
    """

    async def use_case(work: Work) -> Enrolled | Refusal:
        held = await tickets.attempt(work, ticket, tickets.Purpose.ENROLMENT)
        if held is None:
            return SignInRequestRefused("This enrolment is over.")
        seed = msgspec.json.decode(held, type=_Seed)
        step = matching_step(seed.seed, read_one_time_code(code), now=work.now, after=0)
        if step is None:
            return CodeRefused("This is not a code of the app.")
        if await tickets.use(work, ticket, tickets.Purpose.ENROLMENT) is None:
            return SignInRequestRefused("This enrolment is over.")
        account_id = await _make_account(work, seed, step)
        signed_in = await _start(work, account_id, seed, device)
        codes = await draw_recovery_codes(work, account_id)
        return Enrolled(session=signed_in, recovery_codes=codes)

    return await settle(office, use_case)


async def join(office: Office, assistant: ProfessionalCaller, code: str, address: str) -> Employer:
    """Let an assistant who has an account act for one more professional.

    Raises:
        EnrolmentRefused: Wrong, used, withdrawn or too old a code; or the caller
            is no assistant.
        AlreadyAssistant: They act for this professional already, or for as many
            as one may.
        TooManyTries: Too many wrong codes from this address.
    """
    refused = EnrolmentRefused("This code opens nothing.")
    account_id = assistant.assistant_id
    if account_id is None:
        raise refused

    async def use_case(work: Work) -> Employer | Refusal:
        found = await _prove(work, code, address)
        if found is None:
            return refused
        held = await _in_force(work, account_id)
        is_known = any(one.professional_id == found.professional_id for one in held)
        if is_known or len(held) >= EMPLOYERS_MAX:
            raise AlreadyAssistant("This account acts for this professional already.")
        if not await store.take(work, found, AccountId(account_id)):
            return refused
        return _view(found)

    return await settle(office, use_case)


async def verify(office: Office, answer: Answer, address: str) -> SignedIn | EmployerChoice:
    """Take the code of an assistant's sign-in; sign them in, or ask for whom they act now.

    Raises:
        CodeRefused: The code does not prove the request.
        NoEmployer: They act for nobody any more.
        TooManyTries: Too many wrong codes.
    """

    async def use_case(work: Work) -> SignedIn | EmployerChoice | Refusal:
        await charge_or_refuse(work, f"network|{network_of(address)}", [VERIFIES_PER_ADDRESS])
        redeemed = await challenges.redeem(work, answer, Purpose.ASSISTANT_LOGIN)
        if isinstance(redeemed, CodeRefused):
            return redeemed
        assert redeemed.account_id is not None
        # A code that was sent would be a weak proof: none ever is.
        assert redeemed.assurance is Assurance.STRONG
        device = msgspec.json.decode(redeemed.payload, type=Proposal)
        every = await _in_force(work, redeemed.account_id)
        held = [one for one in every if await _is_lent(work, one)]
        if not held:
            return NoEmployer("This account acts for nobody.")
        if len(held) == 1:
            return await _start(work, redeemed.account_id, held[0], device)
        known = _Known(account_id=redeemed.account_id, device=device, assurance=redeemed.assurance)
        ticket, expires_at = await tickets.issue(
            work, tickets.Purpose.EMPLOYER, msgspec.json.encode(known), TICKET_LIFE
        )
        employers = [_view(one) for one in held]
        return EmployerChoice(ticket=ticket, expires_at=expires_at, employers=employers)

    return await settle(office, use_case)


async def choose(office: Office, ticket: str, assistantship_id: UUID) -> SignedIn:
    """Sign an assistant in for one of those that they act for.

    Raises:
        SignInRequestRefused: The ticket is none, used or too old.
        NoEmployer: Not one of theirs, or ended meanwhile.
    """

    async def use_case(work: Work) -> SignedIn | Refusal:
        held = await tickets.attempt(work, ticket, tickets.Purpose.EMPLOYER)
        if held is None:
            return SignInRequestRefused("This sign-in is over.")
        known = msgspec.json.decode(held, type=_Known)
        employers = await _in_force(work, known.account_id)
        chosen = next((e for e in employers if e.assistantship_id == assistantship_id), None)
        if chosen is None:
            return NoEmployer("This account does not act for them.")
        if await tickets.use(work, ticket, tickets.Purpose.EMPLOYER) is None:
            return SignInRequestRefused("This sign-in is over.")
        return await _start(work, AccountId(known.account_id), chosen, known.device)

    return await settle(office, use_case)


async def _examine(work: Work, candidate: Candidate) -> Assistantship | Refusal:
    found = await _prove(work, candidate.code, candidate.address, keep_charge=True)
    if found is None:
        return EnrolmentRefused("This code opens nothing.")
    hashed = accounts.login_hash(work, comparable_login(candidate.login), of_assistant=True)
    if await accounts.account_id_of(work, hashed) is not None:
        # Counted like a wrong code: one code must not list who has an account.
        return LoginTaken("Somebody has this name.")
    await _refund(work, candidate.address)
    return found


async def _prove(
    work: Work, code: str, address: str, *, keep_charge: bool = False
) -> Assistantship | None:
    """Find what a code opens, counting the try unless it opens something."""
    await charge_or_refuse(work, f"network|{network_of(address)}", [ENROLMENTS_PER_ADDRESS])
    code_hash = CODES.hash_of(work, code)
    found = None if code_hash is None else await store.opened_by(work, code_hash)
    if found is not None and not keep_charge:
        await _refund(work, address)
    return found


async def _refund(work: Work, address: str) -> None:
    await refund(work, f"network|{network_of(address)}", [ENROLMENTS_PER_ADDRESS])


async def _make_account(work: Work, seed: _Seed, step: int) -> AccountId:
    """Make an assistant's account, with its app in force, and let it act.

    Raises:
        LoginTaken: Another assistant took the name meanwhile.
        EnrolmentRefused: The code given in person was used or withdrawn meanwhile.
    """
    account_id = AccountId(work.new_id())
    await work.keys.create(work.db, account_id)
    contacts = await accounts.seal_contacts(work, account_id, Contacts(login=seed.login))
    account = Account(
        account_id=account_id,
        login_hash=accounts.login_hash(work, comparable_login(seed.login), of_assistant=True),
        password_hash=seed.password_hash,
        sealed_contacts=contacts,
        created_at=work.now,
    )
    if not await accounts.add(work, account):
        raise LoginTaken("This name was taken meanwhile.")
    await factors.propose(work, account_id, seed.seed, work.now + ENROLMENT_TICKET_LIFE)
    proposed = await factors.totp(work, account_id)
    assert proposed is not None
    assert await factors.confirm(work, account_id, proposed, step)
    found = await store.assistantship(work, seed.professional_id, seed.assistantship_id)
    if found is None or not await store.take(work, found, account_id):
        raise EnrolmentRefused("This code was used or withdrawn meanwhile.")
    return account_id


async def _in_force(work: Work, account_id: UUID) -> list[Assistantship]:
    """Return for whom an assistant acts; forget in their directory whom they do not."""
    held = await store.employers_of(work, account_id)
    for one in held:
        if one.assistant_id != account_id or not one.is_in_force(work.now):
            await store.forget_employer(work, account_id, one.assistantship_id)
    return [one for one in held if one.assistant_id == account_id and one.is_in_force(work.now)]


async def _is_lent(work: Work, of: Assistantship) -> bool:
    """Say whether the professional still works as what they were when they named somebody."""
    professional = await professionals.identity(work, of.professional_id)
    if professional is None:
        return False
    proven_at = await professionals.proven_at(work, of.professional_id)
    activity_id = of.terms.activity.activity_id
    return may_lend(professional, activity_id, proven_at=proven_at, now=work.now)


async def _start(
    work: Work, account_id: AccountId, of: Assistantship | _Seed, device: Proposal
) -> SignedIn:
    """Sign an assistant in for a professional; the end of the one is the end of the other.

    Raises:
        NoEmployer: It has just ended.
    """
    held = await store.assistantship(work, of.professional_id, of.assistantship_id, for_use=True)
    if held is None or held.assistant_id != account_id or not held.is_in_force(work.now):
        raise NoEmployer("This account does not act for them.")
    if not await _is_lent(work, held):
        raise NoEmployer("They do not work there any more, or have not signed in for long.")
    acting = Acting(
        names=held.terms.professional_names,
        activity=held.terms.activity,
        assistantship_id=held.assistantship_id,
        assistant_names=held.terms.names,
    )
    capacity = Capacity(
        audience=Audience.ASSISTANT,
        on_behalf_of=held.professional_id,
        acting=msgspec.json.encode(acting),
        ends_at=held.ends_at,
    )
    signed_in, _ = await sessions.start(work, account_id, device, Assurance.STRONG, capacity)
    return signed_in


def _view(of: Assistantship) -> Employer:
    return Employer(
        assistantship_id=of.assistantship_id,
        professional_names=of.terms.professional_names,
        profession_code=of.terms.activity.profession_code,
        organization=of.terms.activity.organization,
        acts=of.terms.acts,
        ends_at=of.ends_at,
    )
